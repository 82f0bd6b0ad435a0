"""/admin/agents through the real app, and what callers then see of them."""

import time

import pytest

ADMIN = "the-admin-key-of-this-test"
LAWYER = {
    "id": "lawyer",
    "name": "Maître",
    "instructions": "Be brief.",
    "vector_stores": ["laws"],
    "model": "extractive",
    "params": {"temperature": 0},
    "retrieval": {"top_k": 3, "cache_ttl_s": 60, "sources": ["field"]},
    "allowance": {"period": "day", "requests": 2},
}
ASK = {"messages": [{"role": "user", "content": "What does the plan cost?"}]}


def test_an_agent_is_made_with_its_id_alone(admin):
    made = admin.post("/admin/agents", json={"id": "plain"})
    assert made.status_code == 200, made.text
    agent = made.get_json()
    assert abs(agent.pop("created_at") - time.time()) < 10
    assert agent == {
        "id": "plain",
        "object": "agent",
        "owner": "default",
        "name": "plain",
        "description": None,
        "instructions": None,
        "vector_stores": ["default"],
        "model": None,
        "params": {},
        "lang": None,
        "retrieval": dict.fromkeys(["top_k", "min_score", "filters", "sources", "cache_ttl_s"]),
        "visibility": "private",
        "groups": [],
        "allowance": None,
        "tools": None,
        "metadata": {},
    }


def test_an_agent_is_made_shown_changed_and_deleted(admin):
    made = admin.post("/admin/agents", json=LAWYER).get_json()
    assert {key: made[key] for key in LAWYER.keys() - {"retrieval", "allowance"}} == {
        key: LAWYER[key] for key in LAWYER.keys() - {"retrieval", "allowance"}
    }
    assert admin.get("/admin/agents/lawyer").get_json() == made
    changed = admin.post("/admin/agents/lawyer", json={"lang": "fr", "allowance": None}).get_json()
    assert changed == {**made, "lang": "fr", "allowance": None}
    assert admin.get("/admin/agents/lawyer").get_json() == changed
    gone = admin.delete("/admin/agents/lawyer").get_json()
    assert gone == {"id": "lawyer", "object": "agent.deleted", "deleted": True}
    for answer in (
        admin.get("/admin/agents/lawyer"),
        admin.post("/admin/agents/lawyer", json={}),
        admin.delete("/admin/agents/lawyer"),
    ):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "agent_not_found")


def test_the_owner_is_named_in_the_query_or_in_the_body(admin):
    for where in (
        {"json": {"id": "clerk", "owner": "ann"}},
        {"json": {"id": "clerk"}, "query_string": {"owner": "bob"}},
    ):
        assert admin.post("/admin/agents", **where).status_code == 200
    assert admin.get("/admin/agents/clerk").status_code == 404
    assert admin.get("/admin/agents/clerk?owner=ann").get_json()["owner"] == "ann"
    assert admin.post("/admin/agents/clerk", json={"owner": "bob", "lang": "fr"}).get_json()["owner"] == "bob"
    assert admin.get("/admin/agents/clerk?owner=ann").get_json()["lang"] is None
    assert admin.delete("/admin/agents/clerk?owner=ann").status_code == 200
    assert admin.get("/admin/agents/clerk?owner=bob").status_code == 200


def test_agents_are_listed_page_by_page(admin):
    for number in range(5):
        admin.post("/admin/agents", json={"id": f"a{number}", "owner": "pager"})
    for query in ({"owner": "pager"}, {}):
        seen, after = [], {}
        while True:
            page = admin.get("/admin/agents", query_string={"limit": 2, "order": "asc", **query, **after}).get_json()
            seen += [agent["id"] for agent in page["data"] if agent["owner"] == "pager"]
            if not page["has_more"]:
                break
            after = {"after": page["last_id"]}
        assert seen == [f"a{number}" for number in range(5)]
    assert admin.get("/admin/agents?after=nothing").get_json()["error"]["param"] == "after"


