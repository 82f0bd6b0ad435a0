"""What the clients of the soak test ask for, how each answer may end, and how it did."""

import json

from tests.e2e import soak_upstream as bad
from tests.e2e.by_hand import TOWER, checked, frames, head, user
from tests.replies import DONE

_BOUNDARY = "soak"


class Ask:
    """A request, and how its answer may end: "whole", "error frame", "cut", or "refused" with a status."""

    def __init__(self, kind, path, body, *, faults, form=False):
        self.kind, self.path = kind, path
        self.body, self.form = body, form
        self.faults = faults

    def request(self, wanted):
        """Its bytes; `wanted` is what the upstream is to do."""
        text = f"{TOWER} {wanted}"
        if self.form:
            fields = {**self.body, "prompt": text}
            parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
            parts.append(_part('name="file"; filename="a.mp3"', b"sound" * 8000))
            data = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
            media_type = f"multipart/form-data; boundary={_BOUNDARY}"
        else:
            data, media_type = json.dumps(_with_text(self.body, text)).encode(), "application/json"
        return head("POST", self.path, **{"Content-Type": media_type, "Content-Length": len(data)}) + data

    @property
    def streams(self):
        return self.body.get("stream") in (True, "true")

    def may_end(self, fault):
        """The endings that are right."""
        if self.kind == "firm":  # it falls back to the built-in model; past the first piece nothing does
            return {"whole", "error frame"} if fault in bad.LATER else {"whole"}
        if fault in bad.GOOD:
            return {"whole"}
        if fault in bad.AT_ONCE:
            return {"refused"}
        if not self.streams:
            return {"refused", "cut"}
        return {"error frame", "refused"} if fault == "reset" else {"error frame"}  # a reset takes back what was sent


def _with_text(body, text):
    if "messages" in body:
        return {**body, "messages": user(text)}
    if isinstance(body.get("input"), list):
        return {**body, "input": [*body["input"], text]}
    return {**body, next(name for name in ("prompt", "input") if name in body): text}


def _part(disposition, value):
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + value + b"\r\n"


_ANY = (*bad.GOOD, *bad.AT_ONCE, *bad.LATER)
_BREAKS = (*bad.GOOD, *bad.AT_ONCE, "cut", "reset", "stall")
# what is only passed on is not read: nonsense with status 200, or an error, is an answer like any other
_PASSED = tuple(fault for fault in _BREAKS if fault not in ("error-first", "no-json"))
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
_CACHED = {"model": "ragproxy", "messages": [], "stream": True, "rag": {"cache": {"ttl_s": 20}}}
STREAMS = [
    Ask("plain", CHAT, {"model": "tiny", "messages": [], "stream": True}, faults=_ANY),
    Ask("grounded", CHAT, {"model": "ragproxy", "messages": [], "stream": True}, faults=_ANY),
    Ask("completion", TEXT, {"model": "tiny", "prompt": "", "stream": True}, faults=_ANY),
    Ask("cached", CHAT, _CACHED, faults=_ANY),
    Ask("firm", CHAT, {"model": "firm", "messages": [], "stream": True}, faults=_ANY),
]
OTHERS = [
    Ask("whole", CHAT, {"model": "tiny", "messages": []}, faults=_BREAKS),
    Ask("grounded whole", CHAT, {"model": "ragproxy", "messages": []}, faults=_BREAKS),
    Ask("completion whole", TEXT, {"model": "tiny", "prompt": ""}, faults=_BREAKS),
    Ask("embeddings", "/v1/embeddings", {"model": "tiny", "input": ["one", "two"]}, faults=_BREAKS),
    Ask("moderation", "/v1/moderations", {"model": "tiny", "input": ""}, faults=_PASSED),
    Ask("image", "/v1/images/generations", {"model": "tiny", "prompt": ""}, faults=_PASSED),
    Ask("image edit", "/v1/images/edits", {"model": "tiny"}, faults=_PASSED, form=True),
    Ask("speech", "/v1/audio/speech", {"model": "tiny", "voice": "alloy", "input": ""}, faults=_PASSED),
    Ask("transcription", "/v1/audio/transcriptions", {"model": "tiny"}, faults=_PASSED, form=True),
    Ask("heard", "/v1/audio/transcriptions", {"model": "tiny", "stream": "true"}, faults=_PASSED, form=True),
]


def ending(ask, answer, text):
    """How it ended; AssertionError and its like when it is no ending at all."""
    body = answer.body
    if answer.status != 200:
        assert answer.whole
        checked(json.loads(body)["error"])
        if answer.status == 429:
            assert answer.headers["retry-after"] == "7"
        return "refused"
    if not ask.streams:
        if not answer.whole:
            return "cut"
        if ask.kind == "speech":
            assert len(body) == len(text) * 200
        else:
            value = json.loads(body)
            assert "choices" not in value or text in json.dumps(value)
        return "whole"
    assert answer.whole  # the transfer ends properly, whatever the stream's end says
    events = [frame for frame in frames(body) if not frame.startswith(b":")]
    values = [json.loads(event.removeprefix(b"data: ")) for event in events if event != DONE]
    got = "".join(_text_of(value) for value in values if "error" not in value)
    if any("error" in value for value in values):
        assert sum("error" in value for value in values) == 1
        assert DONE not in events
        checked(values[-1]["error"])
        assert text.startswith(got), got[:100]
        return "error frame"
    if ask.kind != "heard":
        assert events[-1] == DONE
        assert events.count(DONE) == 1
    by_the_built_in = "extractive" in answer.headers.get("x-ragproxy-tried", "")
    assert got == text or by_the_built_in, got[:100]
    return "whole"


def _text_of(value):
    if "delta" in value or "choices" not in value:
        return value.get("delta", "")
    return "".join(choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in value["choices"])
