"""The playground in a real browser: asking, looking at sources, stopping, coming back."""

import re
import time

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.playing import ask, conversation_of, kept, opened, ready, served, whole
from tests.e2e.servers import Server, free_port, migrated
from tests.replies import Reply, chat_frames, refusal

ADMIN = "sk-admin-of-the-playground"
FRENCH = "Quelle est la hauteur de la tour Eiffel ?"


def test_the_first_visit_needs_no_key_and_nothing_to_set(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
        expect(page.get_by_label("Agent", exact=True)).to_have_value("ragproxy")
        expect(page.get_by_label("Documents", exact=True).locator("option")).to_have_text(
            ["The agent's own", "default (2 files)"]
        )
        expect(page.locator("dialog[open]")).to_have_count(0)
        seen.is_clean()


def test_the_page_speaks_french_to_a_french_browser(browser, server, upstream):
    upstream.text = "La tour mesure 330 mètres [1]."
    with opened(browser, server, locale="fr-FR") as seen:
        page = seen.page
        assert page.get_attribute("html", "lang") == "fr"
        expect(page.get_by_role("heading", name="Interrogez vos documents")).to_be_visible()
        answer = whole(ask(page, FRENCH))
        expect(answer.locator(".text")).to_have_text("La tour mesure 330 mètres 1.")
        expect(answer.locator(".times")).to_have_text(re.compile(r"^recherche .+ms · premier mot .+s · total .+s$"))
        seen.is_clean()


def test_stopping_before_the_first_word_leaves_nothing_to_take_back(browser, server, upstream):
    upstream.script(Reply.json({}, head_delay_s=30), path="/chat/completions")
    with opened(browser, server) as seen:
        page = seen.page
        answer = ask(page, FRENCH)
        expect(answer.get_by_text("Looking for an answer…")).to_be_visible()
        page.keyboard.press("Escape")
        expect(answer.locator(".state")).to_have_text("Stopped")
        upstream.reset()
        upstream.text = "330 metres."
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator("article.answer .text")).to_have_text(["330 metres."])
        whole(page.locator("article.answer"))
        assert len(kept(server, conversation_of(page))) == 2


def test_an_answer_can_be_stopped_and_asked_again(browser, server, upstream):
    upstream.script(Reply.events(*chat_frames("The tower", " is")[:3], stalls=True), path="/chat/completions")
    with opened(browser, server) as seen:
        page = seen.page
        answer = ask(page, FRENCH)
        expect(answer.locator(".text")).to_have_text("The tower is")
        page.get_by_role("button", name="Stop").click()
        expect(whole(answer).locator(".state")).to_have_text("Stopped")
        expect(answer.locator(".text")).to_have_text("The tower is")
        assert upstream.to("/chat/completions")[-1].left.wait(2)
        upstream.text = "330 metres."
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator("article.answer .text")).to_have_text(["330 metres."])
        whole(page.locator("article.answer"))
        assert kept(server, conversation_of(page)) == [
            ("user", "completed", FRENCH),
            ("assistant", "completed", "330 metres."),
        ]
        seen.is_clean()


def test_a_whole_answer_asked_again_takes_the_place_of_the_first(browser, server, upstream):
    upstream.text = "One."
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, FRENCH))
        upstream.text = "Two."
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator("article.answer .text")).to_have_text(["Two."])
        whole(page.locator("article.answer"))
        assert [text for _, _, text in kept(server, conversation_of(page))] == [FRENCH, "Two."]


def test_asking_again_after_a_failure_takes_nothing_else_back(browser, server, upstream):
    upstream.text = "One."
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, FRENCH))
        upstream.script(*[refusal(400, "Not this one")] * 2, path="/chat/completions")
        failed = ask(page, FRENCH)  # the same words as before
        expect(failed.get_by_role("alert")).to_contain_text("Not this one")
        upstream.reset()
        upstream.text = "Two."
        failed.get_by_role("button", name="Ask again").click()
        expect(page.locator("article.answer .text")).to_have_text(["One.", "Two."])
        whole(page.locator("article.answer").last)
        assert [text for _, _, text in kept(server, conversation_of(page))] == [FRENCH, "One.", FRENCH, "Two."]


def test_a_reload_brings_the_conversation_back(browser, server, upstream):
    upstream.text = "**330 metres** [1]."
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, FRENCH))
        whole(ask(page, "And in feet?"))
        page.reload()
        ready(page)
        expect(page.locator("article.question")).to_have_text([FRENCH, "And in feet?"])
        expect(page.locator("article.answer strong")).to_have_text(["330 metres", "330 metres"])
        expect(page.get_by_role("heading", level=1)).to_have_text(FRENCH)
        page.locator(".marker").first.click()
        expect(page.locator("#panel mark")).to_contain_text("330 mètres")
        whole(ask(page, "Sure?"))
        assert len(kept(server, conversation_of(page))) == 6


def test_a_reload_in_the_middle_of_an_answer_loses_nothing_of_it(browser, server, upstream):
    upstream.script(Reply.events(*chat_frames("The tower", " is")[:3], stalls=True), path="/chat/completions")
    with opened(browser, server) as seen:
        page = seen.page
        expect(ask(page, FRENCH).locator(".text")).to_have_text("The tower is")
        page.reload()
        ready(page)
        expect(page.locator("article.question")).to_have_text([FRENCH])
        expect(page.locator("article.answer .text")).to_have_text(["The tower is"])
        expect(page.locator("article.answer .state")).to_have_text("Broken off")
        upstream.text = "330 metres."
        page.get_by_role("button", name="Ask again").click()
        whole(page.locator("article.answer"))
        assert [text for _, _, text in kept(server, conversation_of(page))] == [FRENCH, "330 metres."]


