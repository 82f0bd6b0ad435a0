"""Questions by hand, for what the official client hides: the bytes of a stream, and hanging up."""

import json
import re
import socket

import requests

TOWER = "How tall is the Eiffel Tower?"


def user(text):
    return [{"role": "user", "content": text}]


def question(**more):
    return {"model": "tiny", "messages": user("Say it."), "stream": True, **more}


def post(server, body, path="/v1/chat/completions", session=requests):
    """The answer, read to its end."""
    return session.post(server.url + path, json=body, timeout=30)


def frames(body):
    """The events of a stream, each with the blank line that ends it; nothing may be left over."""
    assert body.endswith(b"\n\n")
    return [frame + b"\n\n" for frame in body.removesuffix(b"\n\n").split(b"\n\n")]


def normal(body):
    """The stream's bytes with the id and the time that are its own replaced."""
    body = re.sub(rb'"id":"(chatcmpl|cmpl)-[0-9a-f]{32}"', rb'"id":"\1-ID"', body)
    return re.sub(rb'"created":\d{10}\b', b'"created":0', body)


def error_in(frame):
    """The error of an error frame, its shape checked."""
    value = json.loads(frame.removeprefix(b"data: "))
    assert list(value) == ["error"]
    return checked(value["error"])


def checked(error):
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert isinstance(error["message"], str)
    assert isinstance(error["type"], str)
    assert error["param"] is None or isinstance(error["param"], str)
    assert error["code"] is None or isinstance(error["code"], str)
    return error


def ask(server, body, path="/v1/chat/completions"):
    """A socket on which the question has been sent and nothing read."""
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    sock.sendall(request_bytes(body, path))
    return sock


def request_bytes(body, path="/v1/chat/completions"):
    data = json.dumps(body).encode()
    return head("POST", path, **{"Content-Type": "application/json", "Content-Length": len(data)}) + data


def head(method, path, **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def read_until(sock, wanted):
    """What has arrived when `wanted` has."""
    seen = b""
    while wanted not in seen:
        piece = sock.recv(65536)
        assert piece, seen
        seen += piece
    return seen
