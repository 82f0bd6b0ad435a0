"""The admin desk in a real browser: in and out of it, keys, agents, stores and what was used."""

import re
import time

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import browsing
from tests.e2e.desk import ADMIN, api, ask, go, opened, served, shown, sign_in, store_with, until

HOSTILE = '"><img src=x onerror=document.title=1><script>document.title=2</script>'


def test_signing_in_out_and_with_a_wrong_key(browser, server):
    with browsing.visit(browser, server.url + "/admin") as seen:
        page = seen.page
        expect(page.get_by_role("heading", name="Admin desk")).to_be_visible()
        page.get_by_label("Admin key").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("This key does not open the admin desk. Check it and try again.")
        expect(page.get_by_label("Admin key")).to_be_focused()
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("Type a key first.")
        sign_in(page)
        (cookie,) = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
        assert page.evaluate("document.cookie") == ""
        assert ADMIN not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        page.reload()
        expect(page.locator("#leave")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("status").filter(has_text="You are signed out.")).to_be_visible()
        assert page.context.cookies() == []
        seen.is_clean()


def test_a_session_that_has_ended_leads_back_to_the_door(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "ragproxy-admin", "value": "no.more", "url": server.url}])
        page.locator('[data-section="keys"]').click()
        expect(page.get_by_text("Your session has ended. Sign in again.")).to_be_visible()
        sign_in(page)
        assert page.url.endswith("#/keys")


def test_without_an_admin_key_the_door_says_which_setting_to_make(browser, tmp_path, upstream):
    open_mode = {"RAGPROXY_AUTH": "open", "RAGPROXY_ADMIN_KEY": ""}
    with served(tmp_path, upstream, **open_mode) as server, browsing.visit(browser, server.url + "/admin") as seen:
        expect(seen.page.get_by_text("Set RAGPROXY_ADMIN_KEY to a long secret")).to_be_visible()


def test_a_key_is_made_used_changed_and_revoked(browser, server, upstream):
    with opened(browser, server, "keys") as seen:
        page = seen.page
        page.get_by_role("button", name="New key").first.click()
        dialog = page.get_by_role("dialog", name="New key")
        dialog.get_by_role("button", name="Create the key").click()
        expect(dialog.get_by_label(re.compile("^Name"))).to_be_focused()
        expect(dialog.get_by_label(re.compile("^Name"))).to_have_attribute("aria-invalid", "true")
        dialog.get_by_label(re.compile("^Name")).fill("Reports")
        dialog.get_by_label("Requests a minute").first.fill("50")
        dialog.get_by_label("Limits of single models").fill("tiny, 40, 9000")
        dialog.get_by_label("Budget in US dollars").fill("3.5")
        dialog.get_by_role("button", name="Create the key").click()
        told = page.get_by_role("dialog", name="The key “Reports”")
        secret = told.locator("#secret").text_content()
        page.keyboard.press("Escape")
        expect(told).to_be_visible()  # it is shown once: only the button closes it
        told.get_by_role("button", name="I have copied it").click()
        expect(told).to_have_count(0)
        page.wait_for_function("(secret) => !document.documentElement.outerHTML.includes(secret)", arg=secret)
        assert ask(server, secret).status_code == 200
        (key,) = [key for key in api(server, "GET", "/admin/keys")["data"] if key["name"] == "Reports"]
        assert key["limits"]["requests_per_minute"] == 50
        assert key["model_limits"] == {"tiny": {"requests_per_minute": 40, "tokens_per_minute": 9000}}
        assert key["budget"] == {"usd": 3.5, "period": "month"}
        page.get_by_role("button", name="Edit: Reports").click()
        page.get_by_role("dialog").get_by_label("Requests a minute").first.fill("many")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog").locator(".wrong:visible")).to_have_count(1)
        page.get_by_role("dialog").get_by_label("Requests a minute").first.fill("70")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row", name=re.compile("Reports"))).to_contain_text("70 requests a minute")
        page.get_by_role("button", name="New secret: Reports").click()
        page.get_by_role("dialog").get_by_role("button", name="New secret").click()
        second = page.locator("#secret").text_content()
        page.get_by_role("button", name="I have copied it").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert ask(server, secret).status_code == 401
        assert ask(server, second).status_code == 200
        page.get_by_role("button", name="Revoke: Reports").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Revoke: Reports")).to_be_focused()
        page.get_by_role("button", name="Revoke: Reports").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(page.get_by_role("button", name="Revoke: Reports")).to_have_count(0)
        until(lambda: ask(server, second).status_code == 401)
        page.get_by_role("button", name="All", exact=True).click()
        expect(page.get_by_role("row", name=re.compile("Reports"))).to_contain_text("revoked")
        page.get_by_label("Filter").fill("no such key")
        expect(page.get_by_text("Nothing matches the filter.")).to_be_visible()
        seen.is_clean()


