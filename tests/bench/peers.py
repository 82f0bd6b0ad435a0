"""The gateways that are measured: ours, those that `make peers` installs, and the floor that ours stands on.

Each is one process on loopback.
"""

import importlib.util
import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.servers import ROOT, environment, ragproxy

FOLDER = ROOT / ".peers"
PORTKEY = FOLDER / "portkey" / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
LITELLM = FOLDER / "litellm" / "bin" / "litellm"
THREADS = "1024"  # as many requests at once as the largest number of streams asks for


@dataclass(frozen=True)
class Gateway:
    """How one is started and asked; `{port}` in `command` and `variables` is where it shall listen."""

    name: str
    command: tuple[str, ...]
    variables: dict[str, str]
    cwd: Path
    headers: dict[str, str] = field(default_factory=dict)

    def started(self, port):
        """The command and the environment for that port."""
        filled = {name: value.replace("{port}", str(port)) for name, value in self.variables.items()}
        return [part.replace("{port}", str(port)) for part in self.command], filled


def ours(scratch, upstream_url):
    """ragproxy with each worker class that is installed."""
    return [_ragproxy(scratch / f"gateway-{name}", upstream_url, name) for name in _classes()]


def floors(scratch, upstream_url):
    """The libraries alone, with the same."""
    options = ("--threads", THREADS, "--worker-connections", "2048", "--keep-alive", "30", "--log-level", "warning")
    return [
        Gateway(
            f"floor ({name})",
            (sys.executable, "-m", "gunicorn", "-b", "127.0.0.1:{port}", "-k", name, *options, "tests.bench.floor:app"),
            _bare(UPSTREAM=upstream_url),
            ROOT,
        )
        for name in _classes()
    ]


def peers(scratch, upstream_url):
    """The peers that are installed; says which are not."""
    found = []
    for name, path, make in (("Portkey", PORTKEY, _portkey), ("LiteLLM", LITELLM, _litellm)):
        if path.exists() and (name != "Portkey" or shutil.which("node")):
            found.append(make(scratch, upstream_url))
        else:
            print(f"{name}: absent, `make peers` installs it")
    return found


def _classes():
    if importlib.util.find_spec("gevent"):
        return ["gthread", "gevent"]
    print("gevent: absent, it is not installed")
    return ["gthread"]


def _ragproxy(data_dir, upstream_url, worker_class):
    ragproxy("migrate", data_dir=data_dir)
    variables = environment(
        data_dir,
        PORT="{port}",
        OPENAI_BASE_URL=upstream_url,
        RAGPROXY_UPSTREAM_MODEL="tiny",
        RAGPROXY_WORKER_CLASS=worker_class,
        RAGPROXY_THREADS=THREADS,
        RAGPROXY_LOG_LEVEL="warning",
    )
    command = (sys.executable, "-m", "gunicorn", "-c", "python:ragproxy.serving", "wsgi:app")
    return Gateway(f"ragproxy ({worker_class})", command, variables, ROOT)


def _portkey(scratch, upstream_url):
    headers = {"x-portkey-provider": "openai", "x-portkey-custom-host": upstream_url}
    return Gateway("Portkey", ("node", str(PORTKEY), "--port={port}", "--headless"), _bare(), scratch, headers)


def _litellm(scratch, upstream_url):
    parameters = {"model": "openai/tiny", "api_base": upstream_url, "api_key": "sk-bench"}
    config = scratch / "litellm.yaml"
    config.write_text(  # JSON is YAML
        json.dumps(
            {
                "model_list": [{"model_name": "tiny", "litellm_params": parameters}],
                "litellm_settings": {"telemetry": False},
            }
        )
    )
    command = (str(LITELLM), "--config", str(config), "--host", "127.0.0.1", "--port", "{port}", "--num_workers", "1")
    variables = _bare(
        LITELLM_LOG="ERROR",
        LITELLM_LOCAL_MODEL_COST_MAP="True",  # its own table of prices, not that of the network
        LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY="true",  # open, as the others are
    )
    return Gateway("LiteLLM", command, variables, scratch)


def _bare(**variables):
    return {**{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}, **variables}
