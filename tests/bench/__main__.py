"""`make bench`: every benchmark, or those named: `python -m tests.bench chat stores`.

`python -m tests.bench gateway --quick` only shows that it runs.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import access, chat, gateway, stores
from tests.bench.tables import load

BENCHMARKS = {"gateway": gateway.run, "chat": chat.run, "stores": stores.run, "access": access.run}
QUICK = {"gateway": gateway.quick}


def main(arguments):
    benchmarks = QUICK if "--quick" in arguments else BENCHMARKS
    names = [name for name in arguments if name != "--quick"]
    unknown = set(names) - benchmarks.keys()
    if unknown:
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(benchmarks)}")
    load("before")
    with tempfile.TemporaryDirectory() as scratch:
        for name in names or benchmarks:
            benchmarks[name](Path(scratch))
    load("after")


if __name__ == "__main__":
    main(sys.argv[1:])