def test_an_id_is_made_once_and_hides_no_upstreams_model(admin):
    admin.post("/admin/agents", json={"id": "once"})
    again = admin.post("/admin/agents", json={"id": "once"})
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "agent_exists")
    hiding = admin.post("/admin/agents", json={"id": "extractive"})
    assert (hiding.status_code, hiding.get_json()["error"]["code"]) == (409, "model_exists")
    assert admin.post("/admin/agents", json={"id": "gpt-4o", "owner": "aliased"}).status_code == 200


def test_the_built_in_agent_is_changed_and_never_deleted(admin):
    assert (
        admin.post("/admin/agents/ragproxy?owner=*", json={"description": "Ours"}).get_json()["description"] == "Ours"
    )
    refused = admin.delete("/admin/agents/ragproxy?owner=*")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "agent_built_in")


@pytest.mark.parametrize("body", [{"id": "a b"}, {"id": "rag/laws"}, {"id": "a", "top_k": 3}, {"name": "a"}, []])
def test_what_breaks_a_rule_is_refused(admin, body):
    refused = admin.post("/admin/agents", json=body)
    assert refused.status_code == 400
    assert set(refused.get_json()["error"]) == {"message", "type", "param", "code"}


def test_who_is_no_administrator_manages_none(admin, key):
    secret = key(scopes=["chat", "embed", "files", "relay"])
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/lawyer"), ("POST", "/lawyer"), ("DELETE", "/lawyer")):
        refused = admin.open("/admin/agents" + path, method=method, headers=bearer(secret), json={"id": "mine"})
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "insufficient_scope")


# ---- what callers see -------------------------------------------------------------------------------


def test_a_caller_lists_what_it_may_use(admin, key):
    for body in (
        {"id": "mine", "owner": "seer"},
        {"id": "staffs", "owner": "other", "groups": ["staff"]},
        {"id": "hidden", "owner": "other"},
        {"id": "everybodys", "owner": "other", "visibility": "public"},
    ):
        assert admin.post("/admin/agents", json=body).status_code == 200
    every = {"mine", "staffs", "hidden", "everybodys"}
    assert every & listed(admin, key(owner="seer", groups=["staff"])) == {"mine", "staffs", "everybodys"}
    assert every & listed(admin, key(owner="seer")) == {"mine", "everybodys"}
    assert listed(admin, key(owner="seer", models=["mine", "hidden"])) == {"mine"}


def test_what_is_not_a_callers_does_not_exist_for_it(admin, key):
    admin.post("/admin/agents", json={"id": "secret-plan", "owner": "other"})
    secret = key(owner="seer")
    for name in ("secret-plan", "no-such-plan"):
        for answer in (
            admin.post("/v1/chat/completions", json={"model": name, **ASK}, headers=bearer(secret)),
            admin.post("/v1/completions", json={"model": name, "prompt": "Hello"}, headers=bearer(secret)),
            admin.get(f"/v1/models/{name}", headers=bearer(secret)),
        ):
            assert answer.status_code == 404
            error = answer.get_json()["error"]
            assert (error["param"], error["code"]) == ("model", "model_not_found")
            assert error["message"].replace(name, "X") == (
                "The model 'X' does not exist; GET /v1/models lists those that do"
            )


def test_the_agents_carriers_reach_every_part_of_the_answer(admin, key):
    admin.post("/admin/agents", json={"id": "quiet", "owner": "*", "retrieval": {"sources": ["header"]}})
    admin.post("/admin/agents", json={"id": "loud", "owner": "*", "retrieval": {"sources": ["field"]}})
    secret = key()
    quiet, loud = (ask(admin, secret, name) for name in ("quiet", "loud"))
    assert ("X-Metadata-Sources" in quiet.headers, "sources" in quiet.get_json()) == (True, False)
    assert ("X-Metadata-Sources" in loud.headers, "sources" in loud.get_json()) == (False, True)
    told = ask(admin, secret, "loud", rag={"sources": ["header"]})
    assert ("X-Metadata-Sources" in told.headers, "sources" in told.get_json()) == (True, False)
    streamed = ask(admin, secret, "loud", stream=True)
    assert "X-Metadata-Sources" not in streamed.headers
    assert '"sources":[]' in streamed.text


