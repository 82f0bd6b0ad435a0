"""A real Chroma server for tests, in a folder of the test's own; it can be killed and started again."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

START_S = 30


class ChromaServer:
    """`chroma run` over a folder, on a port that stays the same when it is started again."""

    def __init__(self, folder):
        self.folder = Path(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        command = Path(sys.executable).with_name("chroma")
        self.process = subprocess.Popen(
            [command, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "RUST_LOG": "error", "ANONYMIZED_TELEMETRY": "False"},
        )
        deadline = time.monotonic() + START_S
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2).close()
                return self
            except OSError:
                assert self.process.poll() is None, "the Chroma server ended"
                assert time.monotonic() < deadline, "the Chroma server did not answer in time"
                time.sleep(0.05)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
