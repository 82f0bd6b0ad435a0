"""Relays through a real server, with the official client."""

import openai
import pytest
from openai import OpenAI

from tests.e2e.relaying import relaying
from tests.relaying import SOUND, RelayUpstream
from tests.replies import Reply, refusal


def test_images(ai, up):
    image = ai.images.generate(model="main/gpt-image", prompt="a tower")
    assert image.data[0].b64_json == "aGk="
    assert up.last.json == {"model": "gpt-image", "prompt": "a tower"}
    ai.images.edit(model="gpt-image", image=("a.png", b"png"), prompt="in blue")
    assert (up.last.form["prompt"], up.last.form["image"]) == ("in blue", ("a.png", b"png"))
    with pytest.warns(DeprecationWarning, match="deprecated"):
        ai.images.create_variation(model="main/gpt-image", image=("a.png", b"png"))
    assert up.last.form["model"] == "gpt-image"


def test_speech_streams(ai, up):
    up.script("/audio/speech", Reply((b"first", b"rest"), headers={"content-type": "audio/mpeg"}, delay_s=0.5))
    create = ai.audio.speech.with_streaming_response.create
    with create(model="main/tts", voice="alloy", input="Hello") as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        pieces = answer.iter_bytes()
        assert next(pieces) == b"first"  # half a second before the rest
        assert b"".join(pieces) == b"rest"
    assert ai.audio.speech.create(model="tts", voice="alloy", input="Hello").content == SOUND


def test_transcriptions(ai, up, tmp_path):
    (tmp_path / "a.mp3").write_bytes(SOUND * 100)
    with (tmp_path / "a.mp3").open("rb") as sound:
        said = ai.audio.transcriptions.create(file=sound, model="main/whisper", language="fr")
    assert (said.text, said.usage.input_tokens) == (f"{up.last.size} bytes", 14)
    assert up.last.form["model"] == "whisper"
    assert up.last.form["file"] == ("a.mp3", SOUND * 100)
    with pytest.warns(DeprecationWarning, match="deprecated"):
        assert ai.audio.translations.create(file=("a.mp3", b"x"), model="whisper").text


def test_transcriptions_stream(ai, up):
    done = {"type": "transcript.text.done", "text": "yes", "usage": None}
    up.script("/audio/transcriptions", Reply.events({"type": "transcript.text.delta", "delta": "y"}, done))
    stream = ai.audio.transcriptions.create(file=("a.mp3", b"x"), model="whisper", stream=True)
    assert [event.type for event in stream] == ["transcript.text.delta", "transcript.text.done"]


def test_moderations(ai):
    assert ai.moderations.create(input="Hello", model="main/omni").results[0].flagged is False


def test_fine_tuning(ai, up):
    file = ai.files.create(file=("train.jsonl", b'{"messages": []}\n'), purpose="fine-tune")
    job = ai.fine_tuning.jobs.create(model="main/gpt-image", training_file=file.id)
    assert job.training_file == file.id
    assert (ai.fine_tuning.jobs.pause(job.id).status, ai.fine_tuning.jobs.resume(job.id).status) == ("paused", "queued")
    assert job.id in [each.id for each in ai.fine_tuning.jobs.list()]
    assert next(iter(ai.fine_tuning.jobs.list_events(job.id))).message == "begun"
    assert next(iter(ai.fine_tuning.jobs.checkpoints.list(job.id))).step_number == 1
    up.tuning.finish(job.id, b"step,loss\n")
    finished = ai.fine_tuning.jobs.retrieve(job.id)
    assert ai.files.content(finished.result_files[0]).content == b"step,loss\n"
    assert ai.fine_tuning.jobs.cancel(job.id).status == "cancelled"


def test_custom_headers_there_and_back(ai, up):
    headers = {"X-Custom-Team": "blue"}
    answer = ai.moderations.with_raw_response.create(input="Hello", extra_headers=headers)
    assert answer.headers["x-custom-team"] == up.last.headers["x-custom-team"] == "blue"
    with ai.audio.speech.with_streaming_response.create(
        model="tts", voice="alloy", input="x", extra_headers=headers
    ) as answer:
        assert answer.headers["x-custom-team"] == "blue"
    up.script("/moderations", refusal(400, "no"))
    with pytest.raises(openai.BadRequestError) as caught:
        ai.moderations.create(input="Hello", extra_headers=headers)
    assert caught.value.response.headers["x-custom-team"] == "blue"


def test_errors_are_the_clients_own_kinds(ai, up):
    up.script("/audio/speech", refusal(429, "slow down", headers={"retry-after": "99"}))
    with pytest.raises(openai.RateLimitError, match="slow down") as caught:
        ai.audio.speech.create(model="tts", voice="alloy", input="x")
    assert caught.value.response.headers["retry-after"] == "99"


def test_events_cut_by_the_upstream_end_with_an_error(ai, up):
    up.script(
        "/audio/transcriptions", Reply.events({"type": "transcript.text.delta", "delta": "y"}, b"data: {", cut_at=70)
    )
    stream = ai.audio.transcriptions.create(file=("a.mp3", b"x"), model="whisper", stream=True)
    with pytest.raises(openai.APIError, match="broke off"):
        list(stream)


@pytest.fixture(scope="module")
def shared_up():
    with RelayUpstream() as up:
        yield up


@pytest.fixture
def up(shared_up):
    shared_up.reset()
    return shared_up


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, shared_up):
    with relaying(tmp_path_factory.mktemp("relays"), shared_up) as server:
        yield server


@pytest.fixture(scope="module")
def ai(gateway):
    with OpenAI(base_url=gateway.url + "/v1", api_key="any", max_retries=0, timeout=30) as ai:
        yield ai
