"""`python -m ragproxy.probe [PATH [PORT]]`: the exit code says whether this machine answers there with 200.

For the health checks of containers, whose images have no curl. Without arguments it asks `/ready` on PORT.
"""

from __future__ import annotations

import http.client
import sys
from collections.abc import Sequence

from ragproxy.errors import ConfigError
from ragproxy.settings import from_env

TIMEOUT_S = 4.0


def answers(path: str, port: int, timeout_s: float = TIMEOUT_S) -> bool:
    """Whether `http://127.0.0.1:port/path` answers 200, whatever proxies the environment names."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when it answers, 1 when not, 2 when nobody can say where to ask."""
    path = arguments[0] if arguments else "/ready"
    try:
        port = int(arguments[1]) if len(arguments) > 1 else from_env().port
    except (ConfigError, ValueError) as err:
        sys.stderr.write(f"{err}\n")
        return 2
    return 0 if answers(path, port) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
