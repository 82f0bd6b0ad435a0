"""The admin desk for everybody: both languages, both themes, by keyboard alone, on a phone, for screen readers, fast."""

import gzip
import time

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import browsing
from tests.e2e.desk import ADMIN, api, ask, go, opened, served, shown, sign_in, store_with, until

SECTIONS = ("overview", "usage", "keys", "agents", "stores", "health")
MOST_BYTES = 300_000


def test_the_desk_speaks_french_and_changes_its_language(browser, server):
    with opened(browser, server, locale="fr-FR") as seen:
        page = seen.page
        assert page.get_attribute("html", "lang") == "fr"
        titles = ["Vue d'ensemble", "Consommation", "Clés", "Agents", "Bases", "Santé"]
        for section, title in zip(SECTIONS, titles, strict=True):
            go(page, section)
            expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.locator(".language").select_option("en")
        expect(page.get_by_role("heading", level=1)).to_have_text("Health")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Health")
        seen.is_clean()


@pytest.mark.parametrize(("viewport", "theme"), browsing.LOOKS)
def test_nothing_serious_stands_in_anybodys_way(browser, server, store, viewport, theme):
    look = {"viewport": viewport, "color_scheme": theme, "bypass_csp": True}  # axe is brought in by the test
    with browsing.visit(browser, server.url + "/admin", **look) as seen:
        page = seen.page
        expect(page.locator("#key")).to_be_visible()
        assert browsing.faults(page) == []
        sign_in(page)
        for section in (*SECTIONS, f"stores/{store}"):
            page.goto(f"{server.url}/admin#/{section}")
            shown(page)
            expect(page.get_by_text("Loading…")).to_have_count(0)
            assert browsing.faults(page) == [], section
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) <= 0, f"{section} is wider than the screen"
        for section in ("keys", "agents"):
            go(page, section)
            page.locator(".actions button").first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert browsing.faults(page) == [], f"the form of {section}"
            page.keyboard.press("Escape")


def test_the_theme_is_chosen_and_kept(browser, server):
    background = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, server) as seen:
        page = seen.page
        light = page.evaluate(background)
        page.get_by_label("Theme").select_option("dark")
        dark = page.evaluate(background)
        assert dark != light
        page.reload()
        shown(page)
        assert page.evaluate(background) == dark


def test_everything_can_be_done_by_keyboard(browser, server):
    with browsing.visit(browser, server.url + "/admin") as seen:
        page = seen.page
        expect(page.locator("#key")).to_be_focused()
        page.keyboard.type(ADMIN)
        page.keyboard.press("Enter")
        shown(page)
        _tab_to(page, "#/keys")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Keys")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="New key")
        expect(dialog.locator("[name=name]")).to_be_focused()
        page.keyboard.type("By keyboard")
        page.keyboard.press("Enter")
        told = page.get_by_role("dialog", name="The key “By keyboard”")
        expect(told).to_be_visible()
        expect(told.get_by_role("button", name="Copy")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(told).to_have_count(0)
        assert any(key["name"] == "By keyboard" for key in api(server, "GET", "/admin/keys")["data"])


def test_the_page_is_small(browser, server):
    with browsing.visit(browser, server.url + "/admin") as seen:
        expect(seen.page.locator("#key")).to_be_visible()
        paths = seen.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assets = [path for path in paths if "/static/" in path]
    assert len(assets) > 20
    sizes = [len(gzip.compress(requests.get(path, timeout=5).content)) for path in assets]
    assert sum(sizes) < MOST_BYTES


def _tab_to(page, address):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == address:
            return
    raise AssertionError(f"no Tab leads to {address}")


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("desk"), shared_upstream) as server:
        api(server, "POST", "/admin/keys", json={"name": "Website", "expires_at": int(time.time()) + 86_400})
        ask(server, ADMIN)
        until(lambda: api(server, "GET", "/admin/usage?group_by=none")["data"])
        yield server


@pytest.fixture(scope="module")
def store(server):
    return store_with(server, {"lease.txt": b"Three months.", "broken.pdf": b"%PDF-1.4 none"})
