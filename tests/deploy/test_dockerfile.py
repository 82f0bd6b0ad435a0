"""The Dockerfile: clean for hadolint, and one with the Procfile, the lock and what is sent to the builder."""

import json
import re
import subprocess
from dataclasses import fields

from ragproxy.settings import Settings, from_env
from tests.deploy.conftest import ROOT, tool


def test_hadolint_finds_nothing():
    ended = subprocess.run(
        [tool("hadolint"), "--no-color", str(ROOT / "Dockerfile")], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_it_starts_the_procfiles_web_process_without_a_shell(dockerfile, procfile):
    (command,) = [rest for name, rest in dockerfile if name == "CMD"]
    assert json.loads(command) == procfile["web"]


def test_its_environment_is_that_of_the_procfile_and_made_of_settings(image):
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    defaults = dict(re.findall(r"(\w+)=\$\{\1:-([^}]*)\}", web))
    assert {name: image[name] for name in defaults} == defaults
    ours = {field.metadata["variable"] for field in fields(Settings)}
    assert set(image) <= ours | {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    from_env(image | {"RAGPROXY_ADMIN_KEY": "a" * 64})


def test_it_runs_as_nobody_in_particular_and_stops_as_gunicorn_wishes(dockerfile, image):
    instructions = dict(dockerfile)
    assert instructions["USER"] == "10001:10001"
    assert instructions["STOPSIGNAL"] == "SIGTERM"
    assert instructions["VOLUME"] == image["RAGPROXY_DATA_DIR"]
    assert instructions["EXPOSE"] == image["PORT"]
    assert "ragproxy.probe" in instructions["HEALTHCHECK"]


def test_it_installs_the_lock_and_nothing_newer(dockerfile):
    installs = [rest for name, rest in dockerfile if (name == "RUN" and '"install"' in rest) or " pip install " in rest]
    assert any('"-r", "requirements.txt"' in line for line in installs)
    assert all("--no-deps" in line for line in installs if "requirements.txt" not in line)


def test_the_lock_has_the_extras_that_the_scaled_set_needs():
    lock = (ROOT / "requirements.txt").read_text()
    for package in ("psycopg-binary", "redis", "boto3", "opentelemetry-exporter-otlp-proto-http"):
        assert re.search(rf"^{package}==", lock, re.MULTILINE), package


def test_the_builder_is_sent_what_is_copied_and_no_more(dockerfile):
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    copied = {
        source
        for name, rest in dockerfile
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == sent
    for path in sent:
        assert (ROOT / path).exists()
