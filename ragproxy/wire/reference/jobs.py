"""Batches of requests, and what upstreams answer: models, vectors, fine-tuning, images, sound, moderations; errors."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import BatchEndpoint, BatchStatus
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
    either,
    nullable,
    page,
    passed,
    record,
    told,
)

SCHEMAS: dict[str, Shape] = {
    "ErrorDetails": record(
        {
            "message": told(STRING, "What is wrong, and often the way out"),
            "type": STRING,
            "param": told(nullable(STRING), "The field or the header that is meant"),
            "code": told(nullable(STRING), "The same error always has the same"),
        }
    ),
    "Error": record({"error": "ErrorDetails"}, "OpenAI's error"),
    "Model": record(
        {"id": STRING, "object": const("model"), "created": TIME, "owned_by": STRING},
        "A name that `model` may hold: an agent, an alias, a store or an upstream's model",
    ),
    "ModelList": record({"object": const("list"), "data": array("Model")}, "All names"),
    "EmbeddingList": record(
        {
            "object": const("list"),
            "data": array(
                record(
                    {
                        "object": const("embedding"),
                        "index": INTEGER,
                        "embedding": told(either(array(NUMBER), STRING), "Numbers, or 32-bit floats in base64"),
                    }
                )
            ),
            "model": STRING,
            "usage": nullable(record({"prompt_tokens": INTEGER, "total_tokens": INTEGER}, passing=True)),
        },
        "Vectors, in the order of the inputs",
    ),
    "Batch": record(
        {
            "id": STRING,
            "object": const("batch"),
            "endpoint": choice(get_args(BatchEndpoint)),
            "model": nullable(STRING),
            "errors": nullable(
                record(
                    {
                        "object": const("list"),
                        "data": array(
                            record(
                                {
                                    "code": STRING,
                                    "message": STRING,
                                    "param": nullable(STRING),
                                    "line": nullable(INTEGER),
                                }
                            )
                        ),
                    }
                )
            ),
            "input_file_id": STRING,
            "completion_window": const("24h"),
            "status": choice(get_args(BatchStatus)),
            "output_file_id": nullable(STRING),
            "error_file_id": nullable(STRING),
            "created_at": TIME,
            "in_progress_at": nullable(TIME),
            "expires_at": nullable(TIME),
            "finalizing_at": nullable(TIME),
            "cancelling_at": nullable(TIME),
            "completed_at": nullable(TIME),
            "failed_at": nullable(TIME),
            "expired_at": nullable(TIME),
            "cancelled_at": nullable(TIME),
            "request_counts": record({"total": INTEGER, "completed": INTEGER, "failed": INTEGER}),
            "usage": nullable(
                record(
                    {
                        "input_tokens": INTEGER,
                        "input_tokens_details": record({"cached_tokens": INTEGER}),
                        "output_tokens": INTEGER,
                        "output_tokens_details": record({"reasoning_tokens": INTEGER}),
                        "total_tokens": INTEGER,
                    }
                )
            ),
            "metadata": nullable(METADATA),
        },
        "A file of requests that is answered as a whole",
    ),
    "BatchList": page("Batch", "A page of batches"),
    "FineTuningJob": record(
        {
            "id": STRING,
            "object?": passed(const("fine_tuning.job")),
            "model?": passed(STRING),
            "status?": passed(STRING),
            "training_file?": passed(STRING),
            "validation_file?": passed(nullable(STRING)),
            "result_files?": passed(array(STRING)),
        },
        "A fine-tuning job, as its upstream tells it; its files are the library's",
        passing=True,
    ),
    "FineTuningJobList": record(
        {"object": const("list"), "data": array("FineTuningJob"), "has_more": BOOLEAN}, "A page of jobs"
    ),
    "UpstreamList": record({"data?": passed(array(OBJECT))}, "A list, as the upstream tells it", passing=True),
    "Images": record(
        {
            "created?": passed(TIME),
            "data?": passed(
                array(
                    record(
                        {"url?": STRING, "b64_json?": STRING, "revised_prompt?": STRING},
                        passing=True,
                    )
                )
            ),
        },
        "Images, as the upstream made them",
        passing=True,
    ),
    "Transcription": record({"text?": passed(STRING)}, "What was said, as the upstream heard it", passing=True),
    "Moderation": record(
        {"id?": passed(STRING), "model?": passed(STRING), "results?": passed(array(OBJECT))},
        "What the upstream thinks of the input",
        passing=True,
    ),
    "UpstreamEvent": record({}, "An event of the upstream's stream, its `data`", passing=True),
}
