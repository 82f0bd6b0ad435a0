"""The page of a source: a passage in its document, for whoever has a link that was signed for a reader of it."""

import hashlib
import json
import re
import time

import pytest
from itsdangerous import URLSafeSerializer

from ragproxy.api.inside import Inside
from ragproxy.domain import Caller, Cancel
from tests.api.library import index, made, refused, right, services_of, uploaded
from tests.ingestion.samples import pdf

ADMIN = {"Authorization": "Bearer admin-key-of-the-test"}
JSON = {"Accept": "application/json"}
TEXT = "The tower <b>is</b> 330 metres tall & made of iron. <script>alert(1)</script>"


def test_the_link_of_a_source_opens_its_passage_without_a_key(client, store):
    url = link(ask(client, store))
    assert re.fullmatch(r"http://localhost/sources/[\w.-]+#passage", url)
    page = client.get(url)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert '<section id="passage"><mark>' in page.text
    assert "tower.txt" in page.text


def test_who_asks_from_inside_has_no_address_to_link_to(client, store):
    asked = {"model": f"rag/{store}", "messages": [{"role": "user", "content": "How tall is the tower?"}]}
    with Inside(client.application).post("/v1/chat/completions", asked, Caller(), cancel=Cancel()) as told:
        answer = json.loads(b"".join(told.pieces))
    assert link(answer).startswith("urn:ragproxy:")


def test_every_carrier_has_the_same_link(client, store):
    answer = ask(client, store, rag={"sources": ["annotations", "field", "markdown"]})
    (choice,) = answer["choices"]
    assert {each["url_citation"]["url"] for each in choice["message"]["annotations"]} == {link(answer)}
    assert f"](<{link(answer)}>)" in choice["message"]["content"]


def test_nothing_of_a_document_becomes_html(client, store):
    page = client.get(link(ask(client, store)))
    assert "<script" not in page.text
    assert "&lt;b&gt;is&lt;/b&gt; 330 metres tall &amp; made" in page.text
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r'<style nonce="([\w-]+)">', page.text)[1]
    assert policy.startswith(f"default-src 'none'; style-src 'nonce-{nonce}';")
    assert "no-store" in page.headers["Cache-Control"]


def test_the_page_speaks_french_to_who_reads_french(client, store):
    url = link(ask(client, store))
    page = client.get(url, headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})
    assert '<html lang="fr">' in page.text
    assert "Le passage cité est surligné." in page.text


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-2], lambda t: t[2:], lambda t: t.replace(".", ""), lambda t: "x", str.upper]
)
def test_a_link_that_was_tampered_with_opens_nothing(client, store, spoil):
    token = link(ask(client, store)).rpartition("/")[2].partition("#")[0]
    page = client.get(f"/sources/{spoil(token)}")
    assert page.status_code == 404
    assert "330" not in page.text


def test_a_link_of_another_purpose_or_shape_opens_nothing(client, store):
    key = services_of(client).signing_key
    for token in (
        URLSafeSerializer(key, salt="another").dumps([9e12, store, "f", "c", "default", True, [], None]),
        URLSafeSerializer(key, salt="ragproxy source", signer_kwargs={"digest_method": hashlib.sha256}).dumps(
            ["short"]
        ),
        URLSafeSerializer(key, salt="ragproxy source", signer_kwargs={"digest_method": hashlib.sha256}).dumps({"a": 1}),
    ):
        assert client.get(f"/sources/{token}").status_code == 404


def test_an_expired_link_says_so(client, store, monkeypatch):
    url = link(ask(client, store))
    later = time.time() + 86_400 + 3601
    monkeypatch.setattr("time.time", lambda: later)
    page = client.get(url)
    assert page.status_code == 410
    assert "This link has expired" in page.text
    assert "330" not in page.text


def test_a_link_ends_with_the_right_to_read(client, store):
    url = link(ask(client, store, headers=None))  # of anybody, in the open mode
    assert client.get(url).status_code == 200
    right(client.post(f"/v1/vector_stores/{store}", json={"groups": ["board"]}, headers=ADMIN))
    assert client.get(url).status_code == 404
    right(client.post(f"/v1/vector_stores/{store}", json={"groups": ["*"]}, headers=ADMIN))
    assert client.get(url).status_code == 200


def test_a_link_ends_with_its_document(client, store):
    answer = ask(client, store)
    right(client.delete(f"/v1/files/{answer['sources'][0]['file_id']}"))
    page = client.get(link(answer))
    assert page.status_code == 404
    assert "330" not in page.text


