"""/docs: the reference as a page, under a policy that lets nothing of others run, and HTML be made by nobody."""

import gzip
import json
import re

import pytest

from ragproxy.api import assets

FOLDER = assets.FOLDER / "reference"
NAMED = re.compile(r'(?:src|href)="(/[^"#]*)"')
PRESSED = {"Accept-Encoding": "gzip"}


def test_the_page_is_there_without_a_key(make_app):
    page = make_app(admin_key="k", auth=frozenset({"keys"})).test_client().get("/docs")
    assert page.status_code == 200
    assert page.mimetype == "text/html"


def test_its_policy_lets_scripts_of_this_server_run_and_nobody_make_html(client):
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert policy == f"{assets.POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"
    assert "unsafe" not in policy


def test_nothing_that_could_run_is_written_into_it(client):
    html = client.get("/docs").text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\s(?:on\w+|style)=", html)


def test_all_that_it_names_is_there_and_here(client):
    names = set(NAMED.findall(client.get("/docs").text))
    assert {"/static/theme.css", "/static/reference/main.js", "/", "/admin"} <= names
    for name in names:
        assert client.get(name).status_code == 200, name


def test_the_browser_is_told_of_every_module_at_once(client):
    told = set(re.findall(r'<link rel="modulepreload" href="/static/(.+)">', client.get("/docs").text))
    modules = {f"reference/{module.name}" for module in FOLDER.glob("*.js")} - {"reference/main.js"}
    imported = set()
    for module in FOLDER.glob("*.js"):
        found = re.findall(r'from "\.(?:\./)?([^"]+)"', module.read_text(encoding="utf-8"))
        imported |= {f"reference{name}" if name.startswith("/") else name for name in found}
    assert told == modules | imported


def test_both_languages_have_every_text_and_none_is_for_nobody(client):
    words = (FOLDER / "words.js").read_text(encoding="utf-8").partition("/** The language")[0]
    known = set(re.findall(r"^  (\w+): \[", words, re.MULTILINE))
    asked = set(re.findall(r'data-t(?:-label|-placeholder)?="(\w+)"', client.get("/docs").text))
    for module in FOLDER.glob("*.js"):
        text = module.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\bt\("(\w+)"', text))
        asked |= {name for each in re.findall(r'\bt\(\w[^)]*\? "(\w+)" : "(\w+)"', text) for name in each}
    assert asked == known
    assert len(re.findall(r'"(?:[^"\\]|\\.)*"', words)) == 2 * len(known)


@pytest.mark.parametrize("path", ["/docs", "/admin"])
def test_a_page_is_told_whether_there_is_a_playground_to_link_to(make_app, client, path):
    assert "<html data-playground " in client.get(path).text
    without = make_app(playground=False).test_client().get(path)
    assert without.status_code == 200
    assert "data-playground" not in without.text


def test_a_page_changes_its_digest_with_what_it_is_told(make_app, client):
    without = make_app(playground=False).test_client()
    assert client.get("/docs").headers["ETag"] != without.get("/docs").headers["ETag"]


def test_the_document_comes_pressed_to_who_can_open_it(client):
    plain, pressed = client.get("/openapi.json"), client.get("/openapi.json", headers=PRESSED)
    assert pressed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(pressed.data)) == plain.get_json()
    assert len(pressed.data) < len(plain.data) / 8
    assert pressed.headers["ETag"] != plain.headers["ETag"]
    again = client.get("/openapi.json", headers={**PRESSED, "If-None-Match": pressed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app().test_client()
