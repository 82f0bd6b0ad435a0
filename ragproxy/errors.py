"""Everything that can go wrong, as a tree; `api/problems.py` alone turns it into HTTP.

RagproxyError
├── ConfigError                  a setting stops the start
├── DataDirectoryBusy            another process holds the embedded data
├── LoadError                    a document cannot become text
│   ├── UnsupportedFile          no loader for this kind
│   └── InvalidFile              damaged, encrypted, empty, too large once unpacked
├── InvalidRequest               the client's fault
│   ├── UnsupportedParameter     understood, but this model cannot honour it
│   ├── ContextTooLong           more tokens than the model takes
│   ├── ForeignCompaction        nobody here can read what it sums up
│   ├── BodyTooLarge             more bytes than we take
│   └── UnsupportedMediaType     not JSON
├── Unauthenticated              no key, or a wrong one
│   └── WrongKey                 a key of nobody's: perhaps a guess
├── Forbidden                    known, but not allowed
├── NotFound
│   ├── UnknownModel
│   ├── UnknownStore
│   └── Expired                  it was there for a while
├── Conflict                     the present state forbids it
│   └── EmbedderMismatch         the store was indexed by another embedder
├── OverQuota                    slow down
│   └── OverBudget               the money of this day or month is used up
├── NotReady                     it is still being made: come back in a moment
├── ClientGone                   nobody is left to be answered
├── IssuerUnavailable            the OpenID Connect issuer does not answer
├── NotServed                    no upstream offers this capability
├── StateUnavailable             the database or the file storage does not answer
├── StorageFull                  no room left for what should be kept
└── UpstreamError                the fault lies behind us
    ├── UpstreamRefused          it answered 4xx: passed on as it said it
    ├── UpstreamUnavailable      no answer, or 5xx: worth another try
    │   ├── UpstreamTimeout      too slow
    │   │   └── UpstreamUnreachable  too slow to take the connection: nothing was sent
    │   └── BreakerOpen          it failed too often and is left alone for a while
    └── UpstreamBroken           it broke off, or spoke nonsense, in mid-answer
"""

from __future__ import annotations

from collections.abc import Mapping


class RagproxyError(Exception):
    """The root. `message` is shown to clients: it names the thing and the way out, never a key or a prompt.

    `param` is the path of the field at fault (`messages[0].content`), `code` a stable machine name, `headers` are those
    of the answer that tells it.
    """

    code: str | None = None

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code or self.code
        self.headers: dict[str, str] = {}


class ConfigError(RagproxyError):
    """A setting is missing or wrong; the message begins with the variable's name."""


class DataDirectoryBusy(RagproxyError):
    """Another process holds the data directory; the message says which and how to go on."""


class LoadError(RagproxyError):
    """A document cannot become text; the message is the reason, without the file's name."""

    code = "invalid_file"


class UnsupportedFile(LoadError):
    """No loader reads this kind of file."""

    code = "unsupported_file"


class InvalidFile(LoadError):
    """The file is damaged, encrypted, empty or unpacks beyond the limits."""


class InvalidRequest(RagproxyError):
    """The request is wrong, and sending it again will not help."""


class UnsupportedParameter(InvalidRequest):
    """The parameter is valid OpenAI, but the model asked cannot honour it."""

    code = "unsupported_parameter"


class ContextTooLong(InvalidRequest):
    """The messages hold more tokens than the model can read."""

    code = "context_length_exceeded"


class ForeignCompaction(InvalidRequest):
    """A compaction that this server did not make; `path` is that of its item in the request."""

    code = "invalid_encrypted_content"

    def __init__(self, path: str) -> None:
        message = f"The 'encrypted_content' of '{path}' was not made by this server"
        super().__init__(message, param=f"{path}.encrypted_content")


class BodyTooLarge(InvalidRequest):
    """The body is larger than the server takes."""

    code = "request_too_large"


class UnsupportedMediaType(InvalidRequest):
    """The body is not what its route reads."""

    code = "unsupported_media_type"


class Unauthenticated(RagproxyError):
    """No key, or one we do not know."""

    code = "invalid_api_key"


class WrongKey(Unauthenticated):
    """A key that is nobody's; who sends many of them is guessing."""


class Forbidden(RagproxyError):
    """The caller is known and may not do this."""

    code = "access_denied"


class NotFound(RagproxyError):
    """There is no such thing, or it is not the caller's."""

    code = "not_found"


class UnknownModel(NotFound):
    """No agent, alias, store or upstream goes by this name."""

    code = "model_not_found"


class UnknownStore(NotFound):
    """No vector store goes by this id or name."""

    code = "vector_store_not_found"


class Expired(NotFound):
    """It was there for a while, and that is over."""

    code = "expired"


class Conflict(RagproxyError):
    """The present state of the thing forbids the operation."""

    code = "conflict"


class EmbedderMismatch(Conflict):
    """The store's vectors were made by another embedder; `ragproxy reindex` changes it."""

    code = "embedder_mismatch"


class OverQuota(RagproxyError):
    """A limit was reached; `retry_after_s` says when to come back."""

    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, retry_after_s: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class OverBudget(OverQuota):
    """The money that the caller may cost in a day or month is used up."""

    code = "insufficient_quota"


class NotReady(RagproxyError):
    """What was asked for is still being made, and goes on meanwhile; `retry_after_s` says when to come back."""

    code = "not_ready"

    def __init__(
        self, message: str, *, retry_after_s: float, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, param=param, code=code)
        self.retry_after_s = retry_after_s


class ClientGone(RagproxyError):
    """The client hung up before its answer began."""

    code = "client_gone"


class IssuerUnavailable(RagproxyError):
    """The OpenID Connect issuer does not answer, or not as it should; `retry_after_s` says when to come back."""

    code = "issuer_unavailable"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotServed(RagproxyError):
    """No upstream offers this; the message says which setting would."""

    code = "not_served"


class StateUnavailable(RagproxyError):
    """The database or the file storage does not answer: worth another try."""

    code = "state_unavailable"


class StorageFull(RagproxyError):
    """There is no room left; nothing was kept of what was sent."""

    code = "storage_full"


class UpstreamError(RagproxyError):
    """The upstream failed us. `headers` are those of its answer that clients may see (retry-after, x-ratelimit-*).

    `status` is what it answered, None when it did not.
    """

    code: str | None = "upstream_error"
    status: int | None

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, param=param, code=code)
        self.headers.update(headers or {})
        self.status = status


class UpstreamRefused(UpstreamError):
    """The upstream answered `status` (4xx) with its own error `type`; both are passed on."""

    status: int

    def __init__(
        self,
        message: str,
        *,
        status: int,
        type: str | None = None,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, param=param, headers=headers, status=status)
        self.code = code  # null stays null: it is the upstream's word, not ours
        self.type = type


class UpstreamUnavailable(UpstreamError):
    """No answer, or 5xx: worth another try."""

    code = "upstream_unavailable"


class UpstreamTimeout(UpstreamUnavailable):
    """The upstream did not answer in time."""

    code = "upstream_timeout"


class UpstreamUnreachable(UpstreamTimeout):
    """The upstream did not take the connection in time; nothing was sent."""


class BreakerOpen(UpstreamUnavailable):
    """The upstream failed too often and is left alone; `retry-after` says how long."""


class UpstreamBroken(UpstreamError):
    """The upstream broke off or spoke nonsense in the middle of its answer."""

    code = "upstream_broken"
