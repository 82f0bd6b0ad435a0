"""The gateway before a real server, llama.cpp's: its answers are those that the server gives when it is asked directly.

The tiny model writes nonsense, but the same for the same prompt and seed; a grammar makes it say what a test wants.
"""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openai
import pytest
from pydantic import BaseModel, Field

from tests.e2e import javascript, scaled
from tests.e2e.by_hand import TOWER, ask, read_until, user
from tests.e2e.servers import Server, ragproxy

for package in ("gguf", "xllamacpp"):
    pytest.importorskip(package, reason=f"{package} is not installed: make dev")

from tests.llama import KEY, MODEL, Llama  # noqa: E402 only where its packages are
from tests.tiny_model import CONTEXT, length, prompt_of, token  # noqa: E402

pytestmark = pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60)

JS = javascript.FOLDER / "llama.real.mjs"
SAYING = "It is 330 metres tall [1]."
SAYS = {"grammar": f'root ::= "{SAYING}"'}
GREEDY = {"temperature": 0, "max_tokens": 40}
SEEDED = {"temperature": 1, "seed": 7, "max_tokens": 40}
MANY = {"temperature": 1, "seed": 7, "max_tokens": 400}
PARAMETERS = pytest.mark.parametrize("parameters", [GREEDY, SEEDED], ids=["greedy", "seeded"])
DOCUMENTS = {  # as they are embedded: under their titles
    "tower.md": "Eiffel Tower\nThe Eiffel Tower is 330 metres tall.",
    "louvre.md": "Louvre\nLe musée du Louvre ferme le mardi.",
}
TOO_LONG = "x" * (CONTEXT + 1)


class Place(BaseModel):
    city: str = Field(max_length=12)
    height: int = Field(ge=0, le=999)


# ---- chat ---------------------------------------------------------------------------------------


def test_its_model_is_listed(ai, direct):
    assert [model.id for model in direct.models.list()] == [MODEL]
    assert MODEL in [model.id for model in ai.models.list()]
    assert ai.models.retrieve(MODEL).id == MODEL


@PARAMETERS
def test_a_chat(ai, direct, llama, parameters):
    ours = chat(ai, "Hello, été", **parameters)
    assert llama.asked()["prompt"] == prompt_of(("user", "Hello, été"))
    theirs = chat(direct, "Hello, été", **parameters)
    assert whole(ours) == whole(theirs)
    assert (len(text(ours)), ours.choices[0].finish_reason) == (40, "length")
    assert ours.usage.prompt_tokens == length(prompt_of(("user", "Hello, été")))
    assert text(chat(ai, "Hello, ete", **parameters)) != text(ours)  # a model, not an echo


@PARAMETERS
def test_a_stream(ai, direct, parameters):
    ours, theirs = (list(chat(client, stream=True, **parameters)) for client in (ai, direct))
    assert pieces(ours) == pieces(theirs)
    assert len(pieces(ours)) == 40
    assert "".join(pieces(ours)) == text(chat(ai, **parameters))
    assert [chunk.choices[0].finish_reason for chunk in ours if chunk.choices][-1] == "length"
    assert not any(chunk.usage for chunk in ours)


def test_a_streams_usage(ai, direct):
    ours, theirs = (
        list(chat(client, stream=True, stream_options={"include_usage": True}, **GREEDY)) for client in (ai, direct)
    )
    assert [chunk.usage for chunk in ours if chunk.usage] == [theirs[-1].usage]
    assert ours[-1].choices == []
    assert ours[-1].usage.completion_tokens == 40
    assert ours[-1].usage == chat(ai, **GREEDY).usage


def test_log_probabilities_whole_and_streamed(ai, direct):
    asked = {**SEEDED, "max_tokens": 6, "logprobs": True, "top_logprobs": 3}
    ours, theirs = chat(ai, **asked), chat(direct, **asked)
    said = ours.choices[0].logprobs.content
    assert said == theirs.choices[0].logprobs.content
    assert "".join(each.token for each in said) == text(ours)
    assert [len(each.top_logprobs) for each in said] == [3] * 6
    streamed = [chunk.choices[0].logprobs for chunk in chat(ai, stream=True, **asked)]
    assert [each for logprobs in streamed if logprobs for each in logprobs.content] == said


