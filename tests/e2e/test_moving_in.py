"""From one server to another, as the guide tells it: exported with its function, imported, and asked again."""

import pytest
from openai import NotFoundError

from tests.e2e import scaled, snippets
from tests.e2e.conftest import _has_learnt, writing
from tests.e2e.scaled import wait_until
from tests.e2e.servers import ROOT, Server, migrated, ragproxy

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PAGE = ROOT / "docs" / "guide" / "en" / "assistants-migration.md"
POOL = "To enter the pool of the town costs four euros."
ANSWER = "Été 🏊: it costs four euros [1]."


@pytest.mark.sets("embedded", "scaled")
def test_what_was_exported_is_imported_and_goes_on(old, export, deployed, tmp_path, upstream):
    upstream.text = ANSWER
    assistant, thread, said = lived_in(old)
    assert export(old, tmp_path / "export", [thread.id])["threads"] == 1
    with deployed(tmp_path / "new", **writing(upstream)) as server:  # it runs while the import works on its records
        _has_learnt(server)
        told = imported(tmp_path, server, "--keep-ids")
        assert f"added: thread {thread.id}\n" in told
        with scaled.client(server) as client:
            goes_on(client, assistant.id, thread.id, said, upstream)
        assert "threads: 0 added, 1 there already" in imported(tmp_path, server, "--keep-ids")


def test_ids_of_ones_own_are_told(old, export, tmp_path, upstream):
    upstream.text = ANSWER
    assistant, thread, said = lived_in(old)
    export(old, tmp_path / "export", [thread.id])
    migrated(tmp_path / "new")
    told = imported(tmp_path)  # nobody serves yet
    named = dict(line.split(" ", 2)[2].split(" as ") for line in told.splitlines() if " as " in line)
    with Server(tmp_path / "new", **writing(upstream)) as server:
        _has_learnt(server)
        with scaled.client(server) as client:
            goes_on(client, named[assistant.id], named[thread.id], said, upstream)
            with pytest.raises(NotFoundError):
                client.beta.threads.retrieve(thread.id)


def lived_in(client):
    """An assistant, a thread with a question and a cited answer, and what was said."""
    store = client.vector_stores.create(name="town")
    client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=("pool.txt", POOL.encode()))
    assistant = client.beta.assistants.create(
        name="Guide",
        model="gpt-4o",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "What does the pool cost?"}])
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    assert run.status == "completed"
    return assistant, thread, messages(client, thread.id)


def goes_on(client, assistant_id, thread_id, said, upstream):
    """Assert that the thread is as it was, and that the assistant answers in it from its files."""
    again = messages(client, thread_id)
    assert again == said
    (note,) = client.beta.threads.messages.list(thread_id).data[0].content[0].text.annotations
    assert (note.text, ANSWER[note.start_index : note.end_index]) == ("[1]", "[1]")
    assert client.files.retrieve(note.file_citation.file_id).filename == "pool.txt"
    (store_id,) = client.beta.assistants.retrieve(assistant_id).tool_resources.file_search.vector_store_ids
    wait_until(lambda: client.vector_stores.retrieve(store_id).file_counts.completed == 1, 90)
    client.beta.threads.messages.create(thread_id, role="user", content="And the pool, once more?")
    run = client.beta.threads.runs.create_and_poll(thread_id=thread_id, assistant_id=assistant_id)
    assert run.status == "completed"
    told = upstream.to("/chat/completions")[-1].json["messages"]
    assert POOL in str(told)
    assert [each["content"] for each in told[-3:-1]] == ["What does the pool cost?", ANSWER]


def messages(client, thread_id):
    """(role, text, when) of each message."""
    listed = client.beta.threads.messages.list(thread_id, order="asc")
    return [(each.role, each.content[0].text.value, each.created_at) for each in listed]


def imported(folder, server=None, *options):
    """What the command says, which is run on the server's machine or on one beside it."""
    command = ("assistants", "import", folder / "export" / "export.json", *options)
    if isinstance(server, scaled.Machines):
        return server.run(*command).stdout
    return ragproxy(*command, data_dir=folder / "new").stdout


@pytest.fixture
def old(official, upstream):
    """The official client of the server that is moved out of."""
    return official


@pytest.fixture(scope="module")
def export():
    """The function of the guide."""
    (code,) = (code for code in snippets.blocks(PAGE, "python") if "def export(" in code)
    names = {}
    exec(code.partition("\nprint(")[0], names)
    return names["export"]
