"""The code in the documentation, to be run as a reader would."""

import multiprocessing
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from openai import OpenAI

from tests.e2e.servers import ROOT, Server
from tests.ingestion.samples import pdf

INTEGRATIONS = sorted((ROOT / "docs" / "guide").glob("*/integrations.md"))  # a program for each section
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs" / "guide").rglob("*.md")} - {*INTEGRATIONS})]
ADDRESS = "http://localhost:8083"

# an interpreter that has imported the official client already: the code of a page runs in a copy of it
_COPIES = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload(["openai", __name__])
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in one of the languages."""
    return [code for language, code in _FENCE.findall(page.read_text(encoding="utf-8")) if language in languages]


def programs(page: Path) -> dict[str, list[tuple[str, str]]]:
    """(language, code) of the blocks of each section of a page that has some, in order."""
    _, *parts = _SECTION.split(page.read_text(encoding="utf-8"))
    sections = zip(parts[::2], parts[1::2], strict=True)
    return {heading: found for heading, text in sections if (found := _FENCE.findall(text))}


def pages(*languages: str) -> list[Path]:
    """The pages that have such blocks."""
    return [page for page in PAGES if blocks(page, *languages)]


def title(page: Path) -> str:
    """A page as the tests name it."""
    return str(page.relative_to(ROOT))


def interpreted(program: str, folder: Path, timeout_s: float) -> tuple[int | None, str, str]:
    """Run Python in a folder, with PATH alone of the machine's settings: its exit code, and what it said on both outputs."""
    outputs = [folder / "stdout", folder / "stderr"]
    process = _COPIES.Process(target=_interpret, args=(program, folder, outputs))
    process.start()
    process.join(timeout_s)
    process.kill()
    process.join()
    said, complained = (output.read_text(encoding="utf-8") for output in outputs)
    return process.exitcode, said, complained


def _interpret(program: str, folder: Path, outputs: list[Path]) -> None:
    for number, output in enumerate(outputs, 1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    path = os.environ["PATH"]
    os.environ.clear()
    os.environ["PATH"] = path
    exec(compile(program, "<page>", "exec"), {"__name__": "__main__"})


@contextmanager
def reader(folder: Path, server: Server) -> Iterator[Path]:
    """A folder with the documents that the code opens; what the code put into the server is gone afterwards."""
    (folder / "contract.pdf").write_bytes(
        pdf("The notice period is three months.\nLa durée du préavis est de trois mois.")
    )
    (folder / "archive.pdf").write_bytes(pdf("The archive is kept for ten years."))
    (folder / "train.jsonl").write_text('{"messages": []}\n' * 10)
    before = _resources(server)
    yield folder
    for path in _resources(server) - before:
        requests.delete(server.url + path, timeout=30).raise_for_status()


def _resources(server: Server) -> set[str]:
    """The paths of all stores, files and assistants."""
    with OpenAI(base_url=server.url, api_key="sk-reader", max_retries=0, timeout=30) as client:
        stores = {f"/vector_stores/{store.id}" for store in client.vector_stores.list(limit=100)}
        assistants = requests.get(f"{server.url}/assistants?limit=100", timeout=30).json()["data"]
        files = {f"/files/{file.id}" for file in client.files.list(limit=100)}
        return stores | files | {f"/assistants/{each['id']}" for each in assistants}
