"""LangChain's client of OpenAI against the gateway, as the README shows it."""

import openai
import pytest

from tests.e2e.by_hand import TOWER
from tests.replies import Reply, refusal, whole


def test_a_question_is_answered_from_the_documents(model, upstream):
    upstream.text = "It is 330 metres tall [1]."
    answer = model.invoke(TOWER)
    assert _text(answer) == upstream.text
    assert answer.usage_metadata["total_tokens"] > 0
    assert answer.response_metadata["model_name"] == "ragproxy"
    assert answer.response_metadata["finish_reason"] == "stop"
    assert "330 metres" in upstream.requests[-1].json["messages"][0]["content"]


def test_a_stream_adds_up_to_the_same(model, upstream):
    upstream.text = "It is 330 metres tall [1]."
    chunks = list(model.stream(TOWER))
    said = chunks[0]
    for chunk in chunks[1:]:
        said += chunk
    assert len(chunks) > 5
    assert _text(said) == upstream.text
    assert said.response_metadata["finish_reason"] == "stop"
    assert said.usage_metadata["total_tokens"] > 0


def test_tools_are_called_through_the_gateway(model, upstream):
    def measure(what: str) -> str:
        """Measure a thing."""
        return what

    call = {"id": "call_1", "type": "function", "function": {"name": "measure", "arguments": '{"what": "tower"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    upstream.script(Reply.json({**whole(""), "choices": [choice]}))
    answer = model.bind_tools([measure]).invoke(TOWER)
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [("measure", {"what": "tower"})]
    assert upstream.requests[-1].json["tools"][0]["function"]["name"] == "measure"


def test_an_error_is_the_official_clients(model, upstream):
    upstream.script(refusal(429, "Slow down", headers={"retry-after": "3"}))
    with pytest.raises(openai.RateLimitError, match="Slow down"):
        model.invoke(TOWER)


def _text(message):
    return message.content if isinstance(message.content, str) else "".join(part["text"] for part in message.content)


@pytest.fixture(scope="module")
def langchain_openai():
    """Imported here and not above: every process that collects the tests would take the second that it takes."""
    return pytest.importorskip("langchain_openai", reason="langchain-openai is not installed: make dev")


@pytest.fixture
def model(langchain_openai, gateway):
    return langchain_openai.ChatOpenAI(
        base_url=gateway.url + "/v1", api_key="sk-fake-key", model="ragproxy", max_retries=0, stream_usage=True
    )
