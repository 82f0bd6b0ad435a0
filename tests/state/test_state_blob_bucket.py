"""What only a bucket does: how it asks its store, and what it makes of the store's faults."""

import hashlib
import io
import random
import re
import socket
import subprocess
import sys
import time
import uuid

import pytest
from werkzeug.wrappers import Response

from ragproxy.errors import NotFound, StateUnavailable
from ragproxy.state import open_blobs

MIB = 1 << 20
DATA = random.Random(2).randbytes(5 * MIB)


def test_large_bytes_are_sent_in_parts(bucket, s3, client):
    data = random.Random(3).randbytes(17 * MIB)
    sha256, size = bucket.put(io.BytesIO(data), 200 * MIB)
    assert (size, bucket.size(sha256)) == (len(data), len(data))
    (key,) = _keys(client, s3, sha256)
    assert client.head_object(Bucket=s3.bucket, Key=key)["ETag"].endswith('-3"')
    with bucket.open(sha256) as file:
        assert file.read() == data


def test_small_reads_fetch_much_at_once_and_one_large_read_asks_once(bucket, s3):
    sha256, _ = bucket.put(io.BytesIO(DATA), 10 * MIB)
    with bucket.open(sha256) as file:
        assert b"".join(iter(lambda: file.read(64 << 10), b"")) == DATA
        assert s3.times("GET") == 3
        s3.reset()
        file.seek(0)
        assert file.read() == DATA
        assert s3.times("GET") == 1
        file.seek(-1, io.SEEK_CUR)
        assert (file.read(5), file.read(5), file.tell()) == (DATA[-1:], b"", len(DATA))
        assert file.seek(2, io.SEEK_END) == len(DATA) + 2
        assert file.read(1) == b""
        with pytest.raises(ValueError, match="nothing at -1"):
            file.seek(-len(DATA) - 1, io.SEEK_END)


def test_bytes_are_not_sent_again_while_they_are_young(bucket, s3, monkeypatch):
    bucket.put(io.BytesIO(b"data"), 10)
    bucket.put(io.BytesIO(b"data"), 10)
    assert s3.times("PUT") == 1
    monkeypatch.setattr("ragproxy.state.blob_bucket._YOUNG_S", 0)
    bucket.put(io.BytesIO(b"data"), 10)
    assert s3.times("PUT") == 2


def test_a_list_of_many_pages_is_read_to_its_end(bucket, s3):
    kept = {bucket.put(io.BytesIO(b"%d" % n), 10)[0] for n in range(48)}
    absent = {hashlib.sha256(b"absent %d" % n).hexdigest() for n in range(200)}

    def in_ones(request, answer):
        request.environ["QUERY_STRING"] += "&max-keys=1"
        return answer(request)

    s3.meddle = in_ones
    s3.asked.clear()
    assert bucket.missing(kept | absent) == absent
    assert s3.times("GET") >= 48
    assert s3.times("HEAD") == 0
    assert sorted(bucket.all()) == sorted(kept)


def test_few_are_asked_for_one_by_one(bucket, s3):
    sha256, _ = bucket.put(io.BytesIO(b"data"), 10)
    s3.reset()
    assert bucket.missing({sha256, "0" * 64}) == {"0" * 64}
    assert (s3.times("HEAD"), s3.times("GET")) == (2, 0)


def test_what_lies_deeper_in_the_bucket_is_another_place(s3):
    place = uuid.uuid4().hex
    outer, inner = open_blobs(f"s3://{s3.bucket}/{place}"), open_blobs(f"s3://{s3.bucket}/{place}/files/")
    sha256, _ = inner.put(io.BytesIO(b"data"), 10)
    many = {sha256} | {f"{sha256[0]}{n:063x}" for n in range(20)}
    assert list(inner.all()) == [sha256]
    assert list(outer.all()) == []
    assert outer.missing(many) == many
    assert sorted(inner.missing(many)) == sorted(many - {sha256})


def test_a_whole_bucket_is_a_place_too(s3, client):
    name = f"blobs-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=name)
    whole = open_blobs(f"s3://{name}")
    sha256, _ = whole.put(io.BytesIO(b"data"), 10)
    assert list(whole.all()) == [sha256]
    assert whole.delete(sha256)


