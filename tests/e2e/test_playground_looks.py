"""The playground for everybody: by keyboard, on a phone, read aloud, in both themes; and how soon it is there."""

import pytest
from playwright.sync_api import expect

from tests.e2e import browsing
from tests.e2e.playing import ask, opened, served, whole

QUESTION = "Quelle est la hauteur de la tour Eiffel ?"
RICH = """The tower is **330 metres** tall [1].

| what | how much |
|---|---|
| height | 330 m |

```python
print("330")  # metres
```
"""


@pytest.mark.parametrize(("viewport", "theme"), browsing.LOOKS)
def test_axe_finds_nothing_serious(browser, server, upstream, viewport, theme):
    upstream.text = RICH
    with opened(
        browser, server, color_scheme=theme, viewport=viewport, bypass_csp=True, reduced_motion="reduce"
    ) as seen:
        page = seen.page
        found = {"empty": axe(page)}
        answer = whole(ask(page, QUESTION))
        expect(answer.locator(".hljs-string")).to_be_visible()
        answer.locator(".marker").click()
        expect(page.locator("#panel mark")).to_be_visible()
        found["panel"] = axe(page)
        page.keyboard.press("Escape")
        answer.get_by_role("button", name="Show the request").click()
        expect(page.locator("#request-code span").first).to_be_visible()
        found["request"] = axe(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Settings").click()
        found["settings"] = axe(page)
        page.keyboard.press("Escape")
        page.locator("main header").get_by_role("button", name="Add documents").click()
        bad = {"name": "sound.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3"}
        page.locator("input[type=file]").set_input_files([bad])
        expect(page.locator("#uploads .bad")).to_be_visible(timeout=20_000)
        found["upload"] = axe(page)
        page.keyboard.press("Escape")
        if viewport == browsing.PHONE:
            page.get_by_role("button", name="Conversations").click()
            found["side"] = axe(page)
            page.keyboard.press("Escape")
        server_is_gone(page)
        expect(ask(page, "Again?").get_by_role("alert")).to_be_visible()
        found["error"] = axe(page)
        assert {state: faults for state, faults in found.items() if faults} == {}


def test_everything_can_be_done_by_keyboard_alone(browser, server, upstream):
    upstream.text = RICH
    with opened(browser, server) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the question")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Your question")).to_be_focused()
        page.keyboard.type("Au clavier : quelle est")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("la hauteur de la tour Eiffel ?")
        page.keyboard.press("Enter")
        expect(page.locator("article.question")).to_have_text(
            "Au clavier : quelle est\nla hauteur de la tour Eiffel ?", use_inner_text=True
        )
        answer = whole(page.locator("article.answer"))
        go_back_to(page, answer.locator(".marker"))
        page.keyboard.press("Enter")
        expect(page.locator("#panel-title")).to_be_focused()
        page.keyboard.press("Escape")
        expect(answer.locator(".marker")).to_be_focused()
        go_on_to(page, answer.get_by_role("button", name="Show the request"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="The request")).to_be_visible()
        page.get_by_role("tab", name="curl").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Python")).to_be_focused()
        expect(page.locator("#request-code")).to_contain_text("from openai import OpenAI")
        page.keyboard.press("Escape")
        expect(answer.get_by_role("button", name="Show the request")).to_be_focused()
        go_back_to(page, page.locator("#conversations").get_by_role("button", name="Delete “Au clavier : quelle est”"))
        assert page.evaluate("getComputedStyle(document.activeElement).opacity") == "1"
        page.keyboard.press("Enter")
        go_on_to(page, page.get_by_role("dialog").get_by_role("button", name="Delete"))
        page.keyboard.press("Enter")
        expect(page.locator("#conversations a", has_text="Au clavier")).to_have_count(0)


def test_what_has_the_focus_shows_it(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        for _ in range(14):
            page.keyboard.press("Tab")
            style = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; }"
            )
            assert style == ["solid", "2px"], page.evaluate("document.activeElement.outerHTML")


def test_an_answer_is_said_once_and_not_piece_by_piece(browser, server, upstream):
    upstream.text = "The tower is 330 metres tall [1]. " * 5
    with opened(browser, server) as seen:
        page = seen.page
        page.evaluate(
            "() => { window.said = []; new MutationObserver(() => { const text = document.getElementById('status')"
            ".textContent; if (text) window.said.push(text); }).observe(document.getElementById('status'), {childList: true}); }"
        )
        whole(ask(page, QUESTION))
        expect(page.get_by_role("status")).to_have_text(f"Answer: {upstream.text.strip()}")
        said = page.evaluate("window.said")
        assert said[-1] == "Answer: " + upstream.text
        assert len([text for text in said if text.startswith("Answer")]) == 1
        assert page.locator("article.answer").get_attribute("aria-busy") is None


def test_on_a_phone_nothing_is_cut_off(browser, server, upstream):
    upstream.text = RICH + "\n\n" + "averylongwordthatdoesnotend" * 12
    with opened(browser, server, viewport=browsing.PHONE, has_touch=True) as seen:
        page = seen.page
        answer = whole(ask(page, QUESTION))
        fits(page)
        answer.locator(".marker").tap()
        panel = page.locator("#panel")
        expect(panel.locator("mark")).to_be_in_viewport()
        assert panel.bounding_box()["width"] == browsing.PHONE["width"]
        fits(page)
        panel.get_by_role("button", name="Close").tap()
        expect(page.get_by_label("Agent", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Agent, documents and model").tap()
        page.get_by_label("Model", exact=True).select_option("other")
        page.get_by_role("button", name="Conversations").tap()
        page.get_by_role("navigation").get_by_role("button", name="New conversation").tap()
        expect(page.locator("#side")).not_to_be_in_viewport()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Settings").tap()
        fits(page)


def test_who_wants_no_motion_sees_none(browser, server, upstream):
    with opened(browser, server, reduced_motion="reduce") as seen:
        seconds = seen.page.evaluate("parseFloat(getComputedStyle(document.getElementById('side')).transitionDuration)")
        assert seconds < 0.001


@pytest.mark.parametrize("path", ["/", "/docs", "/admin"])
def test_a_page_is_ready_after_little_work(browser, server, path):
    assert browsing.opening_ms(browser, server.url + path)[1] < 500


@pytest.mark.soak  # by the clock: when nothing else runs
@pytest.mark.parametrize("path", ["/", "/docs", "/admin"])
def test_a_page_is_ready_in_a_second(browser, server, path):
    assert browsing.opening_ms(browser, server.url + path)[0] < 1000


def test_the_page_is_small(browser, server, upstream):
    upstream.text = RICH
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, QUESTION))
        expect(page.locator(".hljs-string")).to_be_visible()  # the highlighter came too
        sizes = page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map(entry => [entry.name, entry.transferSize])"
        )
        assert len(sizes) > 20
        assert sum(size for _, size in sizes) < 300_000, sizes


def axe(page):
    """What axe finds on the page as it is."""
    try:
        return browsing.faults(page)
    except browsing.Absent as err:
        pytest.skip(str(err))


def server_is_gone(page):
    """From here on nothing is answered."""
    page.context.set_offline(True)


def fits(page):
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.getElementById('scroll').scrollWidth <= document.getElementById('scroll').clientWidth"
    )


def go_on_to(page, wanted, key="Tab"):
    """Press Tab until it is reached."""
    for _ in range(60):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {wanted}")


def go_back_to(page, wanted):
    """Press Shift + Tab until it is reached."""
    go_on_to(page, wanted, "Shift+Tab")


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("playground"), shared_upstream) as server:
        yield server