def test_an_agents_answers_are_kept_unless_the_request_says_no(admin, key):
    admin.post("/admin/agents", json={"id": "keeper", "owner": "*", "retrieval": {"cache_ttl_s": 60}})
    secret = key()

    def outcome(**more):
        headers = more.pop("headers", {})
        return ask(admin, secret, "keeper", headers=headers, **more).headers.get("x-cache")

    assert [outcome(), outcome(), outcome(stream=True)] == ["miss", "hit", "hit"]
    assert outcome(headers={"Cache-Control": "no-cache"}) == "miss"
    assert outcome(headers={"Cache-Control": "no-store"}) is None
    assert outcome(rag={"cache": False}) is None
    assert outcome() == "hit"


def test_an_agent_used_as_much_as_it_may_be_says_so(admin, key):
    admin.post("/admin/agents", json={"id": "scarce", "owner": "*", "allowance": {"period": "day", "requests": 2}})
    secret = key()
    assert [ask(admin, secret, "scarce").status_code for _ in range(2)] == [200, 200]
    for stream in (False, True):
        refused = ask(admin, secret, "scarce", stream=stream)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "usage_limit_reached")
    assert ask(admin, secret, "ragproxy").status_code == 200


def test_an_agent_whose_documents_one_may_not_read_says_so_without_a_name(admin, key):
    admin.post("/v1/vector_stores", json={"name": "salaries"})
    admin.post("/admin/agents", json={"id": "payroll", "vector_stores": ["salaries"], "visibility": "public"})
    refused = ask(admin, key(owner="seer"), "payroll")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "access_denied")
    assert "salaries" not in refused.text
    assert ask(admin, key(), "payroll").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"input": "x"}),
        ("/openai/deployments/NAME/embeddings", {"input": "x"}),
        ("/v1/moderations", {"input": "x"}),
        ("/v1/fine_tuning/jobs", {"training_file": "file-1"}),
    ],
)
def test_a_key_names_its_models_alone_wherever_a_model_is_named(admin, key, path, body):
    secret = key(models=["lawyer"])
    for name in ("hash-384", "nonsense"):
        answer = admin.post(path.replace("NAME", name), json={**body, "model": name}, headers=bearer(secret))
        assert answer.status_code == 404
        error = answer.get_json()["error"]
        assert (error["param"], error["code"]) == ("model", "model_not_found")
        assert error["message"] == f"The model '{name}' does not exist; GET /v1/models lists those that do"


def test_a_key_of_certain_models_cannot_leave_the_choice_to_the_upstream(admin, key):
    def refused(**terms):
        answer = admin.post("/v1/moderations", json={"input": "x"}, headers=bearer(key(**terms)))
        return answer.status_code, answer.get_json()["error"]["code"]

    assert refused(models=["lawyer"]) == (403, "access_denied")
    assert refused(models=["*"]) == refused() == (501, "not_served")


def test_a_key_may_embed_with_the_model_that_it_names(admin, key):
    secret = key(models=["hash-*"])
    answer = admin.post("/v1/embeddings", json={"model": "hash-384", "input": "x"}, headers=bearer(secret))
    assert answer.status_code == 200


def ask(admin, secret, model, headers=None, **more):
    body = {"model": model, **ASK, **more}
    return admin.post("/v1/chat/completions", json=body, headers={**bearer(secret), **(headers or {})})


def listed(admin, secret):
    return {card["id"] for card in admin.get("/v1/models", headers=bearer(secret)).get_json()["data"]}


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def key(admin):
    """Makes keys: `key(owner="ann", models=["lawyer"])`; the secret."""
    return lambda **terms: admin.post("/admin/keys", json={"name": "test", **terms}).get_json()["value"]


@pytest.fixture(scope="module")
def admin(make_app):
    client = make_app(auth=frozenset({"keys"}), admin_key=ADMIN).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {ADMIN}"
    return client
