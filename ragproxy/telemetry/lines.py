"""Log lines of JSON, without anybody's text."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from typing import TextIO

import orjson

_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line. Exceptions are told by type and place; their message may quote a prompt, so it needs
    `content=True`.
    """

    def __init__(self, *, content: bool = False) -> None:
        super().__init__()
        self._content = content

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info and record.exc_info[0]:
            kind, value, trace = record.exc_info
            line["error"] = f"{kind.__name__}: {value}" if self._content else kind.__name__
            line["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a character in a stranger's word, or a number beyond 64 bits
            return _ENCODER.encode(line)


def start_logging(level: str, *, content: bool = False, stream: TextIO | None = None) -> None:
    """Send the package's log lines to `stream` (stderr) as JSON; calling again replaces the former destination."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(content=content))
    logger = logging.getLogger("ragproxy")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    # the lines do not say where in the code they were written, nor by which thread
    logging._srcfile = None
    logging.logThreads = logging.logMultiprocessing = False