def test_several_choices_whole_and_streamed(ai, direct):
    ours, theirs = chat(ai, n=3, **SEEDED), chat(direct, n=3, **SEEDED)
    assert whole(ours) == whole(theirs)
    texts = [choice.message.content for choice in ours.choices]
    assert len(set(texts)) == 3
    streamed = ["", "", ""]
    for chunk in chat(ai, n=3, stream=True, **SEEDED):
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert streamed == texts


def test_an_answer_ends_where_it_was_told_to(ai):
    free = text(chat(ai, **SEEDED))
    stop = free[20:22]
    stopped = chat(ai, stop=[stop], **SEEDED)
    assert (text(stopped), stopped.choices[0].finish_reason) == (free[: free.index(stop)], "stop")
    short = chat(ai, **{**SEEDED, "max_tokens": 7})
    assert (text(short), short.choices[0].finish_reason) == (free[:7], "length")
    ended = chat(ai, logit_bias={str(token("</s>")): 100}, **SEEDED)
    assert (text(ended), ended.choices[0].finish_reason, ended.usage.completion_tokens) == ("", "stop", 1)


def test_parameters_of_its_own_reach_it(ai, llama):
    chat(ai, extra_body={"top_k": 3, "repeat_penalty": 1.5}, presence_penalty=0.5, top_p=0.5, **SEEDED)
    used = llama.asked()["params"]
    assert [used[name] for name in ("top_k", "repeat_penalty", "presence_penalty", "top_p", "seed", "max_tokens")] == [
        3,
        1.5,
        0.5,
        0.5,
        7,
        40,
    ]


def test_what_it_adds_to_openais_answer_is_kept(ai):
    answer = chat(ai, **GREEDY)
    assert answer.timings["predicted_n"] == 40
    assert answer.id.startswith("chatcmpl-")


@pytest.mark.parametrize("model", [MODEL, "ragproxy"])
def test_json_by_a_schema(ai, model):
    answer = ai.chat.completions.parse(model=model, messages=user(TOWER), response_format=Place, **MANY)
    place = answer.choices[0].message.parsed
    assert 0 <= place.height <= 999
    with ai.chat.completions.stream(model=model, messages=user(TOWER), response_format=Place, **MANY) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == place


def test_json_of_any_kind(ai, direct):
    asked = {**MANY, "response_format": {"type": "json_object"}}
    assert isinstance(json.loads(text(chat(ai, **asked))), dict)
    assert text(chat(ai, **asked)) == text(chat(direct, **asked))


def test_many_clients_at_once_get_their_own_answers(ai, direct):
    questions = [f"Question {number}" for number in range(12)]
    alone = [text(chat(direct, question, **SEEDED)) for question in questions]
    with ThreadPoolExecutor(12) as pool:
        at_once = list(pool.map(lambda question: "".join(pieces(chat(ai, question, stream=True, **SEEDED))), questions))
    assert at_once == alone
    assert len(set(alone)) == 12


# ---- answers from documents ---------------------------------------------------------------------


@PARAMETERS
def test_an_answer_is_written_from_the_documents(ai, direct, llama, parameters):
    answer = chat(ai, TOWER, model="ragproxy", **parameters)
    prompt = llama.asked()["prompt"]
    assert prompt.endswith(prompt_of(("user", TOWER)).removeprefix("<s>"))
    assert prompt.index("330 metres") < prompt.index("ferme le mardi") < prompt.index(TOWER)
    replayed = direct.completions.create(model=MODEL, prompt=prompt.removeprefix("<s>"), **parameters)
    assert text(answer) == replayed.choices[0].text
    assert answer.usage == replayed.usage
    assert [source["filename"] for source in answer.sources] == ["tower.md", "louvre.md"]
    streamed = list(chat(ai, TOWER, model="ragproxy", stream=True, **parameters))
    assert "".join(pieces(streamed)) == text(answer)


