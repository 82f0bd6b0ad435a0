"""`ragproxy assistants import`: an export of OpenAI's Assistants API on records of one's own."""

import json
from contextlib import closing

import pytest

from ragproxy.domain import Cursor
from ragproxy.errors import NotFound
from ragproxy.state import DataLock, open_state
from ragproxy.wire.thread_messages import message_json
from tests.cli.exports import ANSWER, MARKER, SECOND, listed, message, note, whole, written

OWNER = {"owner": "default"}


def test_an_export_becomes_files_stores_assistants_and_threads(run, folder, state):
    done = run("assistants", "import", written(folder, whole()), "--keep-ids")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.output.splitlines() == [
        "added: file file-pool",
        "added: vector store vs_town",
        "added: assistant asst_guide",
        "added: thread thread_1",
        "files: 1 added, 0 there already",
        "vector stores: 1 added, 0 there already",
        "assistants: 1 added, 0 there already",
        "threads: 1 added, 0 there already",
        "messages: 2 added, 0 there already",
        "To be indexed, at once by a server that runs: 1 of the files.",
    ]
    with state() as kept:
        file = kept.library.get("file-pool", **OWNER)
        assert (file.filename, file.purpose, file.created) == ("pool.txt", "assistants", SECOND)
        with kept.blobs.open(file.sha256) as content:
            assert b"four euros" in content.read()
        store = kept.stores.get("vs_town", **OWNER)
        assert (store.name, store.metadata, store.created, store.counts.total) == ("Town", {"a": "b"}, SECOND, 1)
        (held,) = kept.files.page("vs_town", Cursor()).items
        assert (held.attributes, held.chunking) == ({"kind": "sport"}, None)
        agent = kept.agents.get("asst_guide", **OWNER)
        assert (agent.name, agent.instructions, agent.model, agent.created) == (
            "Town guide",
            "Tell of the town.",
            "gpt-4o",
            SECOND,
        )
        assert (agent.stores, agent.metadata) == (("vs_town",), {"team": "town"})
        assert [tool["type"] for tool in agent.tools] == ["file_search", "function"]
        assert agent.params["temperature"] == 0.5
        thread = kept.threads.get("thread_1", **OWNER)
        assert (thread.metadata, thread.created) == ({"user": "ann"}, SECOND)


def test_messages_keep_their_order_their_authors_and_their_citations(run, folder, state):
    run("assistants", "import", written(folder, whole()), "--keep-ids")
    with state() as kept:
        question, answer = kept.threads.messages("thread_1", **OWNER)
    assert (question.id, question.item["role"], question.metadata) == ("msg_1", "user", {"page": "1"})
    assert question.item["content"] == [{"type": "input_text", "text": "What does the pool cost?"}]
    assert (answer.assistant_id, answer.run_id, answer.created) == ("asst_guide", "run_1", SECOND + 5)
    (part,) = answer.item["content"]
    (cited,) = part["annotations"]
    assert (part["text"], cited["file_id"], cited["filename"]) == (ANSWER, "file-pool", "pool.txt")
    assert part["text"][cited["index"] :].startswith(MARKER)
    (shown,) = message_json(answer)["content"][0]["text"]["annotations"]
    assert shown == {**note(), "start_index": part["text"].index(MARKER)}


def test_without_keep_ids_everything_refers_to_what_it_is_called_here(run, folder, state):
    done = run("assistants", "import", written(folder, whole()))
    assert done.exit_code == 0
    named = dict(line.removeprefix("added: ").split(" as ") for line in done.output.splitlines() if " as " in line)
    file, store, assistant, thread = (
        named[each] for each in ("file file-pool", "vector store vs_town", "assistant asst_guide", "thread thread_1")
    )
    assert [len(each.partition("-" if each.startswith("file") else "_")[2]) for each in named.values()] == [32] * 4
    with state() as kept:
        assert kept.agents.get(assistant, **OWNER).stores == (store,)
        assert [each.id for each in kept.files.page(store, Cursor()).items] == [file]
        _, answer = kept.threads.messages(thread, **OWNER)
        assert answer.assistant_id == assistant
        assert answer.item["content"][0]["annotations"][0]["file_id"] == file
        with pytest.raises(NotFound):
            kept.agents.get("asst_guide", **OWNER)