def test_an_agent_is_made_asked_changed_and_deleted(browser, server, upstream):
    upstream.text = "Three months."
    with opened(browser, server, "agents") as seen:
        page = seen.page
        page.get_by_role("button", name="New agent").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Id").fill("not an id")
        dialog.get_by_role("button", name="Create the agent").click()
        expect(dialog.locator(".wrong:visible")).to_contain_text("expected letters, digits")
        dialog.get_by_label("Id").fill("lawyer")
        dialog.get_by_label("Name").fill("The lawyer")
        dialog.get_by_label("Instructions", exact=True).fill("Answer as a lawyer.")
        dialog.get_by_text("More, as JSON").click()
        dialog.get_by_label("Parameters").fill("{no json")
        dialog.get_by_role("button", name="Create the agent").click()
        expect(dialog.locator(".wrong:visible")).to_have_text("This is not valid JSON.")
        dialog.get_by_label("Parameters").fill('{"temperature": 0.5}')
        dialog.get_by_role("button", name="Create the agent").click()
        expect(page.get_by_role("row", name=re.compile("The lawyer"))).to_be_visible()
        assert ask(server, ADMIN, model="lawyer").status_code == 200
        asked = upstream.to("/chat/completions")[-1].json
        assert asked["temperature"] == 0.5
        assert "Answer as a lawyer." in str(asked["messages"][0])
        page.get_by_role("button", name="Edit: The lawyer").click()
        page.get_by_role("dialog").get_by_label("Who may use it").select_option("public")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row", name=re.compile("The lawyer"))).to_contain_text("everybody")
        kept = api(server, "GET", "/admin/agents/lawyer")
        assert (kept["params"], kept["instructions"]) == ({"temperature": 0.5}, "Answer as a lawyer.")
        page.get_by_role("button", name="Delete: The lawyer").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("row", name=re.compile("The lawyer"))).to_have_count(0)
        expect(page.get_by_role("button", name="Delete: ragproxy")).to_have_count(0)
        seen.is_clean()


def test_a_store_shows_what_failed_and_is_indexed_anew(browser, server):
    files = {"lease.txt": b"The notice period is three months.", "broken.pdf": b"%PDF-1.4 this is none"}
    store = store_with(server, files)
    with opened(browser, server, "stores") as seen:
        page = seen.page
        page.get_by_role("link", name="papers").click()
        page.get_by_role("button", name="Failed (1)").click()
        row = page.get_by_role("row", name=re.compile("broken.pdf"))
        expect(row).to_contain_text("damaged")
        expect(page.get_by_role("row", name=re.compile("lease.txt"))).to_have_count(0)
        row.get_by_role("button", name="Index again: broken.pdf").click()
        until(lambda: api(server, "GET", f"/admin/stores/{store}")["file_counts"]["in_progress"] == 0)
        expect(page.get_by_role("row", name=re.compile("broken.pdf"))).to_contain_text("failed")
        page.get_by_role("button", name="Re-index").click()
        page.get_by_role("dialog").get_by_role("button", name="Re-index").click()
        expect(page.locator("#content").get_by_text(re.compile("^Indexed anew .*; pieces: 1$"))).to_be_visible(
            timeout=30_000
        )
        assert api(server, "GET", f"/admin/stores/{store}")["reindex"]["status"] == "completed"
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("heading", name="Stores")).to_be_visible()
        expect(page.get_by_role("link", name="papers")).to_have_count(0)
        seen.is_clean()