def test_citations_and_usage_streamed_and_not(ai):
    answer = chat(ai, TOWER, model="ragproxy", extra_body=SAYS)
    assert (text(answer), answer.choices[0].finish_reason) == (SAYING, "stop")
    assert [source["cited"] for source in answer.sources] == [True, False]
    cited = [annotation.url_citation for annotation in answer.choices[0].message.annotations]
    assert [SAYING[citation.start_index : citation.end_index] for citation in cited] == ["[1]"]
    options = {"stream": True, "stream_options": {"include_usage": True}}
    *said, last = chat(ai, TOWER, model="ragproxy", extra_body=SAYS, **options)
    assert "".join(pieces(said)) == SAYING
    assert said[-1].sources == answer.sources
    assert (last.choices, last.usage) == ([], answer.usage)


def test_a_follow_up_is_looked_up_and_answered(ai, llama):
    talk = [*user("The tower"), {"role": "assistant", "content": "Yes?"}, *user("How tall is it?")]
    answer = ai.chat.completions.create(model="ragproxy", messages=talk, extra_body=SAYS)
    assert text(answer) == SAYING
    assert llama.asked()["prompt"].endswith(
        prompt_of(("user", "The tower"), ("assistant", "Yes?"), ("user", "How tall is it?")).removeprefix("<s>")
    )


# ---- legacy completions -------------------------------------------------------------------------


@PARAMETERS
def test_a_legacy_completion(ai, direct, llama, parameters):
    asked = {"model": MODEL, "prompt": "Hello", **parameters}
    ours = ai.completions.create(**asked)
    assert llama.asked()["prompt"] == "<s>Hello"
    assert whole(ours) == whole(direct.completions.create(**asked))
    streamed = list(ai.completions.create(stream=True, stream_options={"include_usage": True}, **asked))
    assert "".join(chunk.choices[0].text for chunk in streamed if chunk.choices) == ours.choices[0].text
    assert (streamed[-1].choices, streamed[-1].usage) == ([], ours.usage)


def test_several_prompts_and_tokens(ai, direct):
    for prompt in (["Hello", "You there"], [token("H"), token("i")], [[token("H")], [token("i")]]):
        ours, theirs = (
            client.completions.create(model=MODEL, prompt=prompt, logprobs=2, **SEEDED) for client in (ai, direct)
        )
        assert whole(ours) == whole(theirs)
        assert len(ours.choices) == (1 if isinstance(prompt[0], int) else 2)


# ---- embeddings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings(ai, direct, encoding):
    asked = {"model": MODEL, "input": ["The tower", "Le musée ferme.", "x"], "encoding_format": encoding}
    ours, theirs = ai.embeddings.create(**asked), direct.embeddings.create(**asked)
    assert [line.index for line in ours.data] == [0, 1, 2]
    assert ours.usage == theirs.usage
    if encoding == "float":
        assert np.allclose(vectors(ours), vectors(theirs), atol=1e-5)
    else:  # asked for by name, the client leaves it as it came
        assert [len(line.embedding) for line in ours.data] == [len(line.embedding) for line in theirs.data]
        default = ai.embeddings.create(model=MODEL, input=asked["input"])
        assert np.allclose(vectors(default), [decoded(line.embedding) for line in ours.data], atol=1e-5)


def test_many_embeddings_keep_their_order(ai):
    texts = [f"Text {number}" for number in range(100)]
    together = vectors(ai.embeddings.create(model=MODEL, input=texts))
    for number in (0, 1, 50, 99):
        alone = vectors(ai.embeddings.create(model=MODEL, input=texts[number]))[0]
        assert np.argmax(together @ alone) == number
        assert np.allclose(together[number], alone, atol=1e-4)


def test_tokens_are_embedded_as_tokens(ai, direct):
    given = [[token("H"), token("i")], [token("x")]]
    ours, theirs = (client.embeddings.create(model=MODEL, input=given) for client in (ai, direct))
    assert np.allclose(vectors(ours), vectors(theirs), atol=1e-5)
    assert ours.usage == theirs.usage


def test_documents_are_found_by_their_embeddings(ai, direct):
    """Words that no document has: only the vectors can tell which is nearer."""
    queries = ["llll", "mmmmmmmm", "yy", "00", "ff", "44444444"]
    (store,) = ai.vector_stores.list()
    first = [next(iter(ai.vector_stores.search(store.id, query=query))).filename for query in queries]
    rows = vectors(direct.embeddings.create(model=MODEL, input=[*DOCUMENTS.values(), *queries]))
    nearest = (rows[2:] @ rows[:2].T).argmax(axis=1)
    assert first == [list(DOCUMENTS)[number] for number in nearest]
    assert set(first) == set(DOCUMENTS)


