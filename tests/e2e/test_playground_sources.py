"""The playground in a real browser, around sources: the markers of an answer, and the panel that they open."""

import re
import time

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.playing import ask, opened, served, whole
from tests.replies import Reply, chat_frames

FRENCH = "Quelle est la hauteur de la tour Eiffel ?"


def test_a_marker_opens_the_passage_in_its_document_at_its_page(browser, server, upstream):
    upstream.text = "Le préavis est de trois mois [1]."
    with opened(browser, server) as seen:
        page = seen.page
        answer = whole(ask(page, "Quel est le préavis du contrat ?"))
        marker = answer.get_by_role("button", name=re.compile(r"^Source 1: contrat\.pdf, p\. 2$")).first
        marker.click()
        panel = page.get_by_role("complementary", name="contrat.pdf, p. 2")
        expect(panel.locator("mark")).to_contain_text("Le préavis du contrat est de trois mois.")
        expect(panel.locator("mark")).to_be_in_viewport()
        expect(panel.locator("mark strong")).to_contain_text("Le préavis du")
        assert len(panel.locator("mark strong").text_content()) <= 300
        expect(panel.locator("#panel-about")).to_contain_text("Source 1 · Page 2.")
        expect(panel.get_by_role("heading", name="Page 1")).to_have_count(1)
        expect(panel.get_by_role("heading", level=2)).to_be_focused()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(marker).to_be_focused()
        seen.is_clean()


def test_a_source_that_is_read_elsewhere_shows_its_quote_and_its_address(browser, server, upstream):
    upstream.text = "Neuf mètres [1]."
    api, address = f"{server.url}/v1", "https://example.org/pont"
    store = requests.post(f"{api}/vector_stores", json={"name": "ponts"}, timeout=5).json()["id"]
    sent = {"file": ("pont.txt", "Le pont a 9 mètres de large.".encode())}
    file_id = requests.post(f"{api}/files", files=sent, data={"purpose": "assistants"}, timeout=5).json()["id"]
    attached = {"file_id": file_id, "attributes": {"url": address}}
    requests.post(f"{api}/vector_stores/{store}/files", json=attached, timeout=5)
    until = time.monotonic() + 15
    while requests.get(f"{api}/vector_stores/{store}/files/{file_id}", timeout=5).json()["status"] != "completed":
        assert time.monotonic() < until
        time.sleep(0.1)
    with opened(browser, server) as seen:
        page = seen.page
        page.get_by_label("Documents", exact=True).select_option(store)
        whole(ask(page, "Quelle est la largeur du pont ?")).locator(".marker").click()
        expect(page.locator("#panel mark")).to_have_text("Le pont a 9 mètres de large.")
        expect(page.locator("#panel").get_by_role("link", name="Open the document")).to_have_attribute("href", address)
        seen.is_clean()
    requests.delete(f"{api}/vector_stores/{store}", timeout=5)


def test_without_links_the_quote_alone_is_shown(browser, tmp_path, upstream):
    upstream.text = "330 metres [1]."
    with (
        served(tmp_path, upstream, RAGPROXY_SOURCE_LINK_SECONDS="0") as server,
        opened(browser, server) as seen,
    ):
        whole(ask(seen.page, FRENCH)).locator(".marker").click()
        expect(seen.page.locator("#panel mark")).to_contain_text("La tour Eiffel mesure 330 mètres de haut.")
        expect(seen.page.locator("#panel").get_by_role("link")).to_have_count(0)


def test_a_passage_that_is_not_there_any_more_is_told(browser, server, upstream):
    upstream.text = "330 metres [1]."
    with opened(browser, server) as seen:
        page = seen.page
        answer = whole(ask(page, FRENCH))
        told = {"error": {"message": "", "type": "invalid_request_error", "param": None, "code": "source_expired"}}
        page.route("**/sources/*", lambda route: route.fulfill(status=410, json=told))
        answer.locator(".marker").click()
        expect(page.locator("#panel-about")).to_contain_text("has expired. Ask the question again")
        expect(page.locator("#panel mark")).to_contain_text("330 mètres")  # the quote came with the answer


def test_a_reader_keeps_the_place_while_the_answer_grows(browser, server, upstream):
    role, marked, more, of_it, *rest = chat_frames("It is 330 metres tall [1].\n\n", "More", " of it.\n\nAnd", " more.")
    growing = Reply.events(role + marked, more, of_it, b"".join(rest), delay_s=0.5)
    upstream.script(growing, path="/chat/completions")
    with opened(browser, server) as seen:
        page = seen.page
        answer = ask(page, FRENCH)
        answer.locator(".marker").focus()
        expect(whole(answer).locator(".text")).to_contain_text("And more.")
        expect(answer.locator(".text .marker")).to_be_focused()


def test_a_number_that_no_source_has_stays_text(browser, server, upstream):
    upstream.text = "330 metres [1], not [77], `[1]`."
    with opened(browser, server) as seen:
        answer = whole(ask(seen.page, FRENCH))
        expect(answer.locator(".text")).to_have_text("330 metres 1, not [77], [1].")
        expect(answer.locator(".marker")).to_have_count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("playground"), shared_upstream) as server:
        yield server
