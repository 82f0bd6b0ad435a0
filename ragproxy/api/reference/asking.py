"""The operations that ask a model, or are about what was asked."""

from __future__ import annotations

from ragproxy.api.reference.operations import (
    ANSWERED,
    BINARY,
    COST,
    EVENTS,
    JSON,
    Operation,
    answers,
    chat,
    completion,
)
from ragproxy.wire.reference.shapes import STRING, ref

_STORED = "Completions that were asked for with `store: true` are kept."
_JOB = "Jobs run at the upstream that serves fine-tuning; the files they name are the library's."
_IMAGES = {JSON: ref("Images"), EVENTS: ref("UpstreamEvent")}
_SPOKEN = {JSON: ref("Transcription"), "text/plain": STRING, EVENTS: ref("UpstreamEvent")}


def _relayed(about: str, answers: dict[str, dict], asks: bool = True) -> Operation:
    return Operation(about, answers, headers=COST, asks=asks, relays=True, refuses=(501,))


def _job(component: str, about: str = _JOB) -> Operation:
    return answers(component, about, relays=True, refuses=(501,))


OPERATIONS: dict[str, Operation] = {
    "chat.create_chat_completion": chat(
        "Answers from the documents of the agent that `model` names, with sources. The fields beside OpenAI's own "
        "(`rag`, `files`, `lang`, `conversation_id`, `clientModel`) say how. With `stream: true` the answer comes as "
        "events, which end with `[DONE]`; one that breaks off ends with an error."
    ),
    "stored_completions.list_chat_completions": answers("StoredChatCompletionList", _STORED),
    "stored_completions.get_chat_completion": answers("StoredChatCompletion", _STORED),
    "stored_completions.update_chat_completion": answers(
        "StoredChatCompletion", "The metadata given takes the place of what there was; null takes it away."
    ),
    "stored_completions.delete_chat_completion": answers("StoredChatCompletionDeleted", _STORED),
    "stored_completions.list_chat_completion_messages": answers("StoredMessageList", _STORED),
    "completions.create_completion": completion(
        "Goes on with a `prompt`; with `messages` in its place it is asked as a chat, and answers as one."
    ),
    "responses.create_response": answers(
        "Response",
        "Answers `input` from the documents that `tools` or the agent name. A response is kept unless `store` is "
        "false, and is made in the background with `background: true`. With `stream: true` it comes as events.",
        stream="ResponseStreamEvent",
        headers=ANSWERED,
        asks=True,
        keyed=True,
    ),
    "responses.get_response": answers(
        "Response",
        "A response that is being made shows how far it has got; with `stream=true` its events are told, from "
        "`starting_after` on.",
        stream="ResponseStreamEvent",
    ),
    "responses.delete_response": answers("ResponseDeleted", "One that is being made is left off."),
    "responses.cancel_response": answers("Response", "What was said by then stays in it."),
    "responses.list_input_items": answers("ItemList", "The items of its own `input`, without what came before."),
    "responses.count_input_tokens": answers(
        "InputTokens", "Counts what a request to POST /v1/responses would send, and asks no model."
    ),
    "responses.compact_response": answers(
        "Compaction",
        "A model sums up what was said. What comes back is the `input` to go on with; the summary in it is sealed.",
        headers=COST,
        asks=True,
    ),
    "conversations.create_conversation": answers("Conversation", "Chats and responses go on with it by its id."),
    "conversations.list_conversations": answers("ConversationList", "Ours: OpenAI has no list of conversations."),
    "conversations.get_conversation": answers("Conversation", "Its items are a list of their own."),
    "conversations.update_conversation": answers("Conversation", "Null takes all metadata away."),
    "conversations.delete_conversation": answers("ConversationDeleted", "Its items go with it."),
    "conversations.create_conversation_items": answers("ItemList", "At most 20 at a time; they come back with ids."),
    "conversations.list_conversation_items": answers(
        "ItemList", "`include` shows what is long or seldom wanted, such as the results of searches."
    ),
    "conversations.get_conversation_item": answers("Item", "`include` shows what is long or seldom wanted."),
    "conversations.delete_conversation_item": answers("Conversation", "What was said after it stays."),
    "embeddings.create_embedding": answers(
        "EmbeddingList", "Vectors of an upstream's model, or of the embedder of this server.", headers=COST, asks=True
    ),
    "models.list_models": answers(
        "ModelList", "The agents that the caller may use, aliases, `rag/<store>` and the models of the upstreams."
    ),
    "models.retrieve_model": answers("Model", "The name may hold slashes."),
    "relays.create_image": _relayed("Passed on to the upstream that serves images.", _IMAGES),
    "relays.create_image_edit": _relayed("Passed on to the upstream that serves images.", _IMAGES),
    "relays.create_image_variation": _relayed("Passed on to the upstream that serves images.", _IMAGES),
    "relays.create_speech": _relayed(
        "Passed on to the upstream that serves audio.", {"audio/*": BINARY, EVENTS: ref("UpstreamEvent")}
    ),
    "relays.create_transcription": _relayed("Passed on to the upstream that serves audio.", _SPOKEN),
    "relays.create_translation": _relayed("Passed on to the upstream that serves audio.", _SPOKEN),
    "relays.create_moderation": _relayed(
        "Passed on to the upstream that serves moderations.", {JSON: ref("Moderation")}
    ),
    "fine_tuning.create_job": Operation(
        _JOB, {JSON: ref("FineTuningJob")}, headers=COST, asks=True, relays=True, refuses=(501,)
    ),
    "fine_tuning.list_jobs": _job("FineTuningJobList", "The jobs of the caller's owner, the newest first."),
    "fine_tuning.retrieve_job": _job("FineTuningJob", "The files that it has made come into the library."),
    "fine_tuning.cancel_job": _job("FineTuningJob"),
    "fine_tuning.pause_job": _job("FineTuningJob"),
    "fine_tuning.resume_job": _job("FineTuningJob"),
    "fine_tuning.list_job_events": _job("FineTuningEventList"),
    "fine_tuning.list_job_checkpoints": _job("FineTuningCheckpointList"),
    "azure_chat.create_chat_completion": chat("As POST /v1/chat/completions; the deployment is what `model` names."),
    "azure_chat.create_completion": completion("As POST /v1/completions; the deployment is what `model` names."),
    "azure_embeddings.create_embedding": answers(
        "EmbeddingList", "As POST /v1/embeddings; the deployment is what `model` names.", headers=COST, asks=True
    ),
    "azure_models.list_models": answers("ModelList", "As GET /v1/models."),
    "azure_models.retrieve_model": answers("Model", "As GET /v1/models/{model_id}."),
}