@pytest.mark.parametrize("data", [b"doubtful", random.Random(4).randbytes(12 * MIB)], ids=["whole", "in parts"])
def test_what_is_set_aside_is_still_there_to_be_looked_at(bucket, s3, client, data, monkeypatch):
    monkeypatch.setattr("ragproxy.state.blob_bucket._COPIED_PART", 5 * MIB)  # or 256 MiB would have to be copied
    sha256, _ = bucket.put(io.BytesIO(data), 20 * MIB)
    s3.reset()
    bucket.set_aside(sha256)
    assert s3.times("PUT") == max(1, -(-len(data) // (5 * MIB)))
    (key,) = _keys(client, s3, sha256)
    assert key.endswith(f"/unsound/{sha256}")
    assert client.get_object(Bucket=s3.bucket, Key=key)["Body"].read() == data


def test_the_name_of_the_bucket_is_in_the_path_and_nothing_is_sent_that_stores_may_not_know(s3, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://localhost:{s3.port}")
    blobs = open_blobs(f"s3://{s3.bucket}/{uuid.uuid4().hex}")
    sha256, _ = blobs.put(io.BytesIO(b"data"), 10)
    with blobs.open(sha256) as file:
        assert file.read() == b"data"
    sent = {request.method: request for request in s3.asked}
    assert set(sent) == {"HEAD", "PUT", "GET"}
    assert all(request.path.startswith(f"/{s3.bucket}/") for request in s3.asked)
    assert sent["PUT"].headers["X-Amz-Content-SHA256"] == sha256
    names = {name.lower() for request in s3.asked for name, _ in request.headers}
    assert not {name for name in names if re.search("checksum|crc|trailer|transfer-encoding", name)}


def test_no_region_need_be_named(s3, monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    blobs = open_blobs(f"s3://{s3.bucket}/{uuid.uuid4().hex}")
    assert blobs.put(io.BytesIO(b"data"), 10)[1] == 4


def test_a_bucket_that_is_not_there_is_said(s3):
    nowhere = open_blobs("s3://no-such-bucket/files")
    with pytest.raises(StateUnavailable, match="file storage does not answer"):
        nowhere.put(io.BytesIO(b"data"), 10)
    with pytest.raises(StateUnavailable):
        list(nowhere.all())
    with pytest.raises(NotFound):
        nowhere.open("0" * 64)


@pytest.mark.parametrize("status", [403, pytest.param(500, marks=pytest.mark.soak), 503])
def test_who_is_refused_or_failed_is_told_so(bucket, s3, status):
    sha256, _ = bucket.put(io.BytesIO(b"data"), 10)
    error = "<Error><Code>InvalidAccessKeyId</Code><Message>No.</Message></Error>"
    s3.meddle = lambda request, answer: Response("" if request.method == "HEAD" else error, status)
    for call in (
        lambda: bucket.put(io.BytesIO(b"other"), 10),
        lambda: bucket.open(sha256),
        lambda: bucket.size(sha256),
        lambda: bucket.missing({sha256}),
        lambda: bucket.missing({sha256} | {f"{sha256[0]}{n:063x}" for n in range(20)}),
        lambda: bucket.delete(sha256),
        lambda: bucket.set_aside(sha256),
        lambda: list(bucket.all()),
    ):
        with pytest.raises(StateUnavailable, match="file storage does not answer"):
            call()


@pytest.mark.parametrize("large", [False, True])
def test_a_refusal_in_the_middle_of_sending_is_told_too(bucket, s3, client, large):
    data = DATA * 4 if large else b"data"
    refused = f"{2 if large else ''}"  # the second part

    def refuse(request, answer):
        if request.method == "PUT" and request.args.get("partNumber", "") == refused:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        return answer(request)

    s3.meddle = refuse
    with pytest.raises(StateUnavailable):
        bucket.put(io.BytesIO(data), 100 * MIB)
    s3.reset()
    assert list(bucket.all()) == []
    assert not client.list_multipart_uploads(Bucket=s3.bucket).get("Uploads")
    assert bucket.put(io.BytesIO(data), 100 * MIB)[1] == len(data)


def test_a_store_that_fails_for_a_moment_is_asked_again(bucket, s3):
    failures = iter([503, 500])

    def fail(request, answer):
        status = next(failures, None)
        return Response(status=status) if status else answer(request)

    s3.meddle = fail
    sha256, _ = bucket.put(io.BytesIO(b"data"), 10)
    assert bucket.size(sha256) == 4


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "localhost"])
def test_no_store_is_said_within_seconds(s3, monkeypatch, url):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", url.format(port=unused.getsockname()[1]))
        begun = time.monotonic()
        with pytest.raises(StateUnavailable, match="file storage"):
            open_blobs(f"s3://{s3.bucket}/files").size("0" * 64)
        assert time.monotonic() - begun < 20


def test_an_answer_that_breaks_off_is_asked_for_again(bucket, s3):
    sha256, _ = bucket.put(io.BytesIO(DATA), 10 * MIB)
    s3.reset()
    s3.meddle = _breaking_off(2)
    with bucket.open(sha256) as file:
        assert file.read() == DATA
    assert s3.times("GET") == 3


def test_answers_that_break_off_again_and_again_are_an_error_of_reading(bucket, s3):
    sha256, _ = bucket.put(io.BytesIO(DATA), 10 * MIB)
    s3.meddle = _breaking_off(100)
    with bucket.open(sha256) as file, pytest.raises(OSError, match="breaks off"):
        file.read()
    assert s3.times("GET") == 3


def test_a_bucket_that_vanishes_in_the_middle_of_a_read_is_an_error_of_reading(client, s3):
    name = f"blobs-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=name)
    blobs = open_blobs(f"s3://{name}/files")
    sha256, _ = blobs.put(io.BytesIO(DATA), 10 * MIB)
    with blobs.open(sha256) as file:
        assert file.read(10) == DATA[:10]
        client.delete_object(Bucket=name, Key=f"files/{sha256[:2]}/{sha256}")
        client.delete_bucket(Bucket=name)
        file.seek(4 * MIB)
        with pytest.raises(OSError, match="does not answer"):
            file.read(10)


def test_a_forked_process_asks_over_connections_of_its_own(s3):
    run = subprocess.run(
        [sys.executable, "-c", _FORKING, f"s3://{s3.bucket}/{uuid.uuid4().hex}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.stdout, run.stderr) == ("1 client kept, another in the child\n", "")


def test_greenlets_wait_for_the_store_side_by_side(s3):
    """Twenty at once, each asking thrice of a store that takes half a second: 30 s one after the other."""
    pytest.importorskip("gevent")

    def late(request, answer):
        time.sleep(0.5)
        return answer(request)

    s3.meddle = late
    run = subprocess.run(
        [sys.executable, "-c", _GREENLETS, f"s3://{s3.bucket}/{uuid.uuid4().hex}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (run.returncode, run.stderr) == (0, "")
    same, seconds, ticks = run.stdout.split()
    assert same == "20"
    assert float(seconds) < 15
    assert int(ticks) > 10  # of one tenth of a second


def _keys(client, s3, sha256):
    """Where the bucket has anything of that name."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=s3.bucket)
    return [each["Key"] for page in pages for each in page.get("Contents", ()) if each["Key"].endswith(sha256)]


def _breaking_off(times):
    left = iter(range(times))

    def meddle(request, answer):
        answered = answer(request)
        if request.method == "GET" and next(left, None) is not None:
            data = answered.get_data()
            answered.response = iter([data[: len(data) // 2]])
            answered.content_length = len(data)
        return answered

    return meddle


@pytest.fixture
def client(s3):
    """A client of the server's own, to look behind the bucket."""
    import boto3

    return boto3.client("s3")


_FORKING = """
import io, os, sys
from ragproxy.state import open_blobs
blobs = open_blobs(sys.argv[1])
sha256, _ = blobs.put(io.BytesIO(b"data"), 10)
ours = blobs._client
child = os.fork()
if child == 0:
    os._exit(0 if blobs.open(sha256).read() == b"data" and blobs._client is not ours else 1)
assert os.waitpid(child, 0)[1] == 0
assert blobs.open(sha256).read() == b"data"
print("1 client kept, another in the child" if blobs._client is ours else "another client")
"""

_GREENLETS = """
from gevent import monkey
monkey.patch_all()
import hashlib, io, random, sys, time
import gevent
from gevent.pool import Pool
from ragproxy.state import open_blobs
blobs = open_blobs(sys.argv[1])
blobs.missing(["0" * 64])  # the driver is loaded, which is not what is measured
ticks = 0

def tick():
    global ticks
    while True:
        gevent.sleep(0.1)
        ticks += 1

def one(number):
    data = random.Random(number).randbytes(300_000)
    sha256, _ = blobs.put(io.BytesIO(data), 1 << 20)
    with blobs.open(sha256) as file:
        return file.read() == data and sha256 == hashlib.sha256(data).hexdigest()

ticking = gevent.spawn(tick)
begun = time.monotonic()
same = sum(Pool(20).map(one, range(20)))
print(same, time.monotonic() - begun, ticks)
"""