# ---- errors and hang-ups ------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_that_is_too_long_is_refused_in_its_words(ai, direct, stream):
    refused = []
    for client in (ai, direct):
        with pytest.raises(openai.BadRequestError) as caught:
            chat(client, TOO_LONG, stream=stream)
        refused.append(caught.value.body)
    ours, theirs = refused
    assert (ours["message"], ours["type"]) == (theirs["message"], "exceed_context_size_error")
    assert (ours["param"], ours["code"]) == (None, "context_length_exceeded")  # the code that clients know


def test_a_legacy_prompt_and_a_text_to_embed_that_are_too_long(ai):
    with pytest.raises(openai.BadRequestError, match="exceeds the available context size"):
        ai.completions.create(model=MODEL, prompt=TOO_LONG)
    with pytest.raises(openai.BadRequestError, match="exceeds the available context size"):
        ai.embeddings.create(model=MODEL, input=TOO_LONG)


@pytest.mark.parametrize(
    ("wrong", "why"), [({"n": 9}, "between 1 <= value <= 4"), ({"grammar": "root ::= ("}, "failed to parse grammar")]
)
@pytest.mark.parametrize("model", [MODEL, "ragproxy"])
def test_a_parameter_that_it_refuses(ai, model, wrong, why):
    with pytest.raises(openai.BadRequestError, match=why):
        chat(ai, model=model, extra_body=wrong)


def test_its_own_failure_is_told_as_one(ai, direct):
    image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}}]
    with pytest.raises(openai.InternalServerError, match="image input is not supported") as caught:
        chat(direct, image)
    assert caught.value.status_code == 500
    with pytest.raises(openai.InternalServerError, match="status 500: image input is not supported") as caught:
        chat(ai, image)
    assert (caught.value.status_code, caught.value.code) == (503, "upstream_unavailable")


def test_a_model_that_it_would_take_for_its_own_is_unknown(ai, direct):
    assert chat(direct, model="nobody", **GREEDY).model == MODEL
    with pytest.raises(openai.NotFoundError) as caught:
        chat(ai, model="nobody", **GREEDY)
    assert caught.value.code == "model_not_found"


def test_a_key_that_it_does_not_take_is_the_operators_fault(llama, tmp_path):
    ragproxy("migrate", data_dir=tmp_path)
    with (
        Server(tmp_path, **{**before(llama), "OPENAI_API_KEY": "sk-wrong"}) as server,
        scaled.client(server) as client,
        pytest.raises(openai.InternalServerError, match="OPENAI_API_KEY") as caught,
    ):
        chat(client, model="ragproxy", **GREEDY)
    assert caught.value.code == "upstream_auth"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/chat/completions", {"model": MODEL, "messages": user("Go on for ever")}),
        ("/v1/chat/completions", {"model": "ragproxy", "messages": user(TOWER)}),
        ("/v1/completions", {"model": MODEL, "prompt": "Once"}),
    ],
    ids=["chat", "documents", "legacy"],
)
def test_a_client_that_leaves_a_stream_ends_the_writing(front, llama, path, asked):
    """Only a stream: this server writes a whole answer to its end, whoever leaves."""
    written = llama.written()
    with ask(front, {**asked, "stream": True}, path) as client:
        read_until(client, b"data: ")
        wait_until(lambda: llama.writing() == 1, 5)
        time.sleep(0.3)
        assert llama.writing() == 1
    wait_until(lambda: llama.writing() == 0, 3)
    assert 0 < llama.written() - written < CONTEXT / 2


# ---- other clients ------------------------------------------------------------------------------


