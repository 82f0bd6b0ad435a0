"""What administrators and operators are told: agents, keys, usage, health; and who is asking. Ours, not OpenAI's."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import SCOPES, Carrier, KeyStatus, Period, Visibility
from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    METADATA,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    Shape,
    array,
    choice,
    const,
    deleted,
    mapping,
    nullable,
    page,
    record,
    told,
)
from ragproxy.wire.usage import COUNTED

_PERIOD = choice(get_args(Period))
_LIMITS = record({"requests_per_minute": nullable(INTEGER), "tokens_per_minute": nullable(INTEGER)})
_KEY: dict[str, str | Shape] = {
    "id": STRING,
    "object": const("api_key"),
    "name": STRING,
    "prefix": told(STRING, "What its secret begins with"),
    "owner": STRING,
    "status": choice(get_args(KeyStatus)),
    "scopes": array(choice(SCOPES)),
    "groups": array(STRING),
    "models": nullable(array(STRING)),
    "vector_stores": nullable(array(STRING)),
    "limits": _LIMITS,
    "model_limits": mapping(_LIMITS),
    "budget": nullable(record({"usd": NUMBER, "period": _PERIOD})),
    "created_at": TIME,
    "expires_at": nullable(TIME),
    "revoked_at": nullable(TIME),
    "last_used_at": nullable(TIME),
}

SCHEMAS: dict[str, Shape] = {
    "Agent": record(
        {
            "id": told(STRING, "What `model` names"),
            "object": const("agent"),
            "owner": STRING,
            "created_at": TIME,
            "name": STRING,
            "description": nullable(STRING),
            "instructions": nullable(STRING),
            "vector_stores": array(STRING),
            "model": nullable(STRING),
            "params": OBJECT,
            "lang": nullable(STRING),
            "retrieval": record(
                {
                    "top_k": nullable(INTEGER),
                    "min_score": nullable(NUMBER),
                    "filters": nullable("Filter"),
                    "sources": nullable(array(choice(get_args(Carrier)))),
                    "cache_ttl_s": nullable(INTEGER),
                }
            ),
            "visibility": choice(get_args(Visibility)),
            "groups": array(STRING),
            "allowance": nullable(record({"period": _PERIOD, "requests": nullable(INTEGER), "usd": nullable(NUMBER)})),
            "tools": nullable(array("AssistantTool")),
            "metadata": METADATA,
        },
        "A stored prompt, vector stores and a model",
    ),
    "AgentList": page("Agent", "A page of agents"),
    "AgentDeleted": deleted("agent.deleted", "An agent that is gone"),
    "ApiKey": record(_KEY, "An API key, without its secret"),
    "ApiKeyWithSecret": record({**_KEY, "value": told(STRING, "Its secret, which is told this once")}, "An API key"),
    "ApiKeyList": page("ApiKey", "A page of keys"),
    "ApiKeyDeleted": deleted("api_key.deleted", "A key that is good no more"),
    "UsageBucket": record(
        {
            "object": const("usage.bucket"),
            "start_time": TIME,
            "end_time": TIME,
            **{name: nullable(STRING) for name in ("key", "key_name", "model", "upstream", "agent", "owner")},
            **dict.fromkeys(COUNTED, INTEGER),
            "cost_usd": NUMBER,
            "unpriced_requests": INTEGER,
            "mean_ms": NUMBER,
        },
        "Requests summed up; what was not asked for is null",
    ),
    "UsageList": record({"object": const("list"), "data": array("UsageBucket"), "has_more": BOOLEAN}, "Sums of usage"),
    "Caller": record(
        {
            "object": const("caller"),
            "id": nullable(STRING),
            "name": nullable(STRING),
            "owner": STRING,
            "admin": BOOLEAN,
            "groups": array(STRING),
            "scopes": array(choice(SCOPES)),
            "agents": array(record({"id": STRING, "name": STRING, "description": nullable(STRING)})),
        },
        "Who is asking",
    ),
    "Health": record({"status": const("ok"), "version": STRING}, "The process answers"),
    "Readiness": record(
        {"status": choice(("ok", "unavailable")), "checks": record({"records": STRING, "index": STRING})},
        "`ok`, or why not, for each part",
    ),
}
