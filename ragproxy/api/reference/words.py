"""What /openapi.json says in words: of the parts of paths, the headers, the statuses and the resources."""

from __future__ import annotations

from ragproxy.wire.reference.shapes import INTEGER, NUMBER, STRING, Shape

ABOUT = """An OpenAI-compatible gateway that answers from your documents.

Every route of OpenAI's answers at `/v1/...` and at the bare path, so any client of OpenAI's works here. What ragproxy \
adds to the requests are the fields `rag`, `files`, `lang`, `conversation_id` and `clientModel`; to the answers, \
`sources`. A server that runs open (`RAGPROXY_AUTH=open`) takes requests without a key, but for `/admin`.

Headers `X-Custom-*` of a request (at most 10) go on to the upstream and come back with the answer. The `type` of an \
event of a stream tells what it is; lines that begin with `:` are signs of life."""

# blueprint -> the resource that its routes are shown with
TAGS = {
    "chat": "Chat",
    "stored_completions": "Chat",
    "completions": "Completions",
    "responses": "Responses",
    "conversations": "Conversations",
    "assistants": "Assistants",
    "threads": "Threads",
    "thread_messages": "Threads",
    "runs": "Runs",
    "embeddings": "Embeddings",
    "models": "Models",
    "files": "Files",
    "uploads": "Uploads",
    "vector_stores": "Vector stores",
    "vector_store_files": "Vector stores",
    "vector_store_file_batches": "Vector stores",
    "vector_store_reindex": "Vector stores",
    "folder_files": "Vector stores",
    "batches": "Batches",
    "relays": "Images, audio, moderations",
    "fine_tuning": "Fine-tuning",
    "azure_chat": "Azure's addresses",
    "azure_embeddings": "Azure's addresses",
    "azure_models": "Azure's addresses",
    "admin_agents": "Administration",
    "admin_keys": "Administration",
    "admin_usage": "Administration",
    "admin_stores": "Administration",
    "admin_health": "Administration",
    "admin_session": "Administration",
    "me": "People",
    "login": "People",
    "sources": "People",
    "ops": "Operation",
    "reference": "Operation",
}
RESOURCES = {
    "Chat": "Conversations, answered from the documents.",
    "Completions": "Prompts to continue, and the agent form of chat.",
    "Responses": "Questions in items, answered from the documents, and kept.",
    "Conversations": "What was said, kept to go on with.",
    "Assistants": "A prompt, tools and a model: agents by another name.",
    "Threads": "Conversations that assistants answer in.",
    "Runs": "Assistants at work.",
    "Embeddings": "Vectors of texts.",
    "Models": "The names that `model` may hold.",
    "Files": "Documents to be searched, and input of other kinds.",
    "Uploads": "Large files, in parts.",
    "Vector stores": "Documents that can be searched, and answered from.",
    "Batches": "Many requests in one file.",
    "Images, audio, moderations": "Passed on to the upstreams that serve them.",
    "Fine-tuning": "Jobs at the upstream that serves them.",
    "Azure's addresses": "The same for clients of Azure OpenAI; every `api-version` will do.",
    "Administration": "Agents, keys, stores, usage and health, for administrators. Ours, not OpenAI's.",
    "People": "For those who come with a browser.",
    "Operation": "Health, metrics, and this reference.",
}
PATHS = {
    "agent_id": "What `model` names",
    "assistant_id": "The id of an assistant",
    "batch_id": "The id of a batch",
    "completion_id": "The id of a stored chat completion",
    "conversation_id": "The id of a conversation",
    "deployment": "What `model` names elsewhere",
    "file_id": "The id of a file",
    "item_id": "The id of an item of the conversation",
    "job_id": "The id of a fine-tuning job",
    "key_id": "The id of a key, which is not its secret",
    "message_id": "The id of a message of the thread",
    "model_id": "What `model` names; it may hold slashes",
    "response_id": "The id of a response",
    "run_id": "The id of a run of the thread",
    "store_id": "The id of a vector store of any owner",
    "step_id": "The id of a step of the run",
    "thread_id": "The id of a thread",
    "token": "The signed right to read a passage",
    "upload_id": "The id of an upload",
    "vector_store_id": "The id of a vector store",
}
ERRORS = {
    400: "Something in the request is wrong; `param` names it",
    401: "No key, or one that is not known",
    403: "The key may not do this",
    404: "There is no such thing, or it is somebody else's",
    409: "It cannot be done as things stand, or the same request is being answered",
    410: "The link has expired",
    413: "The body is too large",
    415: "The body has another type than is read here",
    416: "The file has no such range",
    429: "A limit or a budget is used up; `retry-after` says for how long",
    500: "An error of the server's own",
    501: "No upstream of this server's serves this",
    502: "The upstream failed",
    503: "The upstream, the records or the index do not answer",
    504: "The upstream took too long",
    507: "No room is left to store it",
}
HEADERS: dict[str, tuple[Shape, str]] = {
    "x-request-id": (STRING, "The id of the request, the client's own if it sent one"),
    "openai-processing-ms": (INTEGER, "Milliseconds until the answer began"),
    "Server-Timing": (STRING, "The same by its steps: auth, retrieve, upstream, total"),
    "x-ratelimit-limit-requests": (INTEGER, "Requests that the key may make in a minute"),
    "x-ratelimit-limit-tokens": (INTEGER, "Tokens that it may consume in a minute"),
    "x-ratelimit-remaining-requests": (INTEGER, "Requests left"),
    "x-ratelimit-remaining-tokens": (INTEGER, "Tokens left"),
    "x-ratelimit-reset-requests": (STRING, "How long until none is counted any more, such as `1m2s`"),
    "x-ratelimit-reset-tokens": (STRING, "The same for tokens"),
    "retry-after": (INTEGER, "Seconds to wait"),
    "retry-after-ms": (INTEGER, "Milliseconds to wait"),
    "x-should-retry": (STRING, "`false` where trying again will not help"),
    "X-Metadata-Sources": (STRING, "The sources as JSON, when `rag.sources` asks for `header`"),
    "x-ragproxy-cost": (NUMBER, "US dollars, where the prices are known; of a whole answer alone"),
    "x-ragproxy-tried": (STRING, "The upstreams that were tried before"),
    "x-cache": (STRING, "`hit` when the answer is out of the cache, else `miss`; absent when it was not asked"),
    "x-idempotent-replay": (STRING, "`true` when the request was answered before under the same key"),
    "openai-poll-after-ms": (INTEGER, "Milliseconds after which asking again is worth while"),
    "Content-Disposition": (STRING, "The name to save it under"),
}
EVERY_HEADER = ("x-request-id", "openai-processing-ms", "Server-Timing")
RATES = tuple(name for name in HEADERS if name.startswith("x-ratelimit-"))
RETRIES = ("retry-after", "retry-after-ms", "x-should-retry")
