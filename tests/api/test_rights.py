"""Rights on text: whatever a caller asks, nothing of it shows what the caller may not read."""

import random
from dataclasses import dataclass

import pytest

from ragproxy.domain import Caller
from tests.api.library import index, refused, right, services_of, uploaded

ADMIN = {"Authorization": "Bearer admin-key-of-the-test"}
GROUPS = ("staff", "board", "press")
QUESTION = "Which word is written in the report of the committee?"
ROUNDS = 6


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_two_callers_with_random_grants_see_what_they_may_and_nothing_else(client, seed, monkeypatch):
    # a file that no store holds is waited for in vain: nobody indexes here
    monkeypatch.setattr(services_of(client).answerer._retriever._on_demand, "_wait_s", 0)
    world = World(client, random.Random(seed))
    callers = [world.caller(), world.caller()]
    for caller in (*callers, *callers):  # the second time, what the other one asked may be in the cache
        for answer in asked(client, world, caller):
            told = answer.text + str(answer.headers)
            leaked = {word for word in world.words if word in told} - world.readable(caller)
            assert not leaked, f"{answer.request.path} shows {leaked} to {caller.about}:\n{told[:2000]}"
        for store in world.stores:
            found = client.post(
                f"/v1/vector_stores/{store.id}/search",
                json={"query": QUESTION, "max_num_results": 50},
                headers=caller.headers,
            )
            if not store.opens_to(caller.about):
                refused(found, 404, "vector_store_not_found")
                continue
            texts = " ".join(part["text"] for each in right(found)["data"] for part in each["content"])
            assert {word for word in world.words if word in texts} == world.readable_in(store, caller)


def test_an_answer_that_was_kept_is_not_given_to_who_may_read_less_now(client):
    world = World(client, random.Random(99), shared=True)
    (store, *_), caller = world.stores, world.caller(groups=["staff"], stores=None, owner="elsewhere")
    ask = {"model": f"rag/{store.id}", "messages": [{"role": "user", "content": QUESTION}], "rag": {"cache": True}}
    first = client.post("/v1/chat/completions", json=ask, headers=caller.headers)
    assert set(world.words) & set(first.text.replace('"', " ").replace(".", " ").split())
    assert client.post("/v1/chat/completions", json=ask, headers=caller.headers).headers["x-cache"] == "hit"
    for file in store.files:
        right(client.post(f"/v1/files/{file.id}", json={"groups": ["board"]}, headers=world.owner(store.owner)))
    again = client.post("/v1/chat/completions", json=ask, headers=caller.headers)
    assert again.headers["x-cache"] == "miss"
    assert not [word for word in world.words if word in again.text]
    right(client.post(f"/v1/vector_stores/{store.id}", json={"groups": ["board"]}, headers=world.owner(store.owner)))
    refused(client.post("/v1/chat/completions", json=ask, headers=caller.headers), 404, "model_not_found", "model")


def test_who_may_read_may_not_therefore_change(client):
    world = World(client, random.Random(5), shared=True)
    (store, *_), caller = world.stores, world.caller(groups=["staff"], stores=None, owner="elsewhere")
    path, file_id = f"/v1/vector_stores/{store.id}", store.files[0].id
    for method, route, body in (
        ("post", path, {"name": "mine"}),
        ("delete", path, None),
        ("post", f"{path}/files", {"file_id": file_id}),
        ("post", f"{path}/files/{file_id}", {"attributes": {"a": 1}}),
        ("delete", f"{path}/files/{file_id}", None),
        ("post", f"{path}/file_batches", {"file_ids": [file_id]}),
        ("post", f"{path}/reindex", None),
    ):
        message = refused(getattr(client, method)(route, json=body, headers=caller.headers), 403, "access_denied")
        assert "shared with you to be read" in message, route


def test_groups_that_one_is_not_in_are_not_to_be_shared_with(client):
    world = World(client, random.Random(7))
    caller = world.caller(groups=["staff"], stores=None)
    for groups in (["board"], ["staff", "board"], ["*"]):
        answer = client.post("/v1/vector_stores", json={"name": "bait", "groups": groups}, headers=caller.headers)
        refused(answer, 403, "access_denied", "groups")
    made = right(client.post("/v1/vector_stores", json={"groups": ["staff"]}, headers=caller.headers))
    assert made["groups"] == ["staff"]


