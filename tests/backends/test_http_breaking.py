"""Giving up a call from another thread, whatever it is waiting for; and TLS."""

import json
import os
import random
import ssl
import threading
import time

import pytest

from ragproxy.domain import Cancel
from ragproxy.errors import RagproxyError, UpstreamBroken, UpstreamUnavailable
from tests.replies import Reply
from tests.upstream import Upstream

# ---- breaking a wait from another thread --------------------------------------------------------


def test_a_wait_for_headers_is_broken(up, http, breaking_after):
    up.script(Reply.json({}, head_delay_s=30))
    with breaking_after(0.2) as (cancel, took), pytest.raises(UpstreamBroken, match="given up"):
        http.post("/embeddings", b"{}", cancel).__enter__()
    assert took() < 0.5
    assert up.requests[0].left.wait(2)


@pytest.mark.parametrize("framing", ["chunked", "close", "length"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_wait_in_the_body_is_broken(up, http, framing, whole, breaking_after):
    up.script(Reply((b"one",), framing=framing, length=50, stalls=True))
    with breaking_after(0.2) as (cancel, took), http.get("/models", cancel) as reply:
        with pytest.raises(UpstreamBroken, match="given up"):
            reply.read() if whole else list(reply.pieces())
        assert took() < 0.5
    assert up.requests[0].left.wait(2)


def test_a_kept_connection_can_be_broken_too(up, http, breaking_after):
    with http.get("/models", Cancel()) as reply:
        reply.read()
    up.script(Reply.json({}, head_delay_s=30))
    with breaking_after(0.2) as (cancel, took), pytest.raises(UpstreamBroken, match="given up"):
        http.get("/models", cancel).__enter__()
    assert took() < 0.5
    assert up.connections == 1


def test_a_wait_for_the_connection_is_broken(full_port, breaking_after, open_http):
    http = open_http(f"http://127.0.0.1:{full_port}/v1", connect_timeout_s=30, read_timeout_s=30)
    with breaking_after(0.2) as (cancel, took), pytest.raises(UpstreamBroken, match="given up"):
        http.get("/models", cancel).__enter__()
    assert took() < 0.5


def test_a_body_nobody_reads_can_be_given_up(deaf_port, breaking_after, open_http):
    http = open_http(f"http://127.0.0.1:{deaf_port}/v1", connect_timeout_s=30, read_timeout_s=30)
    with breaking_after(0.3) as (cancel, took), pytest.raises(UpstreamBroken, match="given up"):
        http.post("/embeddings", b"x" * (32 << 20), cancel).__enter__()
    assert took() < 0.5


def test_what_is_cancelled_beforehand_is_not_sent(up, http):
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(UpstreamBroken, match="given up"):
        http.post("/embeddings", b"{}", cancel).__enter__()
    assert up.requests == []


def test_a_late_cancel_does_not_break_the_next_call_on_the_connection(up, http):
    late = Cancel()
    with http.get("/models", late) as reply:
        reply.read()
        up.script(Reply((b"one", b"two"), delay_s=0.2))
        with http.get("/models", Cancel()) as following:
            late.cancel()
            assert b"".join(following.pieces()) == b"onetwo"
    assert up.connections == 1


def test_threads_that_give_up_at_any_moment_disturb_nobody_and_leave_nothing_behind(up, http):
    """Each thread asks for its own text, and every other call is given up somewhere on its way."""
    wrong, before = [], len(os.listdir("/proc/self/fd"))

    def work(number):
        choose = random.Random(number)
        for turn in range(30):
            cancel, text = Cancel(), f"{number}/{turn}"
            body = json.dumps({"model": "upstream-model", "messages": [{"content": text}]}).encode()
            killer = threading.Timer(choose.random() * 0.01, cancel.cancel) if turn % 2 else None
            if killer:
                killer.start()
            try:
                with http.post("/chat/completions", body, cancel) as reply:
                    said = json.loads(reply.read())["choices"][0]["message"]["content"]
                if said != text:
                    wrong.append((text, said))
            except UpstreamBroken as err:
                if "given up" not in err.message or not killer:
                    wrong.append((text, err))
            except (RagproxyError, OSError, ValueError, KeyError) as err:
                wrong.append((text, err))
            if killer:
                killer.join()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    http.close()
    end = time.monotonic() + 2  # the server closes its ends in its own time
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
        time.sleep(0.01)
    assert len(os.listdir("/proc/self/fd")) == before


# ---- TLS ----------------------------------------------------------------------------------------


def test_tls_streams_keeps_its_connection_and_can_be_broken(tls_up, breaking_after, open_http):
    up, bundle = tls_up
    http = open_http(up.url, verify=bundle)
    for _ in range(2):
        up.script(Reply((b"one", b"two")))
        with http.get("/models", Cancel()) as reply:
            assert b"".join(reply.pieces()) == b"onetwo"
    assert up.connections == 1
    up.script(Reply((b"one",), stalls=True))
    with breaking_after(0.2) as (cancel, took), http.get("/models", cancel) as reply:
        with pytest.raises(UpstreamBroken, match="given up"):
            list(reply.pieces())
        assert took() < 0.5
    assert up.requests[-1].left.wait(2)


def test_a_silence_under_tls_loses_nothing(tls_up, open_http):
    up, bundle = tls_up
    http = open_http(up.url, verify=bundle)
    up.script(Reply((b"one", b"two", b"three"), delay_s=0.3))
    with http.get("/models", Cancel()) as reply:
        pieces = list(reply.pieces(0.1))
    assert [piece for piece in pieces if piece] == [b"one", b"two", b"three"]
    assert pieces.count(b"") >= 4


def test_a_tls_handshake_is_broken(deaf_port, breaking_after, open_http):
    http = open_http(f"https://127.0.0.1:{deaf_port}/v1", connect_timeout_s=30, read_timeout_s=30)
    with breaking_after(0.3) as (cancel, took), pytest.raises(UpstreamBroken, match="given up"):
        http.get("/models", cancel).__enter__()
    assert took() < 0.5


def test_a_certificate_of_nobody_is_refused(tls_up, open_http):
    up, _ = tls_up
    with pytest.raises(UpstreamUnavailable, match="certificate that cannot be trusted"):
        open_http(up.url).get("/models", Cancel()).__enter__()
    assert up.requests == []


# ---- fixtures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a self-signed certificate for 127.0.0.1, as one PEM file."""
    x509 = pytest.importorskip("cryptography.x509")
    import datetime
    import ipaddress

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


@pytest.fixture
def tls_up(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Upstream(tls=context) as up:
        yield up, certificate
