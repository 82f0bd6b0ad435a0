"""/docs in a real browser: everything can be shown, found, tried, by everybody; and the pages lead to each other."""

import json
import re
from contextlib import contextmanager

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import expect

from tests.e2e import browsing
from tests.e2e.servers import Server, migrated

ADMIN = "sk-admin-of-the-reference"
CHAT = "operation/chat_create_chat_completion"
MOST_BYTES = 300_000
# hundreds of pages are made and opened, and none is painted
SLIT = {"width": 320, "height": 60}
SHOWN = """(ids) => {
  document.getElementById("content").style.contentVisibility = "hidden";
  const titles = [];
  const shown = (id) => new Promise((done) => {
    addEventListener("hashchange", () => setTimeout(done), { once: true });
    location.hash = id;
  });
  return ids.reduce((before, id) => before.then(() => shown(id)).then(() => {
    for (const each of document.querySelectorAll("#content details")) each.open = true;
    titles.push(document.querySelector("#content h1").textContent);
  }), Promise.resolve()).then(() => titles);
}"""
SAMPLES = """async () => {
  const { readApi } = await import("/static/reference/api.js");
  const { sample } = await import("/static/reference/samples.js");
  const api = await readApi();
  return api.operations.filter(({ body }) => body?.content["application/json"])
    .map(({ id, body }) => [id, body.content["application/json"].schema, sample(api, body.content["application/json"].schema)]);
}"""


def test_every_operation_resource_and_schema_can_be_shown(browser, server):
    with opened(browser, server, viewport=SLIT) as seen:
        page = seen.page
        told = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
        methods = [
            operation for item in told["paths"].values() for name, operation in item.items() if name != "parameters"
        ]
        wanted = {f"operation/{each['operationId']}": each["summary"] for each in methods}
        wanted |= {f"resource/{tag['name'].replace(' ', '%20')}": tag["name"] for tag in told["tags"]}
        wanted |= {f"schema/{name}": name for name in told["components"]["schemas"]}
        assert len(wanted) > 300
        assert page.evaluate(SHOWN, list(wanted)) == list(wanted.values())
        listed = page.locator("#list a").evaluate_all("(links) => links.map((link) => link.hash.slice(1))")
        assert set(listed) == {name for name in wanted if not name.startswith("resource/")}
        seen.is_clean()


def test_an_operation_tells_what_it_takes_and_what_it_answers(browser, server):
    with opened(browser, server, f"#{CHAT}") as seen:
        page = seen.page
        expect(page).to_have_title("Create a chat completion · ragproxy")
        assert page.evaluate("scrollY") == 0
        article = page.locator("article")
        expect(article.locator(".address")).to_contain_text("POST")
        expect(article.locator(".address")).to_contain_text("/v1/chat/completions")
        first = article.locator(".fields").first.locator("> li .name").all_inner_texts()[:2]
        assert first == ["model", "messages"]  # what is needed comes first
        article.get_by_text("Fields of Rag").click()
        expect(article.get_by_text("top_k", exact=True)).to_be_visible()
        for status in ("400", "401", "429"):
            expect(article.locator("summary strong", has_text=status)).to_be_visible()
        article.get_by_role("link", name="ChatChoice").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ChatChoice")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Create a chat completion")
        seen.is_clean()


def test_the_request_that_it_begins_with_is_one_that_the_document_allows(browser, server):
    with opened(browser, server) as seen:
        told = seen.page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
        samples = seen.page.evaluate(SAMPLES)
    assert len(samples) > 30
    faults = {}
    for name, schema, sample in samples:
        found = [error.message[:200] for error in Draft202012Validator({**schema, **told}).iter_errors(sample)]
        if found:
            faults[name] = (found, sample)
    assert faults == {}


def test_it_is_searched_by_words_and_paths_and_from_the_keyboard(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        page.keyboard.press("/")
        search = page.get_by_role("searchbox", name="Search")
        expect(search).to_be_focused()
        page.keyboard.type("vector_stores search")
        expect(page.locator("#list li:visible").first).to_contain_text("Search a vector store")
        assert page.locator("#list li:visible").count() < 10
        expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ results?$"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Search a vector store")
        search.fill("xyzzy")
        expect(page.get_by_text("Nothing has these words.")).to_be_visible()
        search.fill("")
        expect(page.locator("#list > details:visible")).to_have_count(page.locator("#list > details").count())
        expect(page.locator("#list [aria-current]")).to_have_text("POSTSearch a vector store")


