"""The playground in a real browser, around the answers: files, conversations, choices, requests as code."""

import re
import subprocess
import sys

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import javascript
from tests.e2e.playing import ask, conversation_of, opened, ready, served, whole
from tests.e2e.servers import Server, migrated

FRENCH = "Quelle est la profondeur du lac ?"
LAKE = ("lac.txt", "Le lac a 12 mètres de profondeur.")


def test_files_are_added_and_can_be_asked_at_once(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        page.locator("main header").get_by_role("button", name="Add documents").click()
        dialog = page.get_by_role("dialog", name="Add documents")
        expect(dialog.get_by_label("Into").locator("option:checked")).to_have_text("default")
        dialog.locator("input[type=file]").set_input_files([file(*LAKE)])
        expect(dialog.locator("#uploads li")).to_have_text(re.compile(r"^lac\.txt.*Ready to be asked$"), timeout=20_000)
        dialog.get_by_role("button", name="Done").click()
        expect(page.get_by_label("Documents", exact=True)).to_contain_text("default (3 files)")
        page.get_by_label("Model", exact=True).select_option("extractive")
        expect(whole(ask(page, FRENCH)).locator(".text")).to_contain_text("12 mètres")
        seen.is_clean()


def test_an_empty_server_is_filled_and_asked(browser, tmp_path):
    migrated(tmp_path)
    with Server(tmp_path) as empty, opened(browser, empty) as seen:
        page = seen.page
        page.get_by_role("button", name="Add documents").last.click()
        expect(page.get_by_label("Its name")).to_have_value("default")
        page.locator("input[type=file]").set_input_files([file(*LAKE)])
        expect(page.locator("#uploads .good")).to_be_visible(timeout=20_000)
        expect(page.get_by_label("Into").locator("option:checked")).to_have_text("default")
        page.keyboard.press("Escape")
        expect(whole(ask(page, FRENCH)).locator(".marker")).to_have_count(1)
        seen.is_clean()


def test_a_large_file_shows_how_much_of_it_was_sent(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        line = page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 160_000}
        line.send("Network.enable")
        page.locator("main header").get_by_role("button", name="Add documents").click()
        line.send("Network.emulateNetworkConditions", slow)
        page.locator("input[type=file]").set_input_files([file("gros.txt", "Un mot. " * 50_000)])
        upload = page.locator("#uploads li", has_text="gros.txt")
        expect(upload).to_contain_text(re.compile(r"Sending: [1-9]\d? %"))
        expect(upload.get_by_role("progressbar", name="gros.txt")).to_have_attribute("value", re.compile(r"^[1-9]\d?$"))
        upload.get_by_role("progressbar").wait_for(state="detached", timeout=40_000)


def test_a_file_that_fails_says_why_and_can_be_removed(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        page.locator("main header").get_by_role("button", name="Add documents").click()
        files = [file("sound.mp3", "ID3 no words"), file("empty.txt", ""), file("broken.pdf", "%PDF-1.4 not really")]
        page.locator("input[type=file]").set_input_files(files)
        line = {name: page.locator("#uploads li", has_text=name) for name in ("sound.mp3", "empty.txt", "broken.pdf")}
        expect(line["sound.mp3"]).to_contain_text("Failed: files of this format cannot be read.", timeout=20_000)
        expect(line["empty.txt"]).to_contain_text("Failed: the file is empty.")
        expect(line["broken.pdf"]).to_contain_text("Failed: the file is damaged", timeout=20_000)
        line["sound.mp3"].get_by_role("button", name="Remove sound.mp3").click()
        expect(line["sound.mp3"]).to_have_count(0)
        names = [each["filename"] for each in requests.get(f"{server.url}/v1/files", timeout=5).json()["data"]]
        assert "sound.mp3" not in names


def test_files_dropped_on_the_page_go_into_a_new_collection(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        dragged = page.evaluate_handle(
            "() => { const data = new DataTransfer(); data.items.add(new File(['Le pont a 9 mètres.'], 'pont.txt')); return data; }"
        )
        page.dispatch_event("main", "dragover", {"dataTransfer": dragged})
        expect(page.locator("#dropping")).to_be_visible()
        page.dispatch_event("main", "drop", {"dataTransfer": dragged})
        expect(page.locator("#dropping")).to_be_hidden()
        page.get_by_label("Into").select_option(label="A new collection")
        expect(page.locator("#uploads li")).to_contain_text("Ready to be asked", timeout=20_000)
        page.wait_for_load_state("networkidle")  # the collections are read again, and what was chosen stays so
        page.get_by_label("Its name").fill("ponts")
        page.locator("input[type=file]").set_input_files([file("autre.txt", "L'autre pont a 7 mètres.")])
        expect(page.locator("#uploads li.good")).to_have_count(2, timeout=20_000)
        page.get_by_role("dialog").get_by_role("button", name="Done").click()
        expect(page.get_by_label("Documents", exact=True)).to_contain_text("ponts (1 file)")


def test_conversations_are_renamed_found_and_deleted(browser, server, upstream):
    upstream.text = "Yes."
    with opened(browser, server) as seen:
        page = seen.page
        side = page.get_by_role("navigation")
        for question in ("Les congés d'été", "The winter sale"):
            page.get_by_role("button", name="New conversation").click()
            whole(ask(page, question))
            expect(side.get_by_role("link", name=question)).to_have_attribute("aria-current", "page")
        side.get_by_role("button", name="Rename “The winter sale”").click()
        page.get_by_label("Title", exact=True).fill("Soldes")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Soldes")
        shown = requests.get(f"{server.url}/v1/conversations/{conversation_of(page)}", timeout=5).json()
        assert shown["metadata"] == {"title": "Soldes"}
        side.get_by_label("Search titles").fill("CONGES ete")
        expect(page.locator("#conversations").get_by_role("link")).to_have_text(["Les congés d'été"])
        side.get_by_label("Search titles").fill("nothing")
        expect(side.get_by_text("No title has these words.")).to_be_visible()
        side.get_by_label("Search titles").fill("soldes")
        side.get_by_role("button", name="Delete “Soldes”").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(side.get_by_role("link", name="Soldes")).to_have_count(0)
        expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
        side.get_by_label("Search titles").fill("")
        side.get_by_role("link", name="Les congés d'été").click()
        expect(page.locator("article.question")).to_have_text(["Les congés d'été"])
        page.go_back()
        expect(page.locator("article")).to_have_count(0)
        seen.is_clean()


def test_what_is_chosen_goes_into_the_request(browser, server, upstream):
    upstream.text = "Yes."
    store = requests.get(f"{server.url}/v1/vector_stores", timeout=5).json()["data"][-1]
    with opened(browser, server) as seen:
        page = seen.page
        page.get_by_label("Documents", exact=True).select_option(store["id"])
        page.get_by_label("Model", exact=True).select_option("other")
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Temperature (0 to 2)").fill("0.3")
        page.get_by_label("Passages looked up (1 to 50)").fill("4")
        page.get_by_label("Show the sources").uncheck()
        page.get_by_role("button", name="Done").click()
        with page.expect_request("**/v1/chat/completions") as sent:
            whole(ask(page, "Anything?"))
        assert sent.value.post_data_json == {
            "model": "ragproxy",
            "messages": [{"role": "user", "content": "Anything?"}],
            "stream": True,
            "conversation_id": "new",
            "clientModel": "other",
            "temperature": 0.3,
            "rag": {"stores": [store["id"]], "top_k": 4, "sources": []},
        }
        assert upstream.to("/chat/completions")[-1].json["model"] == "other"
        page.reload()
        ready(page)
        expect(page.get_by_label("Model", exact=True)).to_have_value("other")


def test_a_model_alone_is_asked_without_an_agent(browser, server, upstream):
    upstream.text = "Yes."
    with opened(browser, server) as seen:
        page = seen.page
        page.get_by_label("Agent", exact=True).select_option(label="None: the model alone")
        answer = ask(page, "Anything?")
        expect(answer.get_by_role("alert")).to_contain_text("Choose a model above")
        page.get_by_label("Model", exact=True).select_option("other")
        answer.get_by_role("button", name="Ask again").click()
        expect(page.locator("article.answer .text")).to_have_text(["Yes."])
        assert upstream.to("/chat/completions")[-1].json["messages"] == [{"role": "user", "content": "Anything?"}]


def test_the_language_and_the_theme_are_changed_at_once_and_kept(browser, server, upstream):
    upstream.text = "Yes."
    with opened(browser, server) as seen:
        page = seen.page
        answer = whole(ask(page, "Anything?"))
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Language of the page").select_option("fr")
        expect(page.get_by_role("dialog", name="Réglages")).to_be_visible()
        expect(answer.get_by_role("button", name="Reposer la question", include_hidden=True)).to_have_count(1)
        page.get_by_label("Thème").select_option("dark")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(20, 23, 28)"
        page.reload()
        ready(page)
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == [
            "fr",
            "dark",
        ]
        expect(page.get_by_role("button", name="Nouvelle conversation")).to_be_visible()


@pytest.mark.parametrize("language", ["curl", "Python", "JavaScript"])
def test_the_request_that_is_shown_can_be_sent_from_elsewhere(browser, server, upstream, tmp_path, language):
    upstream.text = "It's so."
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, 'What\'s "it" ?\n\\ $HOME'))
        page.get_by_role("button", name="Show the request").click()
        page.get_by_role("tab", name=language).click()
        expect(page.locator("#request-code span").first).to_be_visible()
        code = page.locator("#request-code").text_content()
    upstream.reset()
    upstream.text = "It's so."
    told = subprocess.run(command(language, code, tmp_path), capture_output=True, text=True, timeout=60)
    assert "It" in told.stdout, told.stderr
    assert upstream.to("/chat/completions")[-1].json["messages"][-1]["content"].endswith('What\'s "it" ?\n\\ $HOME')


def test_a_key_for_chat_alone_sees_no_upload(browser, tmp_path):
    admin = {"Authorization": "Bearer sk-admin"}
    with served(tmp_path, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY="sk-admin") as server:
        made = requests.post(
            f"{server.url}/admin/keys", json={"name": "c", "scopes": ["chat"]}, headers=admin, timeout=5
        )
        with opened(browser, server) as seen:
            page = seen.page
            page.get_by_label("Key", exact=True).fill(made.json()["value"])
            page.keyboard.press("Enter")
            expect(page.get_by_label("Documents", exact=True).locator("option")).to_have_text(
                ["The agent's own", "default"]
            )
            expect(page.get_by_role("button", name="Add documents")).to_have_count(0)
            page.get_by_label("Documents", exact=True).select_option("default")
            expect(whole(ask(page, "Quelle est la hauteur de la tour Eiffel ?")).locator(".text")).to_contain_text(
                "330"
            )


def command(language, code, folder):
    """What runs the code."""
    if language == "curl":
        return ["sh", "-c", code]
    if language == "Python":
        (folder / "shown.py").write_text(code, encoding="utf-8")
        return [sys.executable, str(folder / "shown.py")]
    try:
        node = javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))
    (folder / "node_modules").symlink_to(javascript.FOLDER / "node_modules")
    (folder / "shown.mjs").write_text(code, encoding="utf-8")
    return [node, str(folder / "shown.mjs")]


def file(name, text):
    """A file as a browser is given it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("playground"), shared_upstream) as server:
        yield server