def test_an_answer_that_breaks_off_keeps_what_was_said(browser, server, upstream):
    begun = Reply.events(*chat_frames("The tower", " is")[:3])
    upstream.script(
        Reply(begun.pieces, headers=begun.headers, cut_at=sum(map(len, begun.wire())) - 5), path="/chat/completions"
    )
    with opened(browser, server) as seen:
        answer = ask(seen.page, FRENCH)
        expect(answer.get_by_role("alert")).to_contain_text("The answer broke off")
        expect(answer.locator(".text")).to_have_text("The tower is")
        expect(answer.get_by_role("button", name="Ask again")).to_be_visible()


def test_an_upstream_that_is_down_is_told_with_what_to_do(browser, tmp_path):
    dead = {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "RAGPROXY_UPSTREAM_MODEL": "tiny"}
    with served(tmp_path, **dead) as server, opened(browser, server) as seen:
        page = seen.page
        answer = ask(page, FRENCH)
        expect(answer.get_by_role("alert")).to_contain_text("The model does not answer", timeout=30_000)
        expect(answer.get_by_role("alert")).to_contain_text("choose another model above")
        page.get_by_label("Model", exact=True).select_option("extractive")
        answer.get_by_role("button", name="Ask again").click()
        expect(whole(page.locator("article.answer")).locator(".text")).to_contain_text("330 mètres")


def test_a_server_that_is_gone_is_told(browser, tmp_path):
    migrated(tmp_path)
    with Server(tmp_path) as server, opened(browser, server) as seen:
        server.close()
        answer = ask(seen.page, FRENCH)
        expect(answer.get_by_role("alert")).to_contain_text("The server cannot be reached")


def test_a_server_with_keys_asks_for_one_and_is_kind_about_a_wrong_one(browser, guarded, upstream):
    upstream.text = "330 metres [1]."
    with opened(browser, guarded) as seen:
        page = seen.page
        dialog = page.get_by_role("dialog", name="This server wants a key")
        expect(dialog.get_by_role("alert")).to_be_hidden()
        dialog.get_by_label("Key", exact=True).fill("sk-wrong")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("This server does not know this key")
        dialog.get_by_label("Key", exact=True).fill(ADMIN)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(whole(ask(page, FRENCH)).locator(".marker")).to_have_count(1)
        assert page.evaluate("[sessionStorage['ragproxy.key'], localStorage['ragproxy.key'] ?? null]") == [ADMIN, None]
        page.get_by_role("button", name="Show the request").click()
        shown = page.locator("#request-code")
        expect(shown).to_contain_text("$RAGPROXY_KEY")
        assert ADMIN not in page.content()
        seen.is_clean()


def test_a_key_is_remembered_on_demand_and_forgotten(browser, guarded):
    with opened(browser, guarded) as seen:
        page = seen.page
        page.get_by_label("Key", exact=True).fill(ADMIN)
        page.get_by_label("Remember it on this device").check()
        page.get_by_role("button", name="Use this key").click()
        expect(page.get_by_label("Agent", exact=True)).to_have_value("ragproxy")
        assert page.evaluate("[sessionStorage['ragproxy.key'] ?? null, localStorage['ragproxy.key']]") == [None, ADMIN]
        page.get_by_role("button", name="Settings").click()
        page.get_by_role("button", name="Forget the key").click()
        assert page.evaluate("localStorage['ragproxy.key'] ?? null") is None
        expect(page.locator("#set-key-state")).to_have_text("No key is set.")


def test_a_conversation_of_200_messages_opens_fast_and_is_read_backwards(browser, server, upstream):
    items = [
        {"type": "message", "role": role, "content": f"{role} {number}. {'Some **words** of it. ' * 20}"}
        for number in range(100)
        for role in ("user", "assistant")
    ]
    made = requests.post(f"{server.url}/v1/conversations", json={"metadata": {"title": "Long"}}, timeout=5).json()
    for start in range(0, len(items), 20):
        path = f"{server.url}/v1/conversations/{made['id']}/items"
        assert requests.post(path, json={"items": items[start : start + 20]}, timeout=5).ok
    with opened(browser, server) as seen:
        page = seen.page
        began = time.monotonic()
        page.get_by_role("link", name="Long").click()
        expect(page.locator("article").last).to_be_in_viewport()
        expect(page.locator("article").last).to_contain_text("assistant 99.")
        assert time.monotonic() - began < 4  # on a machine that does much else
        assert page.locator("article").count() == 40
        earlier = page.get_by_role("button", name="Earlier messages")
        for _ in range(4):
            count = page.locator("article").count()
            if earlier.is_visible():  # to scroll up to it reads on as well, and may have read the last of them
                earlier.dispatch_event("click")
                expect(page.locator("article")).not_to_have_count(count)
        expect(page.locator("article")).to_have_count(200)
        expect(page.locator("article").first).to_contain_text("user 0.")
        expect(earlier).to_be_hidden()
        upstream.text = "Still here."
        began = time.monotonic()
        whole(ask(page, "Are you still there?"))
        assert time.monotonic() - began < 15
        expect(page.locator("article").last).to_be_in_viewport()


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("playground"), shared_upstream) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, shared_upstream):
    """The same, for who has a key."""
    keys = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": ADMIN}
    with served(tmp_path_factory.mktemp("guarded"), shared_upstream, **keys) as server:
        yield server