def test_langchain_chats(langchain, direct):
    model = langchain("ChatOpenAI", model=MODEL, seed=7, temperature=1, max_tokens=40)
    answer, theirs = model.invoke("Hello"), chat(direct, **SEEDED)
    assert answer.text == text(theirs)
    assert answer.usage_metadata["total_tokens"] == theirs.usage.total_tokens
    assert answer.response_metadata["finish_reason"] == "length"
    first, *others = model.stream("Hello", stream_usage=True)
    for chunk in others:
        first += chunk
    assert len(others) >= 40
    assert (first.text, first.usage_metadata) == (answer.text, answer.usage_metadata)


def test_langchain_answers_from_the_documents(langchain):
    model = langchain("ChatOpenAI", model="ragproxy", extra_body=SAYS)
    assert model.invoke(TOWER).text == SAYING
    assert "".join(chunk.text for chunk in model.stream(TOWER)) == SAYING


def test_langchain_reads_json_by_a_schema(langchain):
    model = langchain("ChatOpenAI", model=MODEL, **MANY)
    place = model.with_structured_output(Place, method="json_schema").invoke(TOWER)
    assert isinstance(place, Place)
    assert 0 <= place.height <= 999


def test_langchain_embeds(langchain, direct):
    model = langchain("OpenAIEmbeddings", model=MODEL, check_embedding_ctx_length=False)
    made = model.embed_documents(["The tower", "Le musée"])
    theirs = direct.embeddings.create(model=MODEL, input=["The tower", "Le musée"])
    assert np.allclose(made, vectors(theirs), atol=1e-5)


@pytest.mark.parametrize("name", javascript.names(JS))
def test_in_javascript(in_javascript, name):
    assert in_javascript.results.get(name) == "ok", in_javascript.output


def test_the_javascript_ends_well_with_the_tests_it_promises(in_javascript):
    assert list(in_javascript.results) == javascript.names(JS)
    assert in_javascript.code == 0, in_javascript.output


# ---- fixtures -----------------------------------------------------------------------------------


def chat(client, question="Hello", model=MODEL, **parameters):
    return client.chat.completions.create(model=model, messages=user(question), **parameters)


def text(answer):
    return answer.choices[0].message.content


def pieces(chunks):
    """The texts of a stream, the empty ones left out."""
    return [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]


def whole(answer):
    """All of an answer that is the same each time it is asked for."""
    told = answer.model_dump(include={"choices", "usage", "model", "object", "system_fingerprint"})
    assert told["choices"]
    return told


def vectors(made):
    return np.array([line.embedding for line in made.data], dtype=np.float32)


def decoded(embedding):
    return np.frombuffer(base64.b64decode(embedding), dtype="<f4")


def wait_until(condition, seconds):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def before(llama):
    """The variables of a server that `llama` writes and embeds for."""
    return {
        "OPENAI_BASE_URL": llama.url,
        "OPENAI_API_KEY": KEY,
        "RAGPROXY_UPSTREAM_MODEL": MODEL,
        "RAGPROXY_EMBEDDING_MODEL": MODEL,
    }


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    with Llama(tmp_path_factory.mktemp("llama")) as llama:
        yield llama


@pytest.fixture(scope="module")
def front(llama, tmp_path_factory, documents):
    """A gateway of that server, with two small documents that it has embedded."""
    data_dir, variables = tmp_path_factory.mktemp("front"), before(llama)
    ragproxy("migrate", data_dir=data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir, **variables)
    with Server(data_dir, **variables) as server, scaled.client(server) as client:
        wait_until(lambda: MODEL in [model.id for model in client.models.list()], 10)
        yield server


@pytest.fixture(scope="module")
def ai(front):
    """The official client of the gateway."""
    with scaled.client(front) as client:
        yield client


@pytest.fixture(scope="module")
def direct(llama):
    """The official client of the real server."""
    with openai.OpenAI(base_url=llama.url, api_key=KEY, max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def langchain(front):
    """Makes one of LangChain's models, of the gateway."""
    library = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed: make dev")
    options = {"base_url": front.url + "/v1", "api_key": "sk-client", "max_retries": 0}
    return lambda name, **more: getattr(library, name)(**options, **more)


@pytest.fixture(scope="module")
def in_javascript(front, llama):
    """The run of the JavaScript tests."""
    try:
        node = javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))
    return javascript.run_tests(node, JS, GATEWAY_URL=front.url, LLAMA_URL=llama.address, LLAMA_KEY=KEY)
