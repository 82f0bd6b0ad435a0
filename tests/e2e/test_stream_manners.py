"""Streams of upstreams with manners of their own, and with none: chats and completions, grounded and not.

All that is said here of one kind of request is asked of every kind.
"""

import gzip
import json
import time
import zlib

import pytest
import requests

from tests.e2e.by_hand import TOWER, ask, error_in, frames, post, read_until, user
from tests.replies import DONE, Reply, sse, usage

CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
# the route, the body, and the route of the upstream that is asked
KINDS = {
    "chat": (CHAT, {"model": "tiny", "messages": user("Say it.")}, CHAT),
    "grounded chat": (CHAT, {"model": "ragproxy", "messages": user(TOWER)}, CHAT),
    "completion": (TEXT, {"model": "tiny", "prompt": "Say it."}, TEXT),
    "grounded completion": (TEXT, {"model": "ragproxy", "prompt": TOWER}, CHAT),
}
PIECES = ("Hé", "llo — n° ", "🦜", " [1], [x] ", "data: x")
SAID = "".join(PIECES)
USAGE = usage(7, 3)
EARLY = usage(7, 0)

every_kind = pytest.mark.parametrize("kind", KINDS)


def chunk(kind, text=None, finish=None, **more):
    """One chunk as the upstream of that kind writes it."""
    chat = KINDS[kind][2] == CHAT
    said = {"delta": {} if text is None else {"content": text}} if chat else {"text": text or ""}
    name = "chat.completion.chunk" if chat else "text_completion"
    choice = {"index": 0, **said, "logprobs": None, "finish_reason": finish}
    return {"id": "up-1", "object": name, "created": 1, "model": "tiny", "choices": [choice], **more}


def whole_stream(kind, *, first=None, each=None, last=None, closing=({"choices": [], "usage": USAGE},)):
    """A whole stream, with a usage in any of its places; None says null there."""
    marked = {} if each is None else {"usage": each}
    chunks = [chunk(kind, text, **marked) for text in PIECES]
    chunks[0] |= {} if first is None else {"usage": first}
    chunks.append(chunk(kind, finish="stop", **({"usage": last} if last else marked)))
    return [*map(utf8, [*chunks, *({**chunk(kind), **more} for more in closing)]), DONE]


