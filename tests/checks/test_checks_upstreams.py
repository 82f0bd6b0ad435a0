"""Upstreams that are well, and those that are wrong in every way they have."""

import shutil
import ssl
import subprocess
import time

import pytest

from ragproxy.checks.running import carry_out
from ragproxy.checks.upstreams import issuer, upstreams
from ragproxy.errors import ConfigError
from tests.e2e.servers import free_port
from tests.replies import Reply, refusal
from tests.upstream import Upstream


@pytest.fixture
def up():
    with Upstream(models=["writer", "embedder"]) as server:
        yield server


def test_an_upstream_that_is_well(scene, up):
    (told,) = _told(scene(OPENAI_BASE_URL=up.url, OPENAI_API_KEY="sk-hidden", RAGPROXY_UPSTREAM_MODEL="writer"))
    assert (told.name, told.status) == ("upstream.openai", "ok")
    assert told.message == f"{up.url} answers and takes our key; it lists 2 models"
    assert up.requests[0].headers["authorization"] == "Bearer sk-hidden"


def test_a_model_that_is_not_listed(scene, up):
    given = {"OPENAI_BASE_URL": up.url, "RAGPROXY_EMBEDDING_MODEL": "embeder"}
    (told,) = _told(scene(**given))
    assert (told.status, "'embeder'" in told.message) == ("warning", True)
    assert told.advice == "Set RAGPROXY_EMBEDDING_MODEL to one it lists, such as embedder, writer"


@pytest.mark.parametrize(
    ("reply", "status", "words"),
    [
        (refusal(401, "Incorrect API key"), "failed", "does not take our key (status 401)"),
        (refusal(404, "No such page"), "failed", "answers with status 404: No such page"),
        (refusal(429, "Slow down"), "warning", "has had enough of us"),
        (refusal(503, "Loading"), "failed", "answers with status 503: Loading"),
        (Reply.json({"object": "hello"}), "failed", "is not a list of models"),
        (Reply.text("<html>", 200, "text/html"), "failed", "is not a list of models"),
        (Reply.json([], head_cut_at=10), "failed", "closed the connection"),
        (Reply.json([], head_delay_s=30), "failed", "did not answer in time"),
    ],
)
def test_an_upstream_that_is_wrong(scene, up, reply, status, words):
    up.script(reply)
    told = _told(scene(timeout_s=0.5, OPENAI_BASE_URL=up.url, OPENAI_API_KEY="sk-hidden"))
    assert (told[0].status, words in told[0].message) == (status, True), told[0]
    assert all("hidden" not in f"{each.message} {each.advice}" for each in told)


def test_an_upstream_that_is_not_there(scene):
    address = f"http://user:hidden@127.0.0.1:{free_port()}/v1"
    (told,) = _told(scene(OPENAI_BASE_URL=address))
    assert (told.status, "refuses connections" in told.message) == ("failed", True)
    assert "OPENAI_BASE_URL" in told.advice
    assert "hidden" not in told.message


def test_a_name_that_nobody_has(scene):
    (told,) = _told(scene(OPENAI_BASE_URL="http://nowhere.invalid/v1"))
    assert (told.status, "its name does not resolve" in told.message) == ("failed", True)


def test_a_certificate_that_cannot_be_trusted(scene, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    files = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1"]
    made = ["openssl", "req", "-x509", *kind, "-keyout", *files[:1], "-out", *files[1:]]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    with Upstream(tls=context) as up:
        (told,) = _told(scene(OPENAI_BASE_URL=up.url))
    assert (told.status, "has a certificate that cannot be trusted" in told.message) == ("failed", True)


def test_the_clock_of_an_upstream_is_read_from_its_answer(scene, up):
    up.script(Reply.json({"data": []}, headers={"date": "Thu, 01 Jan 1970 00:16:40 GMT"}))
    _, clock = _told(scene(OPENAI_BASE_URL=up.url, clock=lambda: 2000.0))
    assert (clock.name, clock.status) == ("clock.upstream.openai", "warning")
    assert "999 s behind" in clock.message


def test_the_upstreams_of_the_file(scene, up, tmp_path):
    config = tmp_path / "ragproxy.toml"
    config.write_text(
        f'[[upstream]]\nname = "listed"\nbase_url = "{up.url}"\nmodels = ["writer"]\n'
        f'[[upstream]]\nname = "keyed"\nbase_url = "{up.url}"\nkey_env = "KEY_OF_IT"\n'
    )
    up.script(refusal(404, "No list"), path="/models")
    given = {"RAGPROXY_CONFIG": str(config), "KEY_OF_IT": "sk-of-it"}
    told = {each.name: each for each in _told(scene(**given))}
    assert {name: each.status for name, each in told.items()} in (
        {"upstream.listed": "ok", "upstream.keyed": "ok"},
        {"upstream.listed": "ok", "upstream.keyed": "failed"},  # whoever came first had no list
    )
    with pytest.raises(ConfigError, match="KEY_OF_IT is not set"):
        upstreams(scene(RAGPROXY_CONFIG=str(config)))


def test_an_azure_resource_is_asked_in_its_own_way(scene, up, tmp_path):
    config = tmp_path / "ragproxy.toml"
    config.write_text(
        f'[[upstream]]\nname = "az"\nkind = "azure"\nbase_url = "{up.url}"\nkey_env = "AZ"\nmodels = ["gpt"]\n'
    )
    up.script(Reply.json({"data": [{"id": "gpt-4o"}]}))
    (told,) = _told(scene(RAGPROXY_CONFIG=str(config), AZ="az-key"))
    assert told.status == "ok"
    asked = up.requests[-1]
    assert asked.path.startswith("/v1/openai/models?api-version=")
    assert asked.headers["api-key"] == "az-key"


def test_the_issuer(scene, web):
    about = "/.well-known/openid-configuration"
    given = {"RAGPROXY_AUTH": "oidc", "RAGPROXY_OIDC_AUDIENCE": "us"}
    with web({about: (200, {"issuer": "it"})}) as url:
        told = list(issuer(scene(RAGPROXY_OIDC_ISSUER=url, **given)))
        assert [(each.name, each.status) for each in told] == [("issuer", "ok"), ("clock.issuer", "ok")]
        told = list(issuer(scene(RAGPROXY_OIDC_ISSUER=url, clock=lambda: time.time() + 300, **given)))
        assert told[1].status == "warning"
    with web({}) as url:
        assert next(issuer(scene(RAGPROXY_OIDC_ISSUER=url, **given))).status == "failed"
    assert next(issuer(scene(RAGPROXY_OIDC_ISSUER=url, **given))).status == "failed"  # it has ended
    assert list(issuer(scene())) == []


def _told(scene):
    return list(carry_out(upstreams(scene), scene.timeout_s))
