"""The command as a shell sees it: exit codes, signals, pipes, one sentence for an error."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from ragproxy import __version__
from ragproxy.cli import main
from tests.e2e.servers import ROOT, environment, ragproxy
from tests.replies import Reply, chat_chunk
from tests.upstream import Upstream


def test_the_version_and_the_help_need_no_settings(run):
    assert run("--version", PORT="nonsense").output == f"ragproxy, version {__version__}\n"
    for command in ([], *([name] for name in main.commands)):
        shown = run(*command, "--help", PORT="nonsense")
        assert shown.exit_code == 0
        assert shown.output.startswith("Usage: ")


def test_every_command_is_there_and_says_what_it_does():
    assert set(main.commands) == {
        "serve", "worker", "migrate", "ingest", "search", "ask", "reindex", "stores", "doctor", "eval",
        "keys", "usage", "agents", "assistants", "batches",
    }  # fmt: skip
    assert all(command.get_short_help_str() for command in main.commands.values())


@pytest.mark.parametrize("command", [["migrate"], ["ask", "x"], ["serve"], ["stores", "list"]])
def test_a_bad_setting_is_an_error_in_one_line(run, command):
    done = run(*command, PORT="nonsense")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: PORT: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_used_is_an_error_in_one_line(run, data_dir):
    data_dir.write_text("a file is in the way")
    done = run("migrate")
    assert done.exit_code != 0
    assert "Traceback" not in done.output


def test_the_option_comes_before_the_variable(run, documents, data_dir, tmp_path):
    run("ingest", documents, RAGPROXY_DATA_DIR=str(tmp_path / "elsewhere"))
    assert (data_dir / "ragproxy.db").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_migrating_makes_the_database_and_says_so(run, data_dir):
    for _ in range(2):
        done = run("migrate")
        assert (done.exit_code, done.output) == (0, "The database is up to date.\n")
    assert (data_dir / "ragproxy.db").exists()


def test_python_m_ragproxy_is_the_command(tmp_path):
    assert ragproxy("--version", data_dir=tmp_path, warm=False).stdout == f"ragproxy, version {__version__}\n"


def test_eval_prints_its_figures_and_leaves_the_stores_alone(run, tmp_path, data_dir):
    folder = tmp_path / "set"
    folder.mkdir()
    documents = [{"_id": "a", "title": "", "text": "Cats purr."}, {"_id": "b", "title": "", "text": "Dogs bark."}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents))
    queries = [{"_id": "q", "text": "Who barks? dogs", "answers": ["Dogs"]}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\tb\t1\n")
    done = run("eval", folder)
    assert done.exit_code == 0
    assert "2 documents" in done.stdout
    assert "nDCG@10" in done.stdout
    assert "1.000" in done.stdout
    assert not data_dir.exists()
    (folder / "qrels.tsv").unlink()
    missing = run("eval", folder)
    assert missing.exit_code == 1
    assert "qrels.tsv" in missing.stderr


def test_ctrl_c_is_quiet_and_says_so_to_the_shell(tmp_path, documents):
    with Upstream(models=["tiny"]) as upstream:
        ragproxy("ingest", documents, data_dir=tmp_path)
        upstream.script(
            Reply.events(chat_chunk({"role": "assistant", "content": "It"}), stalls=True), path="/chat/completions"
        )
        asking = _start(
            "ask", "How tall is it?", data_dir=tmp_path, OPENAI_BASE_URL=upstream.url, RAGPROXY_UPSTREAM_MODEL="tiny"
        )
        _wait_until(lambda: any(request.path.endswith("/chat/completions") for request in upstream.requests))
        asking.send_signal(signal.SIGINT)
        _, errors = asking.communicate(timeout=20)
    assert asking.returncode == 130
    assert "Traceback" not in errors
    assert "Aborted" not in errors


def test_a_reader_that_leaves_early_is_no_error(tmp_path, documents):
    for number in range(40):
        (documents / f"tower-{number}.md").write_text(f"Tower number {number}. " + "The towers of the city. " * 40)
    ragproxy("ingest", documents, data_dir=tmp_path)
    searching = _start("search", "towers", "--top-k", "50", data_dir=tmp_path)
    searching.stdout.close()
    errors = searching.stderr.read()
    searching.wait(30)
    assert errors == ""


def test_a_command_leaves_the_data_free(tmp_path, documents):
    for _ in range(2):
        assert "0 failed" in ragproxy("ingest", documents, data_dir=tmp_path).stdout


def test_a_killed_ingestion_keeps_what_it_reported(tmp_path, documents):
    for number in range(450):
        (documents / f"{number}.md").write_text(f"Note number {number}.")
    data_dir = tmp_path / "data"
    ingesting = _start("ingest", documents, data_dir=data_dir)
    reported = [ingesting.stdout.readline()]
    ingesting.kill()
    reported += ingesting.stdout.readlines()
    ingesting.wait()
    assert 1 <= len(reported) < 452
    resumed = ragproxy("ingest", documents, data_dir=data_dir).stdout.splitlines()[-1]
    added, unchanged = (int(re.search(rf"(\d+) {word}", resumed).group(1)) for word in ("added", "unchanged"))
    assert added + unchanged == 452
    assert unchanged >= len(reported)
    assert ": 452 chunks." in ragproxy("reindex", "default", data_dir=data_dir).stdout


def _start(*arguments, data_dir, **variables):
    return subprocess.Popen(
        [sys.executable, "-m", "ragproxy", *map(str, arguments)],
        env=environment(data_dir, **variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_until(happened, timeout_s=30):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)
