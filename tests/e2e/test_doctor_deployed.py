"""`ragproxy doctor` on whole installations: both sets of services, and a scaled one whose workers are gone."""

import json
import time

import pytest
import requests

from tests.e2e.servers import Server, ragproxy

ADMIN = "sk-the-administrator-0123456789"


@pytest.mark.sets("embedded", "scaled")
def test_an_installation_that_is_well_is_found_well_beside_its_servers(deployed, tmp_path):
    with deployed(tmp_path, RAGPROXY_ADMIN_KEY=ADMIN) as server:
        told = _doctor(server, RAGPROXY_ADMIN_KEY=ADMIN)
        assert [each for each in told.values() if each["status"] != "ok"] == []
        assert {"server", "server.ready", "database", "index", "disk.data"} <= told.keys()
        if not isinstance(server, Server):
            parts = {"redis", "worker", "chroma", "bucket"}
            clocks = {"clock.database", "clock.redis", "clock.chroma", "clock.bucket"}
            assert parts | clocks <= told.keys()
        assert requests.get(server.url + "/ready", timeout=30).ok


@pytest.mark.sets("scaled")
def test_files_that_wait_while_no_worker_runs(deployed, tmp_path):
    with deployed(tmp_path) as machines:
        for process in machines.workers_of_jobs:
            process.kill()
            process.wait()
        file = {"file": ("pool.txt", b"The town's pool opens at seven.")}
        made = requests.post(f"{machines.url}/v1/files", files=file, data={"purpose": "assistants"}, timeout=30).json()
        store = requests.post(f"{machines.url}/v1/vector_stores", json={"file_ids": [made["id"]]}, timeout=30).json()
        told = _doctor(machines, "--timeout", "1", fails=True)
        assert told["worker"]["status"] == "failed"
        assert told["worker"]["advice"] == "Start one: `ragproxy worker`"
        machines.workers_of_jobs.append(machines.worker("another"))
        assert _doctor(machines)["worker"]["status"] == "ok"
        until = time.monotonic() + 60
        while (
            requests.get(f"{machines.url}/v1/vector_stores/{store['id']}", timeout=30).json()["status"] != "completed"
        ):
            assert time.monotonic() < until
            time.sleep(0.1)


def _doctor(server, *options, fails=False, **variables):
    """What it says, by name."""
    arguments = ("doctor", "--json", *options)
    more = {"PORT": str(server.port), "check": False, **variables}
    if isinstance(server, Server):
        done = ragproxy(*arguments, data_dir=server.data_dir, **more)
    else:
        done = ragproxy(*arguments, data_dir=server.folder / "operator", **{**server.variables, **more})
    assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)}
