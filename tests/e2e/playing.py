"""The playground as its tests use it: its server, and what a person does on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import browsing
from tests.e2e.conftest import writing
from tests.e2e.servers import Server, migrated, ragproxy
from tests.ingestion.samples import pdf
from tests.upstream import Upstream

expect.set_options(timeout=15_000)  # a machine that runs other tests besides is in no hurry

FILLER = "On ne dit rien ici qui compte. "
TOWER = "# Tour Eiffel\n\nLa tour Eiffel mesure 330 mètres de haut.\n"
RULES = pdf(FILLER * 36, FILLER * 10 + "Le préavis du contrat est de trois mois. " + FILLER * 30)


@contextmanager
def served(folder: Path, upstream: Upstream | None = None, **variables: str) -> Iterator[Server]:
    """A server with a page of Markdown and a PDF of two pages, whose answers `upstream` writes if there is one."""
    migrated(folder)
    documents = folder / "documents"
    documents.mkdir()
    (documents / "tour.md").write_text(TOWER, encoding="utf-8")
    (documents / "contrat.pdf").write_bytes(RULES)
    ragproxy("ingest", documents, "--store", "default", data_dir=folder)
    written = writing(upstream) if upstream else {}
    with Server(folder, **{**written, **variables}) as server:
        yield server


@contextmanager
def opened(browser: Browser, server: Server, path: str = "/", **context) -> Iterator[browsing.Seen]:
    """The playground, ready to be used; watched."""
    with browsing.visit(browser, server.url + path, **context) as seen:
        ready(seen.page)
        yield seen


def ready(page: Page) -> None:
    """Wait until the page has read what the server offers."""
    page.wait_for_selector("html[data-ready]")


def ask(page: Page, question: str) -> Locator:
    """Type a question and send it; its answer, which may still be on its way."""
    page.get_by_label("Your question").or_(page.get_by_label("Votre question")).fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("article.question").last).to_have_text(question)
    return page.locator("article.answer").last


def whole(answer: Locator) -> Locator:
    """The same once it has ended."""
    expect(answer.locator(".times")).to_be_visible()
    return answer


def conversation_of(page: Page) -> str:
    """The id of the conversation that is shown."""
    page.wait_for_url(re.compile("#conv_"))
    return page.url.partition("#")[2]


def kept(server: Server, conversation_id: str) -> list[tuple[str, str, str]]:
    """The messages of a conversation as the server has them: role, status and text."""
    told = requests.get(f"{server.url}/v1/conversations/{conversation_id}/items?order=asc&limit=100", timeout=5).json()
    return [(item["role"], item["status"], item["content"][0]["text"]) for item in told["data"]]