def test_a_long_document_is_shown_around_the_passage(client):
    paragraphs = [f"Paragraph {number}. " + "Words that say nothing. " * 50 for number in range(120)]
    paragraphs[60] = "The zebra is striped. " + paragraphs[60]
    store = made(client, file_ids=[uploaded(client, "\n\n".join(paragraphs), "long.txt")])
    index(client)
    page = client.get(link(ask(client, store, question="Is the zebra striped?")))
    assert "<mark>" in page.text
    assert "The zebra is striped." in page.text[page.text.index("<mark>") : page.text.index("</mark>")]
    assert "Paragraph 0." not in page.text
    assert "Paragraph 119." not in page.text
    assert page.text.count("<section") == 41


def test_a_file_that_says_where_it_is_read_keeps_its_own_address(client):
    store, file_id = made(client), uploaded(client, "The bridge is 12 metres long.", "bridge.txt")
    asked = {"file_id": file_id, "attributes": {"url": "https://example.org/bridge"}}
    right(client.post(f"/v1/vector_stores/{store}/files", json=asked))
    index(client)
    answer = ask(client, store, question="How long is the bridge?")
    assert link(answer) == "https://example.org/bridge"


def test_links_begin_with_the_public_address_when_there_is_one(make_app):
    client = make_app(public_url="https://docs.example.org/rag").test_client()
    store = made(client, file_ids=[uploaded(client, TEXT)])
    index(client)
    assert link(ask(client, store)).startswith("https://docs.example.org/rag/sources/")


def test_without_links_a_source_has_a_name_that_no_browser_opens(make_app):
    client = make_app(source_link_s=0).test_client()
    store = made(client, file_ids=[uploaded(client, TEXT)])
    index(client)
    assert link(ask(client, store)).startswith("urn:ragproxy:file-")


def test_a_program_gets_the_passages_as_json(client, store):
    answer = ask(client, store)
    told = client.get(link(answer), headers={"Accept": "application/json"})
    assert told.mimetype == "application/json"
    assert "no-store" in told.headers["Cache-Control"]
    assert {"Accept", "Accept-Language"} <= set(told.vary)
    file_id = answer["sources"][0]["file_id"]
    assert told.get_json() == {
        "object": "source",
        "file_id": file_id,
        "filename": "tower.txt",
        "page": None,
        "found": True,
        "pieces": [{"text": TEXT, "page": None, "marked": True}],
        "pieces_before": 0,
        "pieces_after": 0,
    }


def test_a_program_is_told_the_page_of_each_passage_and_what_is_left_out(client):
    pages = [f"Paragraph {number}. " + "Words that say nothing. " * 50 for number in range(120)]
    pages[60] = "The zebra is striped. " + pages[60]
    store = made(client, file_ids=[uploaded(client, "\n\n".join(pages), "long.txt")])
    index(client)
    told = right(client.get(link(ask(client, store, question="Is the zebra striped?")), headers=JSON))
    (marked,) = (place for place, piece in enumerate(told["pieces"]) if piece["marked"])
    assert "zebra" in told["pieces"][marked]["text"]
    assert (marked, len(told["pieces"])) == (20, 41)
    assert told["pieces_before"] > 0
    assert told["pieces_after"] > 0


def test_the_page_of_a_pdf_is_told(client):
    store = made(
        client,
        file_ids=[
            uploaded(
                client, pdf("Words that say nothing. " * 60, "The lake is deep. " + "Other words. " * 90), "lake.pdf"
            )
        ],
    )
    index(client)
    told = right(client.get(link(ask(client, store, question="Is the lake deep?")), headers=JSON))
    assert told["page"] == 2
    assert [piece["page"] for piece in told["pieces"] if piece["marked"]] == [2]


def test_a_program_is_told_what_is_wrong_with_a_link(client, store, monkeypatch):
    url = link(ask(client, store))
    refused(client.get("/sources/x", headers=JSON), 404, "source_not_found")
    later = time.time() + 86_400 + 3601
    monkeypatch.setattr("time.time", lambda: later)
    refused(client.get(url, headers=JSON), 410, "source_expired")


def link(answer):
    """The address that the first marker of an answer leads to."""
    return answer["choices"][0]["message"]["annotations"][0]["url_citation"]["url"]


def ask(client, store, question="How tall is the tower?", headers=None, **more):
    body = {"model": f"rag/{store}", "messages": [{"role": "user", "content": question}], **more}
    return right(client.post("/v1/chat/completions", json=body, headers=headers))


@pytest.fixture
def store(client):
    store = made(client, file_ids=[uploaded(client, TEXT)])
    index(client)
    return store


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(admin_key=ADMIN["Authorization"].removeprefix("Bearer ")).test_client()
