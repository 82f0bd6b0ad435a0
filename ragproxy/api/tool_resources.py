"""The vector stores of assistants and threads: those that are named, and those that are made on the way."""

from __future__ import annotations

from collections.abc import Sequence

from ragproxy.api.context import services, visit
from ragproxy.api.vector_stores import owned_store, readable_store
from ragproxy.domain import Attachment, Thread
from ragproxy.errors import Forbidden
from ragproxy.wire.tool_resources import NewStore, ToolResources

THREAD_STORE_DAYS = 7  # without use, after which a store that was made for a thread expires; OpenAI's


def stores_of(asked: ToolResources, *, lasting: bool) -> tuple[str, ...] | None:
    """The ids of the stores that are meant, the one to make among them; None when nothing was said of any.

    What is `lasting`, an assistant, reads what its owner has: Forbidden for what others share. UnknownStore, and
    NotFound for a file that is not there.
    """
    for store_id in asked.stores or ():
        store = readable_store(store_id)
        if lasting and store.owner != visit().caller.owner:
            raise Forbidden(
                f"The vector store '{store_id}' is shared with you to be read; name it in threads, not in assistants"
            )
    if asked.new is None:
        return asked.stores
    return (*(asked.stores or ()), _made(asked.new, None if lasting else THREAD_STORE_DAYS))


def check_files(file_ids: Sequence[str]) -> None:
    """NotFound for one that is not there, or not for the caller."""
    services.state.library.all_readable(file_ids, visit().caller)


def put_into_thread(thread: Thread, file_ids: Sequence[str]) -> None:
    """Put files, which were checked, into the thread's vector store, which is made if there is none yet.

    Forbidden when its stores are all others'.
    """
    if not file_ids:
        return
    if not thread.stores:
        store_id = _made(NewStore(tuple(file_ids)), THREAD_STORE_DAYS)
        thread = services.state.threads.give_store(thread.id, store_id, owner=thread.owner)
        if thread.stores == (store_id,):
            return
        services.state.stores.mark_removing(store_id, owner=thread.owner)  # another request was faster
    mine = [each for each in thread.stores if readable_store(each).owner == thread.owner]
    store = owned_store((mine or list(thread.stores))[0])
    services.state.files.attach_all(store.id, [Attachment(each) for each in file_ids], owner=store.owner)
    services.jobs.ring()


def _made(new: NewStore, expires_after_days: int | None) -> str:
    check_files(new.file_ids)
    store = services.state.stores.create(
        owner=visit().caller.owner, metadata=new.metadata, expires_after_days=expires_after_days
    )
    if new.file_ids:
        store = services.librarian.fill(store, new.file_ids, new.chunking)
    return store.id
