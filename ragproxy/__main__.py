"""`python -m ragproxy` is the command `ragproxy`."""

from __future__ import annotations

from ragproxy.cli import main

if __name__ == "__main__":
    main(prog_name="ragproxy")