def utf8(value):
    """As `sse`, with every character as itself, so that a write can end inside one."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


# ---- manners ------------------------------------------------------------------------------------


def with_empty_events(frames):
    empties = (b"data:\n\n", b"data: \n\n", b"data\n\n", b"\n\n", b"data:\ndata:\n\n")
    return [part for frame in frames for part in (*empties, frame)]


def with_other_fields(frames):
    return [b"event: chunk\nid: 7\nretry: 5\nunknown: x\nunknown\n" + frame for frame in frames]


def with_events_in_several_lines(frames):
    return [frame.replace(b', "choices"', b'\ndata: , "choices"') for frame in frames]


def with_a_very_long_line(frames):
    padded = json.loads(frames[1][6:]) | {"padding": "é" * 2**20}
    return [frames[0], utf8(padded), *frames[2:]]


MANNERS = {
    "as ours": list,
    "crlf": lambda frames: [frame.replace(b"\n", b"\r\n") for frame in frames],
    "cr": lambda frames: [frame.replace(b"\n", b"\r") for frame in frames],
    "no space": lambda frames: [b"data:" + frame[6:] for frame in frames],
    "comments": lambda frames: [b": hello\n" + frame + b": bye\n\n" for frame in frames],
    "empty events": with_empty_events,
    "other fields": with_other_fields,
    "event lines": lambda frames: [frame[:-1] + b"event: message\n\n" for frame in frames],
    "several lines": with_events_in_several_lines,
    "a very long line": with_a_very_long_line,
    "bom": lambda frames: [b"\xef\xbb\xbf" + frames[0], *frames[1:]],
    "blank lines first": lambda frames: [b"\n\r\n\n", *frames],
    "all in one write": lambda frames: [b"".join(frames)],
    "two events a write": lambda frames: [b"".join(frames[at : at + 2]) for at in range(0, len(frames), 2)],
    "cut in the middle of events": lambda frames: slices(b"".join(frames), 50),
    "byte by byte": lambda frames: slices(b"".join(frames), 1),
    "no [DONE]": lambda frames: frames[:-1],
    "no space after [DONE]": lambda frames: [*frames[:-1], b"data:[DONE]\n\n"],
    "chunks that say nothing": lambda frames: [frames[0], sse({"choices": []}), sse({}), *frames[1:]],
    "choices of null": lambda frames: [*frames[:2], sse({"choices": None}), *frames[2:]],
    "more after [DONE]": lambda frames: [*frames, b"data: {nonsense\n\n"],
}


def slices(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@every_kind
@pytest.mark.parametrize("manner", MANNERS)
def test_the_answer_is_whole_whatever_the_upstreams_manners(gateway, upstream, kind, manner):
    upstream.script(Reply.events(*MANNERS[manner](whole_stream(kind))))
    is_whole(asked(gateway, kind))


def packed(frames, wbits):
    packer = zlib.compressobj(wbits=wbits)
    return [*(packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH) for frame in frames), packer.flush()]


@every_kind
@pytest.mark.parametrize("framing", ["chunked", "close", "length"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip at once", "x-gzip"])
def test_an_answer_that_is_packed_though_nobody_asked(gateway, upstream, kind, encoding, framing):
    frames = whole_stream(kind)
    body = [gzip.compress(b"".join(frames))] if "once" in encoding else packed(frames, 31 if "gzip" in encoding else 15)
    headers = {"content-encoding": encoding.split()[0]}
    upstream.script(Reply.events(*body, framing=framing, headers=headers))
    is_whole(asked(gateway, kind))


@every_kind
def test_a_packed_answer_is_given_out_as_it_comes(gateway, upstream, kind):
    body = packed(whole_stream(kind), 31)
    upstream.script(Reply.events(*body[:2], headers={"content-encoding": "gzip"}, stalls=True))
    with ask(gateway, *request_of(kind)) as sock:
        read_until(sock, "Hé".encode())


@every_kind
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("framing", ["close", "length"])
def test_an_answer_without_chunks_of_http(gateway, upstream, kind, version, framing):
    upstream.script(Reply.events(*whole_stream(kind), framing=framing, version=version))
    is_whole(asked(gateway, kind))


@every_kind
def test_an_old_server_that_keeps_the_connection_is_asked_again_on_a_new_one_at_most(gateway, upstream, kind):
    for _ in range(3):
        upstream.script(Reply.events(*whole_stream(kind), framing="length", version="1.0"))
        is_whole(asked(gateway, kind))


# ---- usage in odd places ------------------------------------------------------------------------

NONE = {"choices": []}
PLACES = {
    "at the end": ({}, USAGE),
    "on the first chunk": ({"first": USAGE, "closing": ()}, USAGE),
    "on every chunk": ({"each": USAGE, "closing": ()}, USAGE),
    "growing": ({"first": EARLY, "each": EARLY, "last": USAGE, "closing": ()}, USAGE),
    "with the last choice": ({"last": USAGE, "closing": ()}, USAGE),
    "twice": ({"last": EARLY}, USAGE),
    "twice at the end": ({"closing": ({**NONE, "usage": EARLY}, {**NONE, "usage": USAGE})}, USAGE),
    "null after it": ({"last": USAGE, "closing": ({**NONE, "usage": None},)}, USAGE),
    "an empty one after it": ({"last": USAGE, "closing": ({**NONE, "usage": {}},)}, USAGE),
    "with an empty choice": ({"closing": ({"usage": USAGE},)}, USAGE),
    "with more in it": ({"closing": ({**NONE, "usage": {**USAGE, "x": {"y": 0}}},)}, {**USAGE, "x": {"y": 0}}),
    "without a total": ({"closing": ({**NONE, "usage": {"prompt_tokens": 7, "completion_tokens": 3}},)}, USAGE),
}


@every_kind
@pytest.mark.parametrize("place", PLACES)
def test_the_usage_comes_at_the_end_wherever_the_upstream_put_it(gateway, upstream, kind, place):
    where, told = PLACES[place]
    upstream.script(Reply.events(*whole_stream(kind, **where)))
    *before, last, done = chunks_of(is_whole(asked(gateway, kind, stream_options={"include_usage": True})))
    assert (last["choices"], last["usage"], done) == ([], told, None)
    assert {each["usage"] for each in before} == {None}


@every_kind
@pytest.mark.parametrize("place", PLACES)
def test_unasked_there_is_no_usage_wherever_the_upstream_put_it(gateway, upstream, kind, place):
    upstream.script(Reply.events(*whole_stream(kind, **PLACES[place][0])))
    chunks = chunks_of(is_whole(asked(gateway, kind)))
    assert not any("usage" in each or not each["choices"] for each in chunks[:-1])


@every_kind
@pytest.mark.parametrize(
    "nothing", [(), ({**NONE, "usage": None},), ({**NONE, "usage": "?"},), ({**NONE, "usage": []},)]
)
def test_a_usage_that_is_none_is_estimated(gateway, upstream, kind, nothing):
    upstream.script(Reply.events(*whole_stream(kind, closing=nothing)))
    *_, last, _ = chunks_of(is_whole(asked(gateway, kind, stream_options={"include_usage": True})))
    assert last["usage"]["estimated"] is True
    assert last["usage"]["completion_tokens"] > 3


# ---- no manners ---------------------------------------------------------------------------------

FAULTS = {
    "an error": (sse({"error": {"message": "Overloaded", "type": "server_error", "code": 529}}), "Overloaded"),
    "an error in words": (sse({"error": "Out of memory"}), "Out of memory"),
    "an error with its event": (b"event: error\n" + sse({"error": {"message": "Stopped"}}), "Stopped"),
    "an error beside choices": (sse({"choices": [], "error": {"message": "Half"}}), "Half"),
    "malformed json": (b"data: {malformed\n\n", ""),
    "json of two values": (b"data: {} {}\n\n", ""),
    "half a character": (b'data: {"choices": [], "x": "\xc3"}\n\n', ""),
    "an array": (sse([1, 2]), ""),
    "a number": (sse(1), ""),
    "choices of numbers": (sse({"choices": [1]}), ""),
    "an index in words": (sse({"choices": [{"index": "0", "delta": {"content": "x"}, "text": "x"}]}), ""),
    "a finish in numbers": (sse({"choices": [{"index": 0, "delta": {}, "text": "", "finish_reason": 1}]}), ""),
    "nesting without end": (b"data: " + b"[" * 5000 + b"]" * 5000 + b"\n\n", ""),
    "17 MiB": (b'data: {"x": "' + b"x" * (17 << 20) + b'"}\n\n', "16 MiB"),
}


@every_kind
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_mid_stream_is_one_error_after_all_that_was_good(gateway, upstream, kind, fault):
    nonsense, words = FAULTS[fault]
    frames = whole_stream(kind)
    upstream.script(Reply.events(*frames[:3], nonsense, *frames[3:]))
    error = is_broken_off(asked(gateway, kind), "".join(PIECES[:3]))
    assert error["code"] == "upstream_broken"
    assert words in error["message"]


@every_kind
@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_cut_is_an_error_after_all_that_was_good(gateway, upstream, kind, framing, reset):
    frames = whole_stream(kind)
    reply = Reply.events(*frames, framing=framing)
    at = len(b"".join(reply.wire()[:3])) + 20
    upstream.script(Reply.events(*frames, framing=framing, cut_at=at, reset=reset, delay_s=0.02))
    assert is_broken_off(asked(gateway, kind), "".join(PIECES[:3]))["code"] == "upstream_broken"


@every_kind
def test_an_answer_that_ends_before_its_choice_does_is_broken(gateway, upstream, kind):
    upstream.script(Reply.events(*whole_stream(kind)[:3]))
    assert is_broken_off(asked(gateway, kind), "".join(PIECES[:3]))["code"] == "upstream_broken"


@pytest.mark.parametrize("kind", ["chat", "completion"])
def test_an_answer_that_stalls_is_an_error_after_all_that_was_good(impatient, upstream, kind):
    upstream.script(Reply.events(*whole_stream(kind)[:3], stalls=True))
    assert is_broken_off(asked(impatient, kind), "".join(PIECES[:3]))["code"] == "upstream_timeout"
    assert upstream.requests[-1].left.wait(2)


@pytest.mark.parametrize("kind", ["chat", "completion"])
def test_an_answer_that_stalls_inside_an_event_is_an_error_after_all_that_was_good(impatient, upstream, kind):
    frames = whole_stream(kind)
    upstream.script(Reply.events(*frames[:3], frames[3][:30], stalls=True))
    assert is_broken_off(asked(impatient, kind), "".join(PIECES[:3]))["code"] == "upstream_timeout"


@every_kind
def test_an_answer_without_end_is_given_out_until_its_client_leaves(gateway, upstream, kind):
    upstream.script(Reply.events(utf8(chunk(kind, "Hé")), utf8(chunk(kind, "again")), endless=True))
    began = time.monotonic()
    with ask(gateway, *request_of(kind)) as sock:
        received = 0
        while time.monotonic() - began < 0.5 or received < 2**20:
            received += len(sock.recv(65536))
    assert upstream.requests[-1].left.wait(2)


@every_kind
def test_what_goes_on_for_ever_after_its_end_is_not_waited_for(gateway, upstream, kind):
    upstream.script(Reply.events(*whole_stream(kind), b": bye\n\n", endless=True, delay_s=0.01))
    is_whole(asked(gateway, kind))
    assert upstream.requests[-1].left.wait(2)


@every_kind
def test_comments_without_end_never_begin_an_answer(gateway, upstream, kind):
    upstream.script(Reply.events(b": wait\n\n", endless=True, delay_s=0.01))
    with ask(gateway, *request_of(kind)) as sock:
        sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert upstream.requests[-1].left.wait(2)


# ---- what is looked at --------------------------------------------------------------------------


def asked(server, kind, **more):
    path, body, _ = KINDS[kind]
    return post(server, {**body, "stream": True, **more}, path, requests).content


def request_of(kind):
    path, body, _ = KINDS[kind]
    return {**body, "stream": True}, path


def chunks_of(stream):
    """The chunks, None for [DONE]."""
    return [None if frame == DONE else json.loads(frame[6:]) for frame in frames(stream)]


def said(chunks):
    choices = [choice for each in chunks if each for choice in each["choices"]]
    return "".join(choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in choices)


def finishes(chunks):
    return [choice["finish_reason"] for each in chunks if each for choice in each["choices"]]


def is_whole(stream):
    chunks = chunks_of(stream)
    assert said(chunks) == SAID
    assert chunks.count(None) == 1
    assert chunks[-1] is None
    reasons = finishes(chunks)
    assert reasons[-1] in ("stop", None)
    assert reasons.count("stop") == 1
    return stream


def is_broken_off(stream, text):
    *before, last = frames(stream)
    chunks = [json.loads(frame[6:]) for frame in before]
    assert said(chunks) == text
    assert not any(finishes(chunks))
    return error_in(last)
