"""What a server does of indexing: the services, started, until somebody kills them.

`python -m tests.ingestion.until_killed DATA_DIR JOBS`
"""

import sys
import time

from ragproxy.services import build
from ragproxy.settings import from_env

if __name__ == "__main__":
    services = build(from_env({"RAGPROXY_DATA_DIR": sys.argv[1], "RAGPROXY_JOBS": sys.argv[2]}))
    services.start()
    sys.stdout.write("started\n")
    sys.stdout.flush()
    time.sleep(600)