def test_a_chat_is_tried_with_a_key_that_is_kept_where_the_playground_keeps_it(browser, server, upstream):
    upstream.text = "Three hundred and thirty metres."
    with opened(browser, server, f"#{CHAT}") as seen:
        page = seen.page
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".status")).to_contain_text("401")
        expect(page.locator(".answer")).to_contain_text("invalid_api_key")
        page.get_by_role("button", name="Set a key").click()
        expect(page.get_by_label("Key", exact=True)).to_be_focused()
        page.keyboard.type(ADMIN)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".status")).to_contain_text("200")
        expect(page.locator(".answer pre").last).to_contain_text("Three hundred and thirty metres.")
        assert page.evaluate("[sessionStorage['ragproxy.key'], localStorage['ragproxy.key']]") == [ADMIN, None]
        assert ADMIN not in page.content()
        page.get_by_role("button", name="Change the key").click()
        page.get_by_role("button", name="Forget the key").click()
        page.wait_for_function("sessionStorage['ragproxy.key'] === undefined")  # once the dialog has closed
        seen.is_clean()


def test_a_stream_is_shown_as_it_comes(browser, server, upstream):
    upstream.text = "One two three."
    with opened(browser, server, f"#{CHAT}") as seen:
        page = seen.page
        keep_key(page)
        body = page.get_by_label("Body, as JSON")
        body.fill(json.dumps({**json.loads(body.input_value()), "stream": True}))
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".answer pre").last).to_contain_text("data: [DONE]")
        seen.is_clean()


def test_what_cannot_be_sent_is_said_before_it_is(browser, server):
    with opened(browser, server, f"#{CHAT}") as seen:
        page = seen.page
        page.get_by_label("Body, as JSON").fill("{")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert")).to_contain_text("This is not JSON")
        page.goto(f"{server.url}/docs#operation/vector_stores_get_vector_store")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert")).to_contain_text("Fill in vector_store_id first.")


def test_the_curl_command_is_the_request_as_it_is_filled_in(browser, server):
    with opened(browser, server, "#operation/vector_stores_list_vector_stores") as seen:
        page = seen.page
        page.get_by_text("More parameters").click()
        page.get_by_label("limit").fill("3")
        page.get_by_label("order").select_option("asc")
        command = page.locator(".request pre")
        expect(command).to_have_text(
            f"curl '{server.url}/v1/vector_stores?limit=3&order=asc' \\\n  -H \"Authorization: Bearer $RAGPROXY_KEY\""
        )
        page.goto(f"{server.url}/docs#{CHAT}")
        page.get_by_label("Body, as JSON").fill('{"say": "it\'s"}')
        expect(command).to_contain_text("""-d '{"say": "it'\\''s"}'""")


def test_a_file_is_sent_from_a_form(browser, server):
    with opened(browser, server, "#operation/files_create_file") as seen:
        page = seen.page
        keep_key(page)
        page.get_by_label("file").first.set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"}])
        expect(page.locator(".request pre")).to_contain_text("-F 'file=@a.txt'")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".answer pre").last).to_contain_text('"filename": "a.txt"')
        seen.is_clean()


def test_it_speaks_french_and_changes_its_language(browser, server):
    with opened(browser, server, f"#{CHAT}", locale="fr-FR") as seen:
        page = seen.page
        expect(page.get_by_role("heading", name="Réponses")).to_be_visible()
        assert page.locator("h1 [lang=en]").count() == 1  # what the document says is English, and read so
        page.get_by_label("Langue").select_option("en")
        expect(page.get_by_role("heading", name="Answers")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Answers")).to_be_visible()


@pytest.mark.parametrize(("viewport", "theme"), browsing.LOOKS)
def test_nothing_serious_stands_in_anybodys_way(browser, server, viewport, theme):
    look = {"viewport": viewport, "color_scheme": theme, "bypass_csp": True}  # axe is brought in by the test
    with opened(browser, server, **look) as seen:
        page = seen.page
        keep_key(page)
        for address in ("", "#resource/Files", f"#{CHAT}", "#schema/ChatCompletion", "#nothing/here"):
            page.goto(f"{server.url}/docs{address}")
            expect(page.locator("#content h1")).to_be_visible()
            page.evaluate("for (const each of document.querySelectorAll('#content details')) each.open = true")
            assert axe(page) == [], address
            fits(page)
        page.goto(f"{server.url}/docs#operation/models_list_models")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".answer pre").last).to_contain_text("ragproxy")
        assert axe(page) == []
        page.get_by_role("button", name="Change the key").click()
        assert axe(page) == []
        page.keyboard.press("Escape")
        if viewport == browsing.PHONE:
            page.get_by_role("button", name="Menu").click()
            expect(page.get_by_role("searchbox")).to_be_focused()
            assert axe(page) == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("button", name="Menu")).to_be_focused()
            page.get_by_role("button", name="Menu").click()
            page.get_by_role("link", name="Start here").click()
            expect(page.locator("#side")).to_be_hidden()
        fits(page)


