"""Agents of real servers: made by an administrator, used by those who may, kept in files. With the official client."""

import itertools
import time

import openai
import pytest
import requests

from tests.e2e import scaled
from tests.e2e.by_hand import user
from tests.e2e.conftest import writing
from tests.e2e.servers import ragproxy

pytestmark = pytest.mark.sets("embedded", "scaled")

ADMIN = "the-admin-key-of-this-test"
QUESTIONS = itertools.count(1)
TEXTS = {
    "tariffs": "The Pro plan costs 12 euros a month.",
    "decrees": "A decree says that the Pro plan is taxed at 20 percent.",
    "diary": "The Pro plan is what the boss dreams of.",
}


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("then", [False, True])
def test_a_key_of_one_agent_sees_it_alone_and_is_answered_from_its_stores(shop, upstream, first, then):
    upstream.text = "It is 12 euros [1]."
    question = f"What of the Pro plan? ({next(QUESTIONS)})"
    with scaled.client(shop.server, api_key=shop.secret) as ai:
        assert [model.id for model in ai.models.list()] == ["clerk"]
        missed, found = (asked(ai, question, stream=stream) for stream in (first, then))
        assert (missed[0], found[0]) == ("miss", "hit")
        for _, text, sources in (missed, found):
            assert text == "It is 12 euros [1]."
            assert {source["filename"] for source in sources} == {"tariffs.txt", "decrees.txt"}
        (sent,) = upstream.to("/chat/completions")
        system = sent.json["messages"][0]["content"]
        assert system.startswith("You sell plans.")
        assert TEXTS["tariffs"] in system
        assert TEXTS["diary"] not in system
        assert (sent.json["model"], sent.json["temperature"]) == ("other", 0.25)


def test_a_key_of_one_agent_finds_nothing_else(shop):
    with scaled.client(shop.server, api_key=shop.secret) as ai:
        for name in ("ragproxy", "gpt-4o", "rag/diary", "tiny", "nonsense"):
            with pytest.raises(openai.NotFoundError) as no:
                ai.chat.completions.create(model=name, messages=user("Hello?"))
            assert (no.value.code, no.value.param) == ("model_not_found", "model")
            with pytest.raises(openai.NotFoundError):
                ai.models.retrieve(name)
        with pytest.raises(openai.NotFoundError) as no:
            ai.chat.completions.create(model="clerk", messages=user("Hello?"), extra_body={"clientModel": "tiny"})
        assert no.value.param == "clientModel"


def test_agents_move_from_one_server_to_another_in_a_file(shop, tmp_path):
    def run(*command, **options):
        return ragproxy("agents", *command, data_dir=tmp_path, **options).stdout

    there = ("--url", shop.server.url, "--api-key", ADMIN)
    file = tmp_path / "agents.toml"
    run("export", "clerk", "--output", file, *there)
    assert run("import", file, *there) == "0 added, 0 changed, 1 unchanged\n"
    assert run("import", file) == "added: clerk of ann\n1 added, 0 changed, 0 unchanged\n"
    assert run("show", "clerk", "--owner", "ann") == run("show", "clerk", "--owner", "ann", *there)
    file.write_text(file.read_text().replace('id = "clerk"', 'id = "moved"').replace("You sell", "You lend"))
    assert "added: moved of ann" in run("import", file, *there, "--dry-run")
    assert "moved" not in run("list", *there)
    assert "added: moved of ann" in run("import", file, *there)
    file.write_text(file.read_text().replace("0.25", "0.75"))
    assert run("import", file, *there) == "changed: moved of ann\n0 added, 1 changed, 0 unchanged\n"
    assert "temperature = 0.75" in run("show", "moved", "--owner", "ann", *there)
    assert [line.split()[0] for line in run("list", "--owner", "ann", *there).splitlines()[1:]] == ["clerk", "moved"]
    assert run("delete", "moved", "--owner", "ann", "--yes", *there) == "'moved' is deleted.\n"
    file.write_text('[[agent]]\nid = "tiny"\n')
    refused = ragproxy("agents", "import", file, *there, data_dir=tmp_path, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "agent[0] ('tiny'): An upstream serves a model named 'tiny'" in refused.stderr
    shown = ragproxy("agents", "show", "../keys", *there, data_dir=tmp_path, check=False)
    assert "There is no agent" in shown.stderr or "Unknown request URL" in shown.stderr


def asked(ai, question, *, stream):
    """The outcome of the cache, the text and the sources of an answer, streamed or not."""
    raw = ai.chat.completions.with_raw_response.create(model="clerk", messages=user(question), stream=stream)
    answer = raw.parse()
    if not stream:
        return raw.headers.get("x-cache"), answer.choices[0].message.content, answer.sources
    chunks = list(answer)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    return raw.headers.get("x-cache"), text, chunks[-1].sources


class Shop:
    """A server with three stores of Ann's, her agent on two of them, and a key for nothing but that."""

    def __init__(self, server):
        self.server = server
        everything = self.admin("POST", "/admin/keys", name="loader", owner="ann")["value"]
        with scaled.client(server, api_key=everything, timeout=30) as ai:
            for name, text in TEXTS.items():
                file = ai.files.create(file=(f"{name}.txt", text.encode()), purpose="assistants")
                store = ai.vector_stores.create(name=name)
                ai.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id)
        self.admin(
            "POST",
            "/admin/agents",
            id="clerk",
            owner="ann",
            instructions="You sell plans.",
            vector_stores=["tariffs", "decrees"],
            model="other",
            params={"temperature": 0.25},
            retrieval={"cache_ttl_s": 300},
        )
        self.secret = self.admin("POST", "/admin/keys", name="kiosk", owner="ann", models=["clerk"])["value"]

    def admin(self, method, path, **body):
        headers = {"Authorization": f"Bearer {ADMIN}"}
        answer = requests.request(method, self.server.url + path, headers=headers, json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def shop(deployed, shared_upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    variables = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": ADMIN, **writing(shared_upstream)}
    with deployed(folder, **variables) as server:
        shop = Shop(server)
        until = time.monotonic() + 10
        headers = {"Authorization": f"Bearer {ADMIN}"}
        while "other" not in requests.get(server.url + "/v1/models", headers=headers, timeout=5).text:
            assert time.monotonic() < until
            time.sleep(0.05)
        yield shop