@pytest.mark.parametrize("keep", [(), ("--keep-ids",)])
def test_a_second_run_doubles_nothing(run, folder, state, keep):
    path = written(folder, whole())
    first = run("assistants", "import", path, *keep)
    again = run("assistants", "import", path, *keep)
    assert again.output.splitlines() == [
        "files: 0 added, 1 there already",
        "vector stores: 0 added, 1 there already",
        "assistants: 0 added, 1 there already",
        "threads: 0 added, 1 there already",
    ]
    assert (first.exit_code, again.exit_code) == (0, 0)
    with state() as kept:
        assert len(kept.stores.list(**OWNER)) == 1
        assert len(kept.conversations.page(Cursor(), **OWNER).items) == 1


def test_a_second_run_adds_what_was_missing(run, folder, state):
    path = written(folder, whole())
    content = folder / "contents" / "pool.txt"
    content.rename(folder / "elsewhere.txt")
    done = run("assistants", "import", path, "--keep-ids")
    assert done.exit_code == 1
    assert done.stderr == (
        "Not carried:\n  file file-pool: its content is not beside the export, at contents/pool.txt\n"
    )
    assert "assistants: 1 added" in done.output
    (folder / "elsewhere.txt").rename(content)
    assert run("assistants", "import", path, "--keep-ids").exit_code == 0
    with state() as kept:
        assert [each.id for each in kept.files.page("vs_town", Cursor()).items] == ["file-pool"]


def test_a_dry_run_says_the_same_and_does_nothing(run, folder, state):
    path = written(folder, whole())
    told = run("assistants", "import", path, "--dry-run").output.splitlines()
    with state() as kept:
        assert kept.stores.list(**OWNER) == []
        assert not kept.conversations.page(Cursor(), **OWNER).items
    assert told.pop() == "(dry run)"
    assert told == run("assistants", "import", path).output.splitlines()


def test_what_cannot_be_carried_is_told_and_the_rest_is_done(run, folder, state):
    export = whole()
    (assistant,) = export["assistants"]["data"]
    assistant["tools"] += [{"type": "code_interpreter"}, {"type": "browser"}]
    assistant["tool_resources"]["file_search"]["vector_store_ids"].append("vs_gone")
    export["files"]["data"].append({"id": "file-gone", "object": "file", "filename": "gone.txt"})
    export["vector_stores"]["data"][0]["files"]["data"] += [{"id": "file-gone"}, {"id": "file-unknown"}]
    export["vector_stores"]["data"].append({"id": "vs_untold", "file_counts": {"total": 3}})
    picture = {"type": "image_file", "image_file": {"file_id": "file-picture"}}
    export["threads"][0]["messages"]["data"] += [
        message("msg_3", "user", "Look.", 7, attachments=[{"file_id": "file-gone", "tools": []}]),
        message("msg_4", "user", "", 8, content=[picture]),
        message("msg_5", "assistant", ANSWER, 9, note(kind="file_path"), note("file-gone")),
        message("msg_6", "system", "No.", 10),
        message("msg_7", "user", "N\0", 11),
    ]
    export["assistants"]["has_more"] = True
    export["runs"] = [{"id": "run_1"}]
    done = run("assistants", "import", written(folder, export), "--keep-ids")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "Not carried:",
        "  the end of assistants: the list was cut when it was exported: it says 'has_more'",
        "  file file-gone: its content is not beside the export, at files/file-gone",
        "  file file-unknown of vector store vs_town: it is not in the export",
        "  vector store vs_untold: the export does not say which files it holds",
        "  the tool code_interpreter of assistant asst_guide: ragproxy runs no code",
        "  the tool 'browser' of assistant asst_guide: ragproxy does not know it",
        "  vector store vs_gone of assistant asst_guide: it is not in the export",
        "  an attachment of message msg_3: its file file-gone is not here",
        "  an image of message msg_4: its file file-picture is not here",
        "  message msg_4: nothing is left of it",
        "  an annotation of message msg_5: ragproxy runs no code",
        "  message msg_6 of thread thread_1: its role is neither 'user' nor 'assistant'",
        "  message msg_7 of thread thread_1: Invalid value for 'content[0].text': "
        "NUL characters and lone surrogates are not allowed here",
        "  runs and run steps, 1 in all: what was answered is in the messages",
    ]
    with state() as kept:
        said = [each.id for each in kept.threads.messages("thread_1", **OWNER)]
        assert said == ["msg_1", "msg_2", "msg_3", "msg_5"]
        assert [tool["type"] for tool in kept.agents.get("asst_guide", **OWNER).tools] == ["file_search", "function"]


