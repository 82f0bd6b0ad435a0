"""What the messages of an exported thread become here: items, with what is known of each as a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ragproxy.cli.moving_in import Ids, Report, Shelves
from ragproxy.domain import ThreadMessage
from ragproxy.errors import InvalidRequest
from ragproxy.wire.assistants_export import Exported, checked_item, created_at, metadata_of

CODE: Final = "code_interpreter"
NO_CODE: Final = "ragproxy runs no code"


class Messages:
    """Makes messages of those of an export; `author` says what an assistant is called here."""

    def __init__(
        self, shelves: Shelves, ids: Ids, report: Report, *, author: Callable[[str], str], now: Callable[[], float]
    ) -> None:
        self._shelves = shelves
        self._ids = ids
        self._report = report
        self._author = author
        self._now = now

    def of(self, exported: Exported) -> ThreadMessage | None:
        """The message; None when nothing is left of it, which is reported. InvalidRequest when it is no message."""
        id, role, assistant = exported["id"], exported.get("role"), exported.get("assistant_id")
        what = f"message {id}"
        if role not in ("user", "assistant"):
            raise InvalidRequest("its role is neither 'user' nor 'assistant'")
        parts = list(self._parts(exported, what, ours=role == "assistant"))
        if not parts:
            self._report.lose(what, "nothing is left of it")
            return None
        is_whole = exported.get("status") in (None, "completed")
        created = created_at(exported, self._now())
        details = exported.get("incomplete_details")
        return ThreadMessage(
            item=checked_item(
                {
                    "id": self._ids.of("message", id),
                    "type": "message",
                    "role": role,
                    "status": "completed" if is_whole else "incomplete",
                    "content": parts,
                }
            ),
            created=created,
            assistant_id=self._author(assistant) if isinstance(assistant, str) else None,
            run_id=_text(exported, "run_id"),
            attachments=tuple(self._attachments(exported, what)),
            metadata=metadata_of(exported),
            status="completed" if is_whole else "incomplete",
            incomplete=details if isinstance(details, Mapping) and not is_whole else None,
            completed_at=created if is_whole else None,
            incomplete_at=None if is_whole else created,
        )

    def _parts(self, exported: Exported, what: str, *, ours: bool) -> Iterator[dict[str, Any]]:
        """Its content as items have it; what cannot be carried is reported."""
        content = exported.get("content")
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or ():
            if not isinstance(part, Mapping):
                raise InvalidRequest("a part of its content is no object")
            kind = part.get("type")
            if kind == "text":
                yield self._text(part, what, ours)
            elif kind == "refusal" and ours and isinstance(part.get("refusal"), str):
                yield {"type": "refusal", "refusal": part["refusal"]}
            elif isinstance(image := part.get("image_file") or part.get("image_url"), Mapping):
                if ours:
                    self._report.lose(f"an image of {what}", "assistants say nothing but text here")
                else:
                    yield from self._image(image, what)
            else:
                self._report.lose(f"a part of {what}", f"its type is '{kind}'")

    def _text(self, part: Mapping[str, Any], what: str, ours: bool) -> dict[str, Any]:
        told = part.get("text")
        text, notes = (told.get("value"), told.get("annotations")) if isinstance(told, Mapping) else (told, ())
        if not isinstance(text, str):
            raise InvalidRequest("a text of its content has no value")
        if not ours:
            return {"type": "input_text", "text": text}
        said = [note for each in notes or () if (note := self._citation(each, text, what))]
        return {"type": "output_text", "text": text, "annotations": said}

    def _citation(self, note: Any, text: str, what: str) -> dict[str, Any] | None:
        """The citation as a response has it; None when it is lost, which is reported."""
        if not isinstance(note, Mapping):
            raise InvalidRequest("an annotation of its text is no object")
        cited = note.get("file_citation")
        file = cited.get("file_id") if isinstance(cited, Mapping) else None
        if not isinstance(file, str):
            kind = note.get("type")
            why = NO_CODE if kind == "file_path" else f"its type is '{kind}'"
            self._report.lose(f"an annotation of {what}", why)
            return None
        marker, start = note.get("text"), note.get("start_index")
        if not isinstance(marker, str) or not marker or marker not in text:
            self._report.lose(f"a citation of {what}", "its marker is not in the text")
            return None
        if not isinstance(start, int) or not text.startswith(marker, start):
            start = text.index(marker)
        here = self._shelves.file(file)
        name = self._shelves.filename(file)
        return {"type": "file_citation", "file_id": here or file, "filename": name or file, "index": start}

    def _image(self, image: Mapping[str, Any], what: str) -> Iterator[dict[str, Any]]:
        url, file = image.get("url"), image.get("file_id")
        detail = image.get("detail") or "auto"
        if isinstance(url, str):
            yield {"type": "input_image", "image_url": url, "detail": detail}
        elif isinstance(file, str) and (here := self._shelves.file(file)):
            yield {"type": "input_image", "file_id": here, "detail": detail}
        else:
            self._report.lose(f"an image of {what}", f"its file {file} is not here")

    def _attachments(self, exported: Exported, what: str) -> Iterator[dict[str, Any]]:
        for each in exported.get("attachments") or ():
            file = each.get("file_id") if isinstance(each, Mapping) else None
            here = self._shelves.file(file) if isinstance(file, str) else None
            if here is None:
                self._report.lose(f"an attachment of {what}", f"its file {file} is not here")
                continue
            kinds = {tool.get("type") for tool in each.get("tools") or () if isinstance(tool, Mapping)}
            if CODE in kinds:
                self._report.lose(f"an attachment of {what} for {CODE}", NO_CODE)
            yield {"file_id": here, "tools": [{"type": "file_search"}] if "file_search" in kinds else []}


def _text(exported: Exported, key: str) -> str | None:
    value = exported.get(key)
    return value if isinstance(value, str) and value else None
