"""`ragproxy serve`, run for real: what it says, what it refuses, what it leaves behind."""

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import requests

from ragproxy.cli.context import opened
from ragproxy.cli.serve import seed
from ragproxy.settings import from_env
from ragproxy.state import holder
from tests.e2e.servers import ROOT, environment, free_port, ragproxy


def test_the_first_start_indexes_the_guide_and_says_where_to_ask(served):
    assert "The user guide is in the vector store 'default': " in served.started
    assert "0 failed" in served.started
    assert f"serves {served.url}" in served.started
    assert re.search(rf"curl {served.url}/v1/chat/completions .*'", served.started)
    assert f"Ask in a browser at {served.url}/, or with:" in served.started
    assert "Any key is accepted (RAGPROXY_AUTH=open), from this machine alone." in served.errors()
    assert "WARNING" not in served.errors()


def test_the_page_it_names_is_the_playground(served):
    page = requests.get(re.search(r"in a browser at (\S+),", served.started)[1], timeout=5)
    assert page.status_code == 200
    assert "/static/playground/main.js" in page.text


def test_the_curl_line_it_prints_is_answered_from_the_guide(served):
    line = re.search(r"^ +(curl .*)$", served.started, re.MULTILINE).group(1)
    answer = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert "8083" in answer
    assert '"sources"' in answer


def test_a_second_server_is_refused_in_a_sentence(served, served_dir):
    second = ragproxy("serve", "--port", free_port(), data_dir=served_dir, check=False)
    assert second.returncode == 1
    assert f"which serves {served.url}" in second.stderr
    assert f"process {holder(served_dir)['pid']}" in second.stderr
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


def test_a_question_on_the_command_line_is_sent_to_the_server_that_holds_the_data(served, served_dir):
    asked = ragproxy("ask", "Which port does it listen on by default?", data_dir=served_dir)
    assert "8083" in asked.stdout
    assert "Sources:" in asked.stdout


def test_a_taken_port_is_said_before_anything_listens(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = ragproxy("serve", "--port", port, data_dir=tmp_path, check=False)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: PORT: 127.0.0.1:{port} is taken by another program; choose another port with PORT or --port\n"
    )


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_said(tmp_path, host):
    refused = ragproxy("serve", "--host", host, data_dir=tmp_path, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: HOST: cannot listen on '{host}': ")
    assert "Traceback" not in refused.stderr


def test_a_start_with_a_default_store_leaves_it_alone(keyed):
    assert "serves" in keyed.started
    assert "user guide" not in keyed.started


def test_the_admin_key_is_named_and_never_said(keyed):
    assert "Bearer $RAGPROXY_ADMIN_KEY" in keyed.started
    assert "accepted" not in keyed.errors()
    assert "hush" not in keyed.started + keyed.errors()


def test_a_store_of_another_embedder_is_mentioned(keyed):
    assert (
        "'default' was indexed with the embedder 'hash-384', and 'bge-m3' is configured: run `ragproxy reindex default`"
    ) in keyed.errors()


def test_a_server_open_to_the_network_warns(tmp_path):
    ragproxy("stores", "create", "default", data_dir=tmp_path)  # and so the guide need not be indexed
    with _serve(tmp_path, "--host", "0.0.0.0") as served:
        assert "WARNING: RAGPROXY_AUTH=open, and the server listens on 0.0.0.0" in served.errors()
        assert f"curl {served.url}/v1/chat/completions" in served.started


def test_an_interrupted_seeding_is_taken_up_again(settings, documents, capsys):
    with opened(settings) as services:
        seed(services, documents / "louvre.md")  # not a folder: no guide
        assert "There is no user guide" in capsys.readouterr().out
        assert services.state.stores.list(owner="default") == []

        services.state.stores.create("default", owner="default")
        (settings.data_dir / "seeding").touch()  # as a kill leaves it
        seed(services, documents)
        assert "2 added" in capsys.readouterr().out
        seed(services, documents)
        assert capsys.readouterr().out == ""


def test_a_store_the_user_has_made_is_not_filled_with_the_guide(settings, documents, capsys):
    with opened(settings) as services:
        store = services.state.stores.create("default", owner="default")
        seed(services, documents)
        assert services.state.files.of_store(store.id) == []
        assert capsys.readouterr().out == ""


@pytest.fixture
def settings(data_dir):
    return from_env({"RAGPROXY_DATA_DIR": str(data_dir)})


@pytest.fixture(scope="module")
def served(served_dir):
    with _serve(served_dir) as server:
        yield server


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A server with keys, over documents of the user's that another embedder has indexed."""
    data_dir = tmp_path_factory.mktemp("keyed")
    (document := data_dir / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    ragproxy("ingest", document, data_dir=data_dir)
    keys = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": "hush"}
    upstream = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "RAGPROXY_UPSTREAM_MODEL": "m"}
    with _serve(data_dir, RAGPROXY_EMBEDDING_MODEL="bge-m3", **keys, **upstream) as server:
        yield server


@pytest.fixture(scope="module")
def served_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


class _Served:
    """A running `ragproxy serve`."""

    def __init__(self, url, process, out, err):
        self.url, self.process, self._out, self._err = url, process, out, err

    @property
    def started(self):
        return self._out.read_text()

    def errors(self):
        return self._err.read_text()

    def wait(self):
        until = time.monotonic() + 60
        while True:
            try:
                if requests.get(f"{self.url}/health", timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            assert self.process.poll() is None, self.started + self.errors()
            assert time.monotonic() < until, self.started + self.errors()
            time.sleep(0.05)


@contextmanager
def _serve(data_dir, *arguments, **variables):
    port = free_port()
    out, err = data_dir / f"{port}.out", data_dir / f"{port}.err"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "ragproxy", "serve", *arguments],
            env=environment(data_dir, PORT=str(port), **variables),
            cwd=ROOT,
            stdout=stdout,
            stderr=stderr,
        )
    server = _Served(f"http://127.0.0.1:{port}", process, out, err)
    try:
        server.wait()
        yield server
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert holder(data_dir) is None  # the data is free for the next one
    finally:
        process.kill()
        process.wait()
