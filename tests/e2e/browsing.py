"""A real browser for the tests of the pages: Debian's Chromium, driven by Playwright and watched.

with browsing.chromium() as browser, browsing.visit(browser, server.url) as seen:
    seen.page.get_by_role("button", name="Send").click()
    seen.is_clean()                      # it asked no other host, and no script of it failed
    assert not browsing.faults(browser, url)   # axe-core finds nothing serious
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.e2e.servers import ROOT

AXE = ROOT / "tests" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
# each viewport and each theme once; all of them together only where minutes do not matter
LOOKS = [
    pytest.param(DESKTOP, "light", id="desktop-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
    pytest.param(DESKTOP, "dark", id="desktop-dark", marks=pytest.mark.soak),
    pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.soak),
]
_USUAL = "/usr/bin/chromium"
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RUN_AXE = "() => axe.run(document, {resultTypes: ['violations'], selectors: false}).then((found) => found.violations)"


class Absent(Exception):
    """This machine has no browser for the tests; the message says what it lacks."""


@dataclass
class Seen:
    """A page and what its browser noticed: the hosts that were asked, what scripts threw, what the policy stopped."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)

    def is_clean(self) -> None:
        """Fail unless the page kept to its own host, and none of its scripts failed or was stopped."""
        own = urlsplit(self.page.url).netloc
        assert self.hosts <= {own}, f"other hosts were asked: {sorted(self.hosts - {own})}"
        assert not self.errors, self.errors
        assert not self.blocked, self.blocked


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, as long as the block: RAGPROXY_TEST_CHROMIUM's, or else Debian's. Absent when there is none.

    Playwright has an event loop of its own meanwhile: no other may run in this thread.
    """
    path = Path(os.environ.get("RAGPROXY_TEST_CHROMIUM") or _USUAL)
    if not path.is_file():
        raise Absent(f"no Chromium at {path}: install Debian's package, or name one with RAGPROXY_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(browser: Browser, url: str, **context) -> Iterator[Seen]:
    """The page at `url` in a profile of its own, English and light unless `context` says other; watched."""
    given = {"viewport": DESKTOP, "locale": "en-GB", "color_scheme": "light", **context}
    profile = browser.new_context(**given)
    try:
        profile.set_default_timeout(20_000)
        seen = Seen(profile.new_page())
        watch(seen)
        seen.page.goto(url)
        yield seen
    finally:
        profile.close()


def opening_ms(browser: Browser, url: str) -> tuple[float, float]:
    """Until the page at `url` said that it is ready: by the clock, and what its main thread worked for it.

    The clock also counts what else the machine does.
    """
    profile = browser.new_context(viewport=DESKTOP)
    try:
        page = profile.new_page()
        devtools = profile.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        told = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
        clock_ms = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
        return clock_ms, told["TaskDuration"] * 1000
    finally:
        profile.close()


def watch(seen: Seen) -> None:
    """Note what happens on the page from now on."""

    def said(message) -> None:
        if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
            seen.blocked.append(message.text)

    seen.page.on("request", lambda request: _note_host(seen, request.url))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", said)


def faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it is now, a line each; its context must bypass the CSP."""
    if not AXE.is_file():
        raise Absent("axe-core is not installed: `make dev` installs it where there is npm")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    try:
        found = page.evaluate(_RUN_AXE)
    except Error as err:
        raise AssertionError("axe-core could not run: is the context made with bypass_csp?") from err
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    return [f"{fault['id']}: {fault['help']}: {node['html']}" for fault in serious for node in fault["nodes"]]


def _note_host(seen: Seen, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob", "about"):
        seen.hosts.add(parts.netloc)
