"""Bodies that are passed on: where a form names its model, and the name it goes by upstream."""

import io
import tempfile
from pathlib import Path

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.api.forms import MAX_FIELD
from ragproxy.api.relay_body import FormBody, ModelField, json_of
from ragproxy.errors import BodyTooLarge, ClientGone, InvalidRequest, UnsupportedMediaType
from tests.forms import BOUNDARY, CONTENT_TYPE, field, file, form

MIB = 1 << 20
SOUND = b"\r\n--the-boundar\r\nmodel\r\n\r\n" * 50


def test_a_form_is_passed_on_byte_by_byte():
    body = form(field("model", "m"), file("file", SOUND), field("language", "fr"))
    assert _sent(body, None) == (body, len(body))
    assert _sent(body, "m") == (body, len(body))


@pytest.mark.parametrize("after", [False, True])
def test_another_name_takes_the_place_of_the_models(after):
    parts = [field("model", "main/whisper"), file("file", SOUND)]
    body = form(*(parts[::-1] if after else parts), field("language", "fr"))
    wanted = body.replace(b"main/whisper", b"whisper-longer-than-before")
    assert _sent(body, "whisper-longer-than-before") == (wanted, len(wanted))


def test_a_form_without_a_length_has_one_when_all_is_here():
    body = form(file("file", SOUND), field("model", "a/m"))
    assert _sent(body, "m", length=None) == (body.replace(b"a/m", b"m"), len(body) - 2)


def test_it_can_be_sent_twice():
    body = form(field("model", "a/m"), file("file", SOUND))
    with _form(body) as made:
        outgoing = made.naming("m")
        assert b"".join(outgoing.pieces()) == b"".join(outgoing.pieces()) == body.replace(b"a/m", b"m")


@pytest.mark.parametrize("parts", [[file("file", "x")], [field("model", ""), file("file", "x")], []])
def test_a_form_that_names_no_model_has_none(parts):
    with _form(form(*parts) if parts else form(field("a", "b"))) as made:
        assert made.model is None


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.booleans(), st.binary(max_size=80))
def test_the_model_is_found_wherever_the_form_is_cut(sizes, after, content):
    content = content.replace(BOUNDARY.encode(), b"")
    parts = [file("file", content), field("model", "main/m")]
    body = form(field("language", "fr"), *(parts if after else parts[::-1]))
    looking, at = ModelField(BOUNDARY.encode()), 0
    while at < len(body):
        size = sizes[at % len(sizes)]
        looking.look(body[at : at + size])
        at += size
    looking.look(None)
    assert looking.found.value == "main/m"
    assert body[looking.found.begin : looking.found.end] == b"main/m"


@pytest.mark.parametrize("line", [b"\n", b"\r"])
def test_line_breaks_of_another_kind_do_no_harm(line):
    body = form(field("model", "a/m"), file("file", "x")).replace(b"\r\n", line)
    assert _sent(body, "m")[0] == body.replace(b"a/m", b"m")


@pytest.mark.parametrize(
    "body",
    [
        form(field("model", "a"), file("file", "x"), field("model", "b")),
        form(file("model", "a"), file("file", "x")),
        form(field("model", b"\xff")),
        form(field("model", "m" * (MAX_FIELD + 1))),
        form(field("model", "m"), file("file", "x"), end=False),
        form(*[field("a", "1")] * 101),
        b"no form at all",
    ],
)
def test_what_is_no_form_with_one_model_is_refused_in_mid_way(body):
    with _form(body) as made, pytest.raises(InvalidRequest):
        b"".join(made.naming(made.model).pieces())


def test_a_body_that_says_it_is_too_large_is_refused_unread():
    with pytest.raises(BodyTooLarge, match="Too much"), _form(form(file("file", "1")), length=10 * MIB):
        pass


def test_a_body_that_does_not_say_is_refused_where_the_limit_is():
    body = form(file("file", bytes(4 * MIB)), field("model", "m"))
    with _form(body, length=None, limit=MIB) as made, pytest.raises(BodyTooLarge, match="Too much"):
        made.model  # noqa: B018 it waits


def test_a_client_that_leaves_in_mid_way_is_gone():
    body = form(field("model", "m"), file("file", SOUND))
    with _form(body[:-100], length=len(body)) as made, pytest.raises(ClientGone):
        b"".join(made.naming("m").pieces())


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=é"])
def test_a_form_without_a_usable_boundary_is_refused(content_type):
    with pytest.raises(InvalidRequest), _form(b"", content_type=content_type):
        pass


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused(content_type):
    context = Flask(__name__).test_request_context(method="POST", data=b"{}", content_type=content_type)
    with context, pytest.raises(UnsupportedMediaType):
        json_of(request)


def test_json_goes_on_under_the_upstreams_name():
    with Flask(__name__).test_request_context(
        method="POST", data='{"model": "a/m", "input": "é"}', content_type="application/json"
    ):
        body = json_of(request)
    assert body.model == "a/m"
    outgoing = body.naming("m")
    assert b"".join(outgoing.pieces()) == '{"model":"m","input":"é"}'.encode()
    assert outgoing.length == 26


def _sent(body, model, **options):
    with _form(body, **options) as made:
        made.model  # noqa: B018 as the relay does, which waits for it
        outgoing = made.naming(model)
        return b"".join(outgoing.pieces()), outgoing.length


class _form:
    """The body of a request in hand."""

    def __init__(self, body, *, content_type=CONTENT_TYPE, limit=4 * MIB, length=-1):
        environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) if length == -1 else length)}
        self._limit = limit
        self._context = Flask(__name__).test_request_context(
            method="POST", input_stream=io.BytesIO(body), content_type=content_type, environ_overrides=environ
        )
        if length is None:
            del self._context.request.environ["CONTENT_LENGTH"]

    def __enter__(self):
        self._context.__enter__()
        try:
            self._made = FormBody(
                request._get_current_object(),
                Path(tempfile.gettempdir()),
                limit=self._limit,
                beyond="Too much",
                ended=lambda error: None,
            )
        except BaseException:
            self._context.__exit__(None, None, None)
            raise
        return self._made

    def __exit__(self, *_):
        self._made.close()
        self._context.__exit__(None, None, None)
