"""Forms with a file, read as they arrive."""

import io

import pytest
from flask import Flask, request

from ragproxy.api.forms import MAX_FIELD, receive
from ragproxy.errors import BodyTooLarge, InvalidRequest, StateUnavailable, StorageFull, UnsupportedMediaType
from tests.forms import CONTENT_TYPE, field, file, form

MIB = 1 << 20


def test_fields_before_and_after_the_file_are_read():
    received = _receive(form(field("a", "1"), file("file", "text", "one.txt"), field("b", "é")))
    assert received.fields == {"a": "1", "b": "é"}
    assert (received.filename, received.file) == ("one.txt", b"text")


def test_a_file_is_handed_on_in_pieces_and_never_held_whole():
    sizes = []

    def keep(part):
        while data := part.read(MIB):
            sizes.append(len(data))

    _receive(form(file("file", bytes(range(256)) * 4096 * 3)), keep=keep)
    assert sum(sizes) == 3 * MIB
    assert max(sizes) < MIB
    assert len(sizes) > 3


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_no_read_gives_more_than_was_asked(size):
    pieces = []

    def keep(part):
        while data := part.read(size):
            pieces.append(data)

    _receive(form(file("file", b"\r\n--the-bound" * 100)), keep=keep)
    assert b"".join(pieces) == b"\r\n--the-bound" * 100
    assert all(len(piece) <= size for piece in pieces)


def test_what_looks_like_a_boundary_belongs_to_the_file():
    data = b"\r\n--the-boundaryX\r\n--the-boundar\r\n-- the-boundary\r"
    assert _receive(form(file("file", data))).file == data


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Résumé d'été.pdf", "Résumé d'été.pdf"), ("/home/me/a.txt", "a.txt"), ("", "")],
)
def test_the_name_is_kept_without_its_folders(given, kept):
    assert _receive(form(file("file", "x", given))).filename == kept


def test_a_field_in_the_place_of_the_file_is_a_file_without_a_name():
    received = _receive(form(field("file", "text")))
    assert (received.filename, received.file) == (None, b"text")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form(field("a", "1")), "missing_required_parameter"),
        (form(file("other", "1")), "missing_required_parameter"),
        (form(file("file", "1"), file("file", "2")), "too_many_files"),
        (form(field("a", b"\xff"), file("file", "1")), None),
        (form(field("a", "x" * (MAX_FIELD + 1)), file("file", "1")), None),
        (form(*[field("a", "1")] * 101, file("file", "1")), None),
        (form(file("file", "1"), end=False), None),
        (form(file("file", "1"))[:-30], None),
        (b"", None),
        (b"nothing of the kind", None),
        (b"x" * (2 * MIB), None),
        (b"--the-boundary\r\nContent-Disposition: form-data\r\n", None),
        (b"--the-boundary\r\nX-Other: 1\r\n\r\n1\r\n--the-boundary--\r\n", None),
        (b"--the-boundary\r\nX: \xff\r\n\r\n1\r\n--the-boundary--\r\n", None),
        (
            b"--the-boundary\r\nContent-Disposition: form-data\r\n\r\n1\r\n--the-boundary--\r\n",
            "missing_required_parameter",
        ),
        (b"--the-boundary\r\n" + b"X: " + b"x" * (2 * MIB), None),
    ],
)
def test_what_is_no_form_with_one_file_is_refused(body, code):
    with pytest.raises(InvalidRequest) as caught:
        _receive(body)
    assert caught.value.code == code


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_another_media_type_is_refused(content_type):
    with pytest.raises(UnsupportedMediaType):
        _receive(form(file("file", "1")), content_type=content_type)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=é"])
def test_a_form_without_a_usable_boundary_is_refused(content_type):
    with pytest.raises(InvalidRequest):
        _receive(form(file("file", "1")), content_type=content_type)


def test_a_body_that_says_it_is_too_large_is_refused_unread():
    with pytest.raises(BodyTooLarge, match="Too much"):
        _receive(form(file("file", "1")), keep=pytest.fail, length=10 * MIB)


def test_a_body_that_does_not_say_is_refused_where_the_limit_is():
    with pytest.raises(BodyTooLarge, match="Too much"):
        _receive(form(file("file", bytes(4 * MIB))), length=None, limit=MIB)


def test_the_limit_is_the_views_and_not_that_of_json():
    assert len(_receive(form(file("file", bytes(MIB))), limit=2 * MIB).file) == MIB


def test_a_file_is_dropped_when_a_later_part_is_at_fault():
    dropped = []
    for body in (
        form(file("file", "text"), file("file", "2")),
        form(file("file", "text"), field("a", b"\xff")),
        form(file("file", "text"), field("a", "1"), end=False),
    ):
        with pytest.raises(InvalidRequest):
            _receive(body, dropped=dropped.append)
    assert dropped == [b"text"] * 3


def test_a_file_is_dropped_when_what_it_was_for_is_refused():
    dropped = []
    for error in (InvalidRequest("no"), StorageFull("no")):
        with pytest.raises(type(error)):
            _receive(form(file("file", "text")), dropped=dropped.append, refused=error)
    assert dropped == [b"text"] * 2


def test_a_file_is_kept_when_nobody_knows_what_came_of_it():
    with pytest.raises(StateUnavailable):
        _receive(form(file("file", "text")), dropped=pytest.fail, refused=StateUnavailable("gone"))
    _receive(form(file("file", "text")), dropped=pytest.fail)


def _receive(body, *, keep=None, dropped=None, refused=None, content_type=CONTENT_TYPE, limit=4 * MIB, length=-1):
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1000
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) if length == -1 else length)}
    if length is None:
        del environ["CONTENT_LENGTH"]
    with (
        app.test_request_context(
            method="POST", input_stream=io.BytesIO(body), content_type=content_type, environ_overrides=environ
        ),
        receive(
            request, "file", keep or _all, dropped if dropped is not None else _ignore, limit=limit, beyond="Too much"
        ) as received,
    ):
        if refused:
            raise refused
        return received


def _ignore(kept):
    pass


def _all(part):
    return b"".join(iter(lambda: part.read(1 << 16), b""))
