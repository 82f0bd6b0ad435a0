"""The operations of administrators and operators, and the pages."""

from __future__ import annotations

from ragproxy.api.reference.operations import HTML, JSON, Operation, answers, serves
from ragproxy.wire.reference.shapes import OBJECT, STRING, ref

_STAYS = "What the body does not say stays as it is."

OPERATIONS: dict[str, Operation] = {
    "admin_agents.create_agent": answers("Agent", "`model` names it from then on.", refuses=(409,)),
    "admin_agents.list_agents": answers("AgentList", "With `owner`, those of one project."),
    "admin_agents.get_agent": answers("Agent", "`owner` says whose it is."),
    "admin_agents.modify_agent": answers("Agent", f"{_STAYS} Null puts back what a new agent has."),
    "admin_agents.delete_agent": answers("AgentDeleted", "Its vector stores stay.", refuses=(409,)),
    "admin_keys.create_key": answers("ApiKeyWithSecret", "Its secret is not kept, but a digest of it."),
    "admin_keys.list_keys": answers("ApiKeyList", "The newest first by default."),
    "admin_keys.get_key": answers("ApiKey", "Without its secret, which nobody knows."),
    "admin_keys.modify_key": answers("ApiKey", f"{_STAYS} Null takes a limit or a restriction away."),
    "admin_keys.revoke_key": answers("ApiKeyDeleted", "It is good for nothing at once."),
    "admin_keys.rotate_key": answers("ApiKeyWithSecret", "The former secret is good for `grace_seconds` more."),
    "admin_usage.get_usage": Operation(
        "Sums of requests, tokens, cost and times, by the dimensions asked for.",
        {JSON: ref("UsageList"), "text/csv": STRING},
        headers=("Content-Disposition",),
    ),
    "admin_usage.get_latency": answers("LatencyList", "By the dimensions asked for, as sums of usage are."),
    "admin_stores.list_stores": answers("AdminStoreList", "The newest first by default."),
    "admin_stores.get_store": answers("AdminStoreWhole", "`reindex` is null when none was ever asked for."),
    "admin_stores.delete_store": answers("VectorStoreDeleted", "It is found no more at once."),
    "admin_stores.reindex_store": answers("Reindex", "One that waits or runs already is the answer."),
    "admin_stores.list_store_files": answers("AdminStoreFileList", "`last_error` says why one failed."),
    "admin_stores.retry_store_file": answers("AdminStoreFile", "One that is well, or waits, stays as it is."),
    "admin_stores.delete_store_file": answers("VectorStoreFileDeleted", "It is found no more at once."),
    "admin_health.get_health": answers("AdminHealth", "No upstream is asked for it."),
    "admin_session.get_admin_session": answers("AdminSession", "For the desk's own page.", refuses=(403,)),
    "admin_session.sign_in_at_admin_desk": answers(
        "AdminLogin",
        "For the desk's own page; it sets a cookie that opens `/admin` alone.",
        refuses=(400, 401, 403, 429),
    ),
    "admin_session.sign_out_of_admin_desk": answers("AdminLogin", "The browser forgets the cookie.", refuses=(403,)),
    "me.show": Operation(
        "What the bearer is known as and may do, or who has logged in with a browser, which gets a page.",
        {JSON: ref("Caller"), HTML: STRING},
        page=True,
    ),
    "ops.health": answers("Health", "For probes: nothing is looked at."),
    "ops.ready": Operation(
        "For probes: whether the records and the index answer. 503 names the part that does not.",
        {JSON: ref("Readiness")},
        more={503: "A part does not answer"},
    ),
    "ops.metrics": serves("text/plain", "In the format of Prometheus."),
    "sources.show_source": Operation(
        "Where the links of sources lead. The link is signed, and good for a while.",
        {HTML: STRING, JSON: ref("SourceExcerpt")},
        refuses=(410,),
        page=True,
    ),
    "login.begin": Operation("`next` is the path to come back to.", status=303, refuses=(501, 502, 503), page=True),
    "login.finish": Operation(
        "Where the issuer sends the browser back to.", status=303, refuses=(400, 401, 403, 501, 502, 503), page=True
    ),
    "login.leave": Operation("The session ends; at the issuer it goes on.", status=303, refuses=(403, 501), page=True),
    "reference.show_reference": serves(
        HTML, "This document as a page, where requests can be tried.", more={304: "It has not changed"}
    ),
    "reference.show_document": Operation(
        "This document: OpenAPI 3.1.", {JSON: OBJECT}, more={304: "It has not changed"}
    ),
}
