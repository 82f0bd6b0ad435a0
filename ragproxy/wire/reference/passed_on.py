"""What requests may hold that we take as it comes: fields of OpenAI's that upstreams read, or that change nothing here.

`RELAYED` are the bodies of what is passed on, `ADDED` the fields beside those that a schema of ragproxy.wire knows.
None of them is checked, so an upstream may have values of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    METADATA,
    NUMBER,
    OBJECT,
    STRING,
    Shape,
    array,
    choice,
    either,
    nullable,
    record,
    told,
)

BINARY: Shape = {"type": "string", "format": "binary"}

_MODEL = told(nullable(STRING), "A model of the upstream's; its first that serves this by default")
_IMAGE_FORMAT = {
    "response_format?": nullable(choice(("url", "b64_json"))),
    "size?": nullable(STRING),
    "n?": nullable(INTEGER),
}
_PAINTED = {
    "background?": nullable(choice(("transparent", "opaque", "auto"))),
    "output_format?": nullable(choice(("png", "jpeg", "webp"))),
    "output_compression?": told(nullable(INTEGER), "Percent"),
    "quality?": nullable(STRING),
    "stream?": nullable(BOOLEAN),
    "partial_images?": nullable(INTEGER),
    "user?": STRING,
}
_FIDELITY = {"input_fidelity?": nullable(choice(("high", "low")))}
_STRENGTH = nullable(choice(("low", "auto")))
_IMAGE = record({"image_url?": STRING, "file_id?": told(STRING, "Of a file of the upstream's")}, passing=True)
_HEARD = {
    "model?": _MODEL,
    "file": BINARY,
    "prompt?": told(STRING, "What goes before, or how to write"),
    "response_format?": STRING,
    "temperature?": NUMBER,
}

RELAYED: dict[str, Shape] = {
    "ImageRequest": record(
        {
            "model?": _MODEL,
            "prompt": STRING,
            **_IMAGE_FORMAT,
            **_PAINTED,
            "moderation?": _STRENGTH,
            "style?": nullable(choice(("vivid", "natural"))),
        },
        "An image that is wanted",
        passing=True,
    ),
    "ImageEditRequest": record(
        {
            "model?": _MODEL,
            "prompt": STRING,
            "images": array(_IMAGE),
            "mask?": nullable(_IMAGE),
            **_IMAGE_FORMAT,
            **_PAINTED,
            **_FIDELITY,
            "moderation?": _STRENGTH,
        },
        "A change of images that the upstream has, or fetches",
        passing=True,
    ),
    "ImageEditForm": record(
        {
            "model?": _MODEL,
            "prompt": STRING,
            "image": told(either(BINARY, array(BINARY)), "One, or several as `image[]`"),
            "mask?": BINARY,
            **_IMAGE_FORMAT,
            **_PAINTED,
            **_FIDELITY,
        },
        "A change of images that are sent",
        passing=True,
    ),
    "ImageVariationForm": record(
        {"model?": _MODEL, "image": BINARY, **_IMAGE_FORMAT, "user?": STRING},
        "An image that others like it are wanted of",
        passing=True,
    ),
    "SpeechRequest": record(
        {
            "model?": _MODEL,
            "input": told(STRING, "What is spoken"),
            "voice": either(STRING, OBJECT),
            "instructions?": told(STRING, "How it is spoken"),
            "response_format?": STRING,
            "speed?": NUMBER,
            "stream_format?": choice(("sse", "audio")),
        },
        "A text to be spoken",
        passing=True,
    ),
    "TranscriptionForm": record(
        {
            **_HEARD,
            "language?": told(STRING, "ISO 639-1"),
            "languages?": array(STRING),
            "keywords?": array(STRING),
            "include?": array(STRING),
            "timestamp_granularities?": array(choice(("word", "segment"))),
            "stream?": nullable(BOOLEAN),
            "chunking_strategy?": nullable(either(STRING, OBJECT)),
            "known_speaker_names?": array(STRING),
            "known_speaker_references?": array(STRING),
        },
        "Speech to be written down",
        passing=True,
    ),
    "TranslationForm": record(_HEARD, "Speech to be written down in English", passing=True),
    "ModerationRequest": record(
        {"model?": _MODEL, "input": either(STRING, array(either(STRING, OBJECT)))}, "What is to be judged", passing=True
    ),
}

_EFFORT = nullable(choice(("none", "minimal", "low", "medium", "high", "xhigh", "max")))
_CACHING: dict[str, Shape] = {
    "prompt_cache_key": told(nullable(STRING), "Requests with the same are cached together by the upstream"),
    "prompt_cache_options": told(nullable(OBJECT), "How the upstream caches the prompt"),
    "prompt_cache_retention": told(nullable(STRING), "How long the upstream caches the prompt"),
}
_MODERATION: Shape = told(nullable(OBJECT), "How the upstream judges what is asked and answered")

ADDED: Mapping[str, Mapping[str, Shape]] = {
    "ChatRequest": {
        "modalities": told(nullable(array(choice(("text", "audio")))), "In what the upstream's model answers"),
        "audio": told(nullable(OBJECT), "The voice and the format of a spoken answer"),
        "prediction": told(nullable(OBJECT), "What most of the answer is known to be"),
        "reasoning_effort": told(_EFFORT, "How much the upstream's model thinks"),
        "verbosity": told(nullable(choice(("low", "medium", "high"))), "How much it says"),
        "safety_identifier": told(nullable(STRING), "The end user, so that the upstream knows one from the other"),
        "web_search_options": told(OBJECT, "How the upstream searches the web"),
        "moderation": _MODERATION,
        **_CACHING,
    },
    "ResponseRequest": {
        "prompt_cache_options": _CACHING["prompt_cache_options"],
        "moderation": _MODERATION,
        "context_management": told(
            nullable(array(OBJECT)), "Changes nothing: POST /v1/responses/compact makes a history short"
        ),
    },
    "TokenCount": {"personality": told(STRING, "Changes nothing")},
    "Compact": {
        **{name: {**shape, "description": "Changes nothing"} for name, shape in _CACHING.items()},
        "service_tier": told(nullable(STRING), "Changes nothing"),
    },
    "FineTuningRequest": {
        "hyperparameters": told(OBJECT, "Deprecated by OpenAI: `method` has them"),
        "method": told(OBJECT, "How the model is tuned"),
        "integrations": nullable(array(OBJECT)),
        "metadata": nullable(METADATA),
        "seed": nullable(INTEGER),
        "suffix": told(nullable(STRING), "Part of the name of the tuned model"),
    },
}