def test_the_theme_is_chosen_and_kept_for_the_other_pages_too(browser, server):
    background = "getComputedStyle(document.documentElement).backgroundColor"
    with opened(browser, server) as seen:
        page = seen.page
        light = page.evaluate(background)
        page.get_by_label("Theme").select_option("dark")
        dark = page.evaluate(background)
        assert dark != light
        page.goto(server.url)
        assert page.evaluate(background) == dark


def test_everything_is_reached_by_keyboard_and_shows_its_focus(browser, server):
    with opened(browser, server, f"#{CHAT}") as seen:
        page = seen.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        send = page.get_by_role("button", name="Send")
        for _ in range(150):
            page.keyboard.press("Tab")
            style = (
                "[getComputedStyle(document.activeElement).outlineStyle, document.activeElement.outerHTML.slice(0, 99)]"
            )
            assert page.evaluate(style)[0] == "solid", page.evaluate(style)
            if send.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError("the keyboard does not reach the button that sends")


def test_the_page_is_small_and_the_console_is_silent(browser, server):
    said = []
    with opened(browser, server) as seen:
        sizes = seen.page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map(entry => [entry.name, entry.transferSize])"
        )
        assert len(sizes) > 15
        assert sum(size for _, size in sizes) < MOST_BYTES, sizes
        seen.page.on("console", lambda message: said.append(message.text))
        seen.page.reload()
        ready(seen.page)
        seen.is_clean()
    assert said == []


def test_the_pages_lead_to_each_other(browser, server):
    with browsing.visit(browser, server.url) as seen:
        page = seen.page
        page.wait_for_selector("html[data-ready]")
        page.keyboard.press("Escape")  # the question for a key
        page.get_by_role("link", name="API reference").click()
        ready(page)
        page.get_by_role("link", name="Admin desk").click()
        expect(page).to_have_url(f"{server.url}/admin")
        page.get_by_role("link", name="API reference").click()
        page.get_by_role("link", name="Playground").click()
        expect(page).to_have_url(f"{server.url}/")
        page.wait_for_selector("html[data-ready]")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Admin desk").click()
        page.get_by_role("link", name="Playground").click()
        expect(page).to_have_url(f"{server.url}/")


def test_nothing_leads_to_a_playground_that_is_turned_off(browser, tmp_path):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_PLAYGROUND="0") as server:
        for path in ("/docs", "/admin"):
            with browsing.visit(browser, server.url + path) as seen:
                seen.page.wait_for_selector("html[data-ready]")
                expect(seen.page.locator(".elsewhere a:visible")).to_have_count(1)
                expect(seen.page.get_by_role("link", name="Playground")).to_have_count(0)
                seen.is_clean()


@contextmanager
def opened(browser, server, address="", **context):
    """The reference at an address, ready; watched."""
    with browsing.visit(browser, f"{server.url}/docs{address}", **context) as seen:
        ready(seen.page)
        yield seen


def ready(page):
    """Wait until the page shows what its address says."""
    page.wait_for_selector("html[data-ready]")


def keep_key(page):
    """Have the key set already."""
    page.evaluate("(key) => sessionStorage.setItem('ragproxy.key', key)", ADMIN)
    page.reload()
    ready(page)


def axe(page):
    """What axe finds on the page as it is."""
    try:
        return browsing.faults(page)
    except browsing.Absent as err:
        pytest.skip(str(err))


def fits(page):
    """Nothing is wider than the window."""
    wide = "[...document.querySelectorAll('#content *')].filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('pre')).map((node) => node.outerHTML.slice(0, 200))"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(wide)


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    folder = tmp_path_factory.mktemp("reference")
    migrated(folder)
    written = {"OPENAI_BASE_URL": shared_upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
    with Server(folder, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN, **written) as server:
        yield server
