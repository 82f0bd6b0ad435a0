"""`make bench`: every benchmark, or those named: `python -m tests.bench chat stores`."""

import sys
import tempfile
from pathlib import Path

from tests.bench import chat, stores
from tests.bench.tables import load

BENCHMARKS = {"chat": chat.run, "stores": stores.run}


def main(names):
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    load("before")
    with tempfile.TemporaryDirectory() as scratch:
        for name in names or BENCHMARKS:
            BENCHMARKS[name](Path(scratch))
    load("after")


if __name__ == "__main__":
    main(sys.argv[1:])
