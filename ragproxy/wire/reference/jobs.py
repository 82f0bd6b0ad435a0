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
    mapping,
    nullable,
    page,
    passed,
    record,
    told,
)

_LISTED: dict[str, str | Shape] = {"object?": passed(const("list")), "has_more?": passed(BOOLEAN)}
_JUDGED = record(
    {
        "flagged": BOOLEAN,
        "categories": mapping(nullable(BOOLEAN)),
        "category_scores": mapping(NUMBER),
        "category_applied_input_types": mapping(array(STRING)),
    },
    passing=True,
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
            "created_at?": passed(TIME),
            "finished_at?": passed(nullable(TIME)),
            "estimated_finish?": passed(nullable(TIME)),
            "fine_tuned_model?": told(passed(nullable(STRING)), "What `model` names when it has succeeded"),
            "trained_tokens?": passed(nullable(INTEGER)),
            "error?": passed(nullable(record({"code?": STRING, "message?": STRING, "param?": nullable(STRING)}))),
            "hyperparameters?": passed(OBJECT),
            "method?": passed(OBJECT),
            "integrations?": passed(nullable(array(OBJECT))),
            "metadata?": passed(nullable(METADATA)),
            "organization_id?": passed(STRING),
            "seed?": passed(INTEGER),
        },
        "A fine-tuning job, as its upstream tells it; its files are the library's",
        passing=True,
    ),
    "FineTuningJobList": record(
        {"object": const("list"), "data": array("FineTuningJob"), "has_more": BOOLEAN}, "A page of jobs"
    ),
    "FineTuningEventList": record(
        {
            **_LISTED,
            "data?": passed(
                array(
                    record(
                        {
                            "id": STRING,
                            "object": const("fine_tuning.job.event"),
                            "created_at": TIME,
                            "level": STRING,
                            "message": STRING,
                            "type?": STRING,
                            "data?": OBJECT,
                        },
                        passing=True,
                    )
                )
            ),
        },
        "What happened to a job, as the upstream tells it",
        passing=True,
    ),
    "FineTuningCheckpointList": record(
        {
            **_LISTED,
            "data?": passed(
                array(
                    record(
                        {
                            "id": STRING,
                            "object": const("fine_tuning.job.checkpoint"),
                            "created_at": TIME,
                            "fine_tuning_job_id": STRING,
                            "fine_tuned_model_checkpoint": told(STRING, "What `model` names"),
                            "step_number": INTEGER,
                            "metrics": mapping(NUMBER),
                        },
                        passing=True,
                    )
                )
            ),
            "first_id?": passed(nullable(STRING)),
            "last_id?": passed(nullable(STRING)),
        },
        "The models that a job made on its way, as the upstream tells it",
        passing=True,
    ),
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
    "Transcription": record(
        {
            "text?": passed(STRING),
            "task?": passed(STRING),
            "language?": passed(STRING),
            "duration?": passed(NUMBER),
            "segments?": passed(array(OBJECT)),
            "words?": passed(array(OBJECT)),
        },
        "What was said, as the upstream heard it",
        passing=True,
    ),
    "Moderation": record(
        {"id?": passed(STRING), "model?": passed(STRING), "results?": passed(array(_JUDGED))},
        "What the upstream thinks of the input",
        passing=True,
    ),
    "UpstreamEvent": record({}, "An event of the upstream's stream, its `data`", passing=True),
}
