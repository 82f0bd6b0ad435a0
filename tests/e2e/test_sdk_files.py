"""client.files and client.uploads of the official client, against a real server."""

import hashlib
import random
import socket
import time
from pathlib import Path

import openai
import pytest
import requests

from tests.e2e import scaled
from tests.e2e.servers import Server, migrated

pytestmark = pytest.mark.sets("embedded", "scaled")

NAME = "Règlement intérieur (été).txt"
TEXT = "La piscine municipale ouvre à sept heures."
MIB = 1 << 20


def test_a_file_comes_in_is_listed_read_and_deleted(ai):
    file = ai.files.create(file=(NAME, TEXT.encode()), purpose="assistants")
    assert (file.object, file.filename, file.purpose) == ("file", NAME, "assistants")
    assert file.bytes == len(TEXT.encode())
    assert ai.files.retrieve(file.id) == file
    assert file in list(ai.files.list(purpose="assistants"))
    content = ai.files.content(file.id)
    assert content.text == TEXT
    assert content.response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "filename*=UTF-8''R%C3%A8glement" in content.response.headers["content-disposition"]
    assert ai.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError, match=file.id):
        ai.files.retrieve(file.id)


def test_a_file_may_be_opened_from_a_path_and_may_expire(ai, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("# Notes")
    file = ai.files.create(
        file=path.open("rb"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert file.filename == "notes.md"
    assert file.expires_at == file.created_at + 3600
    assert ai.files.wait_for_processing(file.id).status == "processed"


def test_a_list_is_read_page_by_page_while_it_is_emptied(ai):
    made = [ai.files.create(file=(f"{number}.txt", b"x"), purpose="evals").id for number in range(7)]
    seen = []
    for file in ai.files.list(purpose="evals", limit=2, order="asc"):
        seen.append(file.id)
        ai.files.delete(file.id)
    assert seen == made
    assert list(ai.files.list(purpose="evals")) == []


def test_what_is_wrong_with_a_file_is_told(ai):
    with pytest.raises(openai.BadRequestError) as caught:
        ai.files.create(file=("a.txt", b"x"), purpose="mischief")
    assert caught.value.param == "purpose"
    with pytest.raises(openai.BadRequestError) as caught:
        ai.files.create(file=("empty.txt", b""), purpose="assistants")
    assert caught.value.code == "empty_file"


def test_a_file_in_parts_is_put_together(ai):
    data = bytes(number % 251 for number in range(3 * MIB))
    upload = ai.uploads.upload_file_chunked(
        file=data,
        filename="été.bin",
        bytes=len(data),
        mime_type="application/octet-stream",
        purpose="user_data",
        part_size=MIB,
        md5=hashlib.md5(data).hexdigest(),
    )
    assert upload.status == "completed"
    assert (upload.file.filename, upload.file.bytes) == ("été.bin", len(data))
    assert ai.files.content(upload.file.id).content == data


def test_an_upload_is_cancelled(ai):
    upload = ai.uploads.create(filename="a.txt", bytes=3, mime_type="text/plain", purpose="assistants")
    part = ai.uploads.parts.create(upload.id, data=b"abc")
    assert ai.uploads.cancel(upload.id).status == "cancelled"
    with pytest.raises(openai.ConflictError):
        ai.uploads.complete(upload.id, part_ids=[part.id])


def test_a_large_file_passes_through_without_being_held(library):
    if not isinstance(library, Server):
        pytest.skip("moto copies a large object whole for every piece that is read of it")
    before = _peak_kib(library)
    data = _Random(200 * MIB)
    answer = requests.post(
        library.url + "/v1/files",
        data=_form(data),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert file["bytes"] == 200 * MIB
    digest = hashlib.sha256()
    with requests.get(f"{library.url}/v1/files/{file['id']}/content", stream=True, timeout=60) as content:
        for piece in content.iter_content(MIB):
            digest.update(piece)
    assert digest.hexdigest() == data.sha256
    part = requests.get(
        f"{library.url}/v1/files/{file['id']}/content", headers={"Range": f"bytes={150 * MIB}-"}, timeout=60
    )
    assert (part.status_code, len(part.content)) == (206, 50 * MIB)
    assert _peak_kib(library) - before < 40 << 10


def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(tmp_path):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_FILE_LIMIT_MB="32") as server, scaled.client(server) as ai:
        with pytest.raises(openai.APIStatusError) as caught:
            ai.files.create(file=("big.bin", bytes(40 * MIB)), purpose="assistants")
        assert caught.value.status_code == 413
        assert "32 MiB" in caught.value.message
        assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_a_sender_who_hangs_up_leaves_nothing(library):
    if not isinstance(library, Server):
        pytest.skip("looks into the folder of the embedded set")
    files = library.data_dir / "files"
    before = set(files.rglob("*"))
    with socket.create_connection(("127.0.0.1", library.port)) as sock:
        sock.sendall(
            b"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + b"x" * 300_000
        )
        until = time.monotonic() + 5
        while set(files.rglob("*")) == before:
            assert time.monotonic() < until
            time.sleep(0.01)
    until = time.monotonic() + 5
    while set(files.rglob("*")) != before:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_form_in_chunks_is_as_good(library):
    body = b"".join(_form(_Random(MIB)))
    answer = requests.post(
        library.url + "/files",
        data=iter([body[:100], body[100:500_000], body[500_000:]]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["bytes"] == MIB


class _Random:
    """So many bytes that nobody holds at once, the same each time, and their digest once they were read."""

    def __init__(self, size):
        self.size = size
        self.digest = hashlib.sha256()

    @property
    def sha256(self):
        return self.digest.hexdigest()

    def __iter__(self):
        block = random.Random(1).randbytes(MIB)
        for _ in range(self.size // MIB):
            self.digest.update(block)
            yield block


def _form(data):
    yield b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
    yield from data
    yield b"\r\n--b--\r\n"


def _peak_kib(server):
    """The most memory that the workers have had so far, together."""
    statuses = [Path(f"/proc/{worker}/status").read_text() for worker in server.workers]
    return sum(int(status.partition("VmHWM:")[2].split()[0]) for status in statuses)


@pytest.fixture
def ai(reader):
    return reader
