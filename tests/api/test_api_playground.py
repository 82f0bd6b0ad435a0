"""The page of the playground: there unless it is turned off, under a policy that lets nothing of others run."""

import re

import pytest

from ragproxy.api import assets
from tests.api.library import refused

STATIC = re.compile(r'(?:src|href)="(/[^"#]*)"')


def test_the_page_is_there_without_a_key(make_app):
    page = make_app(admin_key="k", auth=frozenset({"keys"})).test_client().get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"


def test_its_policy_lets_scripts_of_this_server_run_and_html_be_made_by_the_sanitizer_alone(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.startswith(assets.POLICY)
    assert "script-src 'self';" in policy
    assert policy.endswith("require-trusted-types-for 'script'; trusted-types dompurify")


def test_nothing_that_could_run_is_written_into_it(client):
    html = client.get("/").text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\s(?:on\w+|style)=", html)


def test_all_that_it_names_is_there_and_here(client):
    names = set(STATIC.findall(client.get("/").text))
    assert {"/static/theme.css", "/static/playground/main.js"} <= names
    for name in names:
        assert client.get(name).status_code == 200, name
    for module in (assets.FOLDER / "playground").glob("*.js"):
        text = module.read_text(encoding="utf-8")
        for name in re.findall(r'(?:from|import\() ?["`](/[^"`$]+)["`]', text):
            assert client.get(name).status_code == 200, f"{module.name} imports {name}"


def test_the_browser_is_told_of_every_module_at_once(client):
    told = set(re.findall(r'<link rel="modulepreload" href="/static/playground/(.+)">', client.get("/").text))
    modules = {module.name for module in (assets.FOLDER / "playground").glob("*.js")}
    assert told == modules - {"main.js"}


def test_both_languages_have_every_text_and_the_page_asks_for_no_other(client):
    folder = assets.FOLDER / "playground"
    words = (folder / "words.js").read_text(encoding="utf-8").partition("const LANGUAGES")[0]
    known = set(re.findall(r"^  (\w+): \[", words, re.MULTILINE))
    html = client.get("/").text
    asked = set(re.findall(r'data-t(?:-label|-placeholder)?="(\w+)"', html))
    for module in folder.glob("*.js"):
        asked |= set(re.findall(r'\bt\("(\w+)"', module.read_text(encoding="utf-8")))
    assert asked <= known
    texts = re.findall(r'"(?:[^"\\]|\\.)*"', words)
    assert len(texts) == 2 * len(known)


def test_the_page_can_be_turned_off(make_app):
    refused(make_app(playground=False).test_client().get("/"), 404, "unknown_url")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app().test_client()
