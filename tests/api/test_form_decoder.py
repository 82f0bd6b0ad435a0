"""Forms are read the same however the network cuts them."""

import pytest
from werkzeug.sansio.multipart import Data, Field, File

from ragproxy.api.forms import Decoder, decoded, feed
from tests.forms import BOUNDARY, field, file, form

CONTENTS = [b"", b"x", b"\r", b"\r\n", b"\r\n--", b"-", b"\r\n--the-boundary-x", b"a\r\n--the-boundaryy\r\nb", b"\n\n"]


@pytest.mark.parametrize("content", CONTENTS)
def test_a_form_cut_in_two_anywhere_holds_the_same(content):
    body = form(file("file", content), field("model", "m"))
    for cut in range(len(body) + 1):
        assert _read([body[:cut], body[cut:]]) == [("file", content), ("model", b"m")], cut


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_form_in_small_pieces_holds_the_same(content, size):
    body = form(field("model", "m"), file("file", content))
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert _read(pieces) == [("model", b"m"), ("file", content)]


def test_white_space_behind_a_boundary_belongs_to_no_part():
    body = form(file("file", "x"), field("a", "b")).replace(b"the-boundary\r\n", b"the-boundary \t \r\n")
    for cut in range(len(body) + 1):
        assert _read([body[:cut], body[cut:]]) == [("file", b"x"), ("a", b"b")], cut


def _read(pieces):
    """(name, content) of each part."""
    decoder, parts = Decoder(BOUNDARY.encode(), max_parts=9), []
    for piece in (*pieces, None):
        feed(decoder, piece)
        for event in decoded(decoder):
            if isinstance(event, (Field, File)):
                parts.append([event.name, b""])
            elif isinstance(event, Data):
                parts[-1][1] += event.data
    return [tuple(part) for part in parts]