def test_an_assistant_that_is_wrong_is_named_with_its_field(run, folder):
    export = whole()
    export["assistants"]["data"][0]["temperature"] = 7
    done = run("assistants", "import", written(folder, export))
    assert done.exit_code == 1
    assert "assistant asst_guide" in done.stderr
    assert "temperature" in done.stderr
    assert "threads: 1 added" in done.output


def test_images_and_attachments_come_along(run, folder, state):
    export = whole()
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
    file = {"type": "image_file", "image_file": {"file_id": "file-pool"}}
    attached = [{"file_id": "file-pool", "tools": [{"type": "file_search"}]}]
    export["threads"][0]["messages"]["data"].append(
        message("msg_3", "user", "", 9, content=[image, file], attachments=attached)
    )
    assert run("assistants", "import", written(folder, export), "--keep-ids").exit_code == 0
    with state() as kept:
        *_, last = kept.threads.messages("thread_1", **OWNER)
    assert last.item["content"] == [
        {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
        {"type": "input_image", "file_id": "file-pool", "detail": "auto"},
    ]
    assert last.attachments == tuple(attached)


def test_all_of_it_belongs_to_the_owner_named(run, folder, state):
    path = written(folder, whole())
    assert run("assistants", "import", path, "--owner", "ann", "--keep-ids").exit_code == 0
    with state() as kept:
        assert kept.threads.get("thread_1", owner="ann")
        assert kept.agents.get("asst_guide", owner="ann")
    other = run("assistants", "import", path, "--owner", "bob", "--keep-ids")  # some ids are everybody's
    assert other.exit_code == 1
    assert "vector store vs_town: There is a vector store 'vs_town' already" in other.stderr
    assert "thread thread_1: There is a thread or conversation 'thread_1' already" in other.stderr
    assert run("assistants", "import", path, "--owner", "bob").exit_code == 0


def test_lines_of_json_are_an_export_too(run, folder, state):
    export = whole()
    lines = [*export["assistants"]["data"], export["vector_stores"], *export["files"]["data"], *export["threads"]]
    path = written(folder, export, "export.jsonl")
    path.write_text("\n".join(map(json.dumps, lines)))
    assert run("assistants", "import", path, "--keep-ids").exit_code == 0
    with state() as kept:
        assert len(kept.threads.messages("thread_1", **OWNER)) == 2


def test_it_is_done_while_a_server_holds_the_data(run, folder, data_dir, state):
    run("stores", "list")
    lock = DataLock(data_dir)
    lock.acquire(None)
    try:
        assert run("assistants", "import", written(folder, whole())).exit_code == 0
    finally:
        lock.release()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "export.json: not valid JSON"),
        ('{"hello": 1}', "export.json: Invalid value for 'object'"),
        ('{"assistants": [{"object": "thread", "id": "x"}]}', "'assistants[0].object'"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing_and_names_the_place(run, folder, text, said):
    path = written(folder, whole())
    path.write_text(text)
    done = run("assistants", "import", path)
    assert (done.exit_code, done.output.count("added")) == (1, 0)
    assert said in done.stderr


def test_a_file_that_is_not_there_is_an_error_in_one_line(run, folder):
    done = run("assistants", "import", folder / "gone.json")
    assert done.stderr == f"Error: {folder / 'gone.json'}: the file cannot be read: No such file or directory\n"


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/hostname"])
def test_a_path_that_leads_out_of_the_folder_is_not_followed(run, folder, path):
    (folder.parent / "secret.txt").write_text("secret")
    export = whole(threads=[], assistants=[], vector_stores=[])
    export["files"]["data"][0]["path"] = path
    done = run("assistants", "import", written(folder, export))
    assert done.exit_code == 1
    assert "leads out of the folder of the export" in done.stderr


def test_an_export_of_nothing_says_so(run, folder):
    done = run("assistants", "import", written(folder, {"assistants": listed()}))
    assert (done.exit_code, done.output) == (0, "Nothing came of this export.\n")


@pytest.fixture
def folder(tmp_path):
    """A folder for an export."""
    (tmp_path / "exported").mkdir()
    return tmp_path / "exported"


@pytest.fixture
def state(data_dir):
    """Opens the records that the command wrote."""
    return lambda: closing(open_state(f"sqlite:///{data_dir}/ragproxy.db", data_dir / "files"))
