"""The admin desk as its tests use it: a server with an upstream, signed in at, and what its API says meanwhile."""

import time
from contextlib import contextmanager

import requests
from playwright.sync_api import expect

from tests.e2e import browsing
from tests.e2e.servers import Server, migrated

ADMIN = "sk-admin-of-the-desk"
HEADERS = {"Authorization": f"Bearer {ADMIN}"}


@contextmanager
def served(folder, upstream, **variables):
    """A server that wants keys, with an administrator's and an upstream that writes."""
    migrated(folder)
    usual = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": ADMIN, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
    with Server(folder, **{**usual, "OPENAI_BASE_URL": upstream.url, **variables}) as server:
        yield server


@contextmanager
def opened(browser, server, section="overview", **context):
    """The desk at a section, signed in."""
    with browsing.visit(browser, f"{server.url}/admin#/{section}", **context) as seen:
        sign_in(seen.page)
        yield seen


def sign_in(page, key=ADMIN):
    """Type the key; the desk is there once the way out of it is."""
    page.locator("#key").fill(key)
    page.keyboard.press("Enter")
    expect(page.locator("#leave")).to_be_visible()
    shown(page)


def go(page, section):
    """Another section, by its link."""
    page.locator(f'[data-section="{section}"]').click()
    shown(page)


def shown(page):
    """Wait until the section has its title."""
    expect(page.locator("#content h1")).to_be_visible()


def ask(server, key, model="tiny", text="Who is there?"):
    """A chat, as a program with that key asks it."""
    body = {"model": model, "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(f"{server.url}/v1/chat/completions", json=body, headers=headers, timeout=30)


def api(server, method, path, **options):
    """What the administrator's API answers."""
    answer = requests.request(method, server.url + path, headers=HEADERS, timeout=30, **options)
    assert answer.ok, answer.text
    return answer.json()


def until(condition, seconds=30):
    """The first true value of it, within the time."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return value


def store_with(server, files, name="papers"):
    """A store that holds these files, indexed or failed by now; its id."""
    store = api(server, "POST", "/v1/vector_stores", json={"name": name})["id"]
    for filename, data in files.items():
        sent = {"files": {"file": (filename, data)}, "data": {"purpose": "assistants"}}
        file = api(server, "POST", "/v1/files", **sent)["id"]
        api(server, "POST", f"/v1/vector_stores/{store}/files", json={"file_id": file})
    until(lambda: api(server, "GET", f"/admin/stores/{store}")["file_counts"]["in_progress"] == 0)
    return store