def test_what_was_used_is_there_as_charts_and_as_tables(browser, server):
    for _ in range(3):
        assert ask(server, ADMIN, model="other").status_code == 200
    until(lambda: api(server, "GET", "/admin/usage?group_by=none&model=other")["data"])
    with opened(browser, server) as seen:
        page = seen.page
        drawn = "el => new Set(el.getContext('2d').getImageData(0, 0, el.width, el.height).data).size"
        assert page.locator("canvas").first.evaluate(drawn) > 3
        assert int(page.locator(".big").first.text_content()) >= 3
        go(page, "usage")
        expect(page.locator("canvas")).not_to_have_count(0)
        expect(page.get_by_role("row", name=re.compile("^other"))).to_be_visible()
        page.get_by_label("Group by").select_option("upstream")
        expect(page.get_by_role("row", name=re.compile("^openai.other"))).to_be_visible()
        page.get_by_role("button", name="7 days").click()
        expect(page.get_by_text("Days begin at midnight UTC.")).to_be_visible()
        page.get_by_text("Show “Requests” as a table").click()
        table = page.get_by_role("table", name="Requests")
        expect(table.get_by_role("columnheader", name="openai/other")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV").click()
        assert download.value.path().read_text().startswith("day,upstream,requests")
        seen.is_clean()


def test_a_chart_is_there_however_late_the_rest_of_its_section_comes(browser, server):
    assert ask(server, ADMIN, model="other").status_code == 200
    until(lambda: api(server, "GET", "/admin/usage?group_by=none&model=other")["data"])
    with opened(browser, server) as seen:
        seen.page.route("**/admin/health", lambda route: (time.sleep(0.5), route.continue_()))
        seen.page.reload()
        expect(seen.page.locator("canvas")).not_to_have_count(0)


def test_an_upstream_that_is_down_is_told_with_what_to_do(browser, tmp_path, upstream):
    with served(tmp_path, upstream, OPENAI_BASE_URL="http://127.0.0.1:9/v1") as server:
        until(lambda: api(server, "GET", "/admin/health")["upstreams"][0]["status"] == "failing")
        with opened(browser, server) as seen:
            expect(
                seen.page.get_by_role("link", name=re.compile("upstream “openai”: could not be reached"))
            ).to_be_visible()
            go(seen.page, "health")
            expect(seen.page.get_by_text("could not be reached: check its address and that it runs")).to_be_visible()
            seen.is_clean()


def test_a_server_that_went_away_is_told_and_tried_again(browser, server):
    with opened(browser, server) as seen:
        page = seen.page
        page.context.set_offline(True)
        page.locator('[data-section="agents"]').click()
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        shown(page)


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    with served(tmp_path_factory.mktemp("desk"), shared_upstream) as server:
        yield server


def test_hostile_names_are_shown_and_do_nothing(browser, server):
    api(server, "POST", "/admin/keys", json={"name": HOSTILE, "groups": [HOSTILE]})
    agent = {"id": "hostile", "name": HOSTILE, "description": HOSTILE, "vector_stores": [HOSTILE]}
    api(server, "POST", "/admin/agents", json=agent)
    store = store_with(server, {HOSTILE.replace("/", "") + ".txt": b"Some text."}, name=HOSTILE)
    ask(server, ADMIN, model=HOSTILE)
    until(lambda: "onerror" in str(api(server, "GET", "/admin/usage?group_by=model")))
    with opened(browser, server, "keys") as seen:
        page = seen.page
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        page.get_by_role("button", name=f"Revoke: {HOSTILE}").click()
        page.keyboard.press("Escape")
        for section in ("agents", "stores", "usage", "overview", f"stores/{store}"):
            page.goto(f"{server.url}/admin#/{section}")
            shown(page)
            assert page.locator("img, script:not([src])").count() == 0
            assert page.title() not in ("1", "2")
        expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
        seen.is_clean()
    store_listed = requests.get(f"{server.url}/admin", timeout=5).text
    assert "onerror" not in store_listed
