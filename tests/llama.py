"""A real server of OpenAI's protocol, llama.cpp's own, with the tiny model: `with Llama(folder) as llama`.

It tells what its model was made to read, and stops writing a stream that nobody reads; of one who waits for a whole
answer and leaves it notices nothing.
Run as a program, this is the server: `python -m tests.llama model.gguf`, until its input ends.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import requests

from tests.tiny_model import CONTEXT, write_model

ROOT = Path(__file__).resolve().parent.parent
MODEL = "tiny"
KEY = "sk-llama"
SLOTS = 4  # answers it writes at once
_START_S, _END_S = 20, 5


class Llama:
    """The server, on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        path = folder / "tiny.gguf"
        write_model(path)
        self._log = folder / "llama.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.llama", str(path)],
                env={"PATH": os.environ["PATH"], "LLAMA_SERVER_SLOTS_DEBUG": "1"},  # slots then show their prompt
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        try:
            self.address = self._told_address()
        except BaseException:
            self.close()
            raise
        self.url = self.address + "/v1"

    def asked(self) -> Mapping[str, Any]:
        """The last request as its slot remembers it: `prompt`, `params`, `generated` and more."""
        return max(self._slots(), key=lambda slot: slot.get("id_task", -1))

    def writing(self) -> int:
        """How many answers it is writing now."""
        return sum(slot["is_processing"] for slot in self._slots())

    def written(self) -> int:
        """The tokens of all answers that have ended, whole or not."""
        lines = self._get("/metrics").text.splitlines()
        return int(next(line for line in lines if line.startswith("llamacpp:tokens_predicted_total ")).split()[1])

    def close(self) -> None:
        """End the process: by the end of its input, else by force."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told_address(self) -> str:
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], _START_S)
        address = self.process.stdout.readline().decode().strip() if ready else ""
        if not address.startswith("http"):
            raise RuntimeError(f"llama.cpp did not start:\n{self._log.read_text()}")
        return address

    def _slots(self) -> list[dict[str, Any]]:
        return self._get("/slots").json()

    def _get(self, path: str) -> requests.Response:
        reply = requests.get(self.address + path, headers={"authorization": f"Bearer {KEY}"}, timeout=10)
        reply.raise_for_status()
        return reply


def _serve(path: str) -> None:
    import xllamacpp  # the tests ask Llama only where this package is

    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = path, [MODEL]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [KEY]
    params.n_parallel, params.n_ctx = SLOTS, SLOTS * CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    # not the mean: where texts of unlike lengths share a batch, it is taken of their ends alone
    params.embedding, params.pooling_type = True, xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_LAST
    params.cache_prompt = False  # numbers would differ in their last digits with what was asked before
    params.endpoint_metrics = params.endpoint_slots = True
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 to the parent
    sys.stdin.read()
    os._exit(0)  # its own end would wait for the answers that it still writes


if __name__ == "__main__":
    _serve(sys.argv[1])