def asked(client, world, caller):
    """The answers to everything that could show a text."""
    get = lambda path: client.get(path, headers=caller.headers)  # noqa: E731
    chat = lambda **body: client.post(  # noqa: E731
        "/v1/chat/completions",
        json={"messages": [{"role": "user", "content": QUESTION}], **body},
        headers=caller.headers,
    )
    yield from (get("/v1/models"), get("/v1/vector_stores"), get("/v1/files"))
    yield chat(model="ragproxy", rag={"cache": True})
    for store in world.stores:
        for cached in (True, False):
            yield chat(model=f"rag/{store.id}", rag={"cache": cached, "sources": ["field", "markdown", "header"]})
        yield chat(model=f"rag/{store.name}")
        yield chat(model="ragproxy", stream=True, rag={"stores": [store.id], "top_k": 50})
        yield client.post(
            "/v1/completions", json={"model": f"rag/{store.id}", "prompt": QUESTION}, headers=caller.headers
        )
        path = f"/v1/vector_stores/{store.id}"
        yield from (get(path), get(f"{path}/files"), get(f"/v1/models/rag/{store.name}"))
        for file in store.files:
            yield from (get(f"{path}/files/{file.id}"), get(f"{path}/files/{file.id}/content"))
    for file in {file.id: file for store in world.stores for file in store.files}.values():
        yield chat(model="ragproxy", files=[file.id])
        own = get(f"/v1/files/{file.id}/content")
        if own.status_code == 200:  # a file may be read without a store that holds it
            assert caller.about.may_read(file.owner, file.groups), file
            continue
        yield own


@dataclass(frozen=True)
class AFile:
    id: str
    owner: str
    groups: tuple
    word: str

    def opens_to(self, caller):
        return not self.groups or caller.may_read(self.owner, self.groups)


@dataclass(frozen=True)
class AStore:
    id: str
    name: str
    owner: str
    groups: tuple
    files: list

    def opens_to(self, caller):
        named = caller.stores is None or {self.id, self.name} & set(caller.stores)
        return bool(named) and caller.may_read(self.owner, self.groups)


@dataclass(frozen=True)
class ACaller:
    about: Caller
    headers: dict


class World:
    """Stores and files of two owners, each file with a word of its own, shared at random."""

    def __init__(self, client, rng, *, shared=False):
        self.client, self.rng = client, rng
        self.owners = {name: self._key(f"{name}-{rng.random()}", ["admin"]) for name in ("ann", "bob")}
        files = [self._file(rng.choice(list(self.owners)), () if shared else None) for _ in range(8)]
        self.words = {file.word: file for file in files}
        self.stores = [self._store(number, files, ("staff",) if shared else None) for number in range(4)]
        index(client)

    def owner(self, owner):
        """The headers of an owner's administrator."""
        return next(headers for name, headers in self.owners.values() if name == owner)

    def caller(self, **given):
        rng = self.rng
        owner = given.get("owner") or self.owners[rng.choice(list(self.owners))][0]
        groups = given.get("groups", self._groups())
        stores = given.get("stores", rng.choice([None, None, [store.id for store in self.stores[:2]]]))
        _, headers = self._key(owner, ["chat", "files"], groups=groups, vector_stores=stores)
        about = Caller(owner, groups=frozenset(groups), stores=None if stores is None else tuple(stores))
        return ACaller(about, headers)

    def readable_in(self, store, caller):
        return {file.word for file in store.files if file.opens_to(caller.about)}

    def readable(self, caller):
        return set().union(*(self.readable_in(store, caller) for store in self.stores if store.opens_to(caller.about)))

    def _key(self, owner, scopes, **terms):
        body = {"name": "test", "owner": owner, "scopes": [*scopes, "files"], **terms}
        made = right(self.client.post("/admin/keys", json=body, headers=ADMIN))
        return owner, {"Authorization": f"Bearer {made['value']}"}

    def _groups(self):
        return self.rng.sample(GROUPS, self.rng.choice([0, 0, 1, 2]))

    def _file(self, name, groups):
        owner, headers = self.owners[name]
        word = "zq" + "".join(self.rng.choices("bcdfgklmnprtvw", k=10))
        groups = tuple(self._groups()) if groups is None else groups
        text = f"The report of the committee: the word that is written here is {word}."
        self.client.environ_base["HTTP_AUTHORIZATION"] = headers["Authorization"]
        file_id = uploaded(self.client, text, f"{len(word)}-{self.rng.random()}.txt", groups=",".join(groups))
        del self.client.environ_base["HTTP_AUTHORIZATION"]
        return AFile(file_id, owner, groups, word)

    def _store(self, number, files, groups):
        owner, headers = self.rng.choice(list(self.owners.values()))
        groups = self._groups() if groups is None else groups
        own = [file for file in files if file.owner == owner]
        held = self.rng.sample(own, len(own) // 2 + 1) if own else []
        name = f"store {number} {self.rng.random()}"
        body = {"name": name, "groups": list(groups), "file_ids": [file.id for file in held]}
        made = right(self.client.post("/v1/vector_stores", json=body, headers=headers))
        return AStore(made["id"], name, owner, tuple(groups), held)


@pytest.fixture(scope="module")
def client(make_app):
    app = make_app(auth=frozenset({"keys"}), admin_key=ADMIN["Authorization"].removeprefix("Bearer "))
    return app.test_client()
