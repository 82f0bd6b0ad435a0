"""Parsing behind walls: real children, real hostile files."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ragproxy.errors import InvalidFile, LoadError, UnsupportedFile
from ragproxy.ingestion import load
from ragproxy.ingestion.sandbox import Sandbox
from ragproxy.state import DataLock
from tests.ingestion import hostile, samples

GOOD = ("lettre.docx", samples.word())
STRANGERS: set[int] = set()


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        GOOD,
        ("été.pptx", samples.slides()),
        ("compta.xlsx", samples.workbook()),
        ("règlement.pdf", samples.pdf("L'été à la forêt.", "Deuxième page.")),
        ("message.eml", samples.mail()),
        ("villes.csv", "ville;région\nSète;Occitanie\n".encode("cp1252")),
        ("page.html", "<title>Accueil</title><p>Bienvenue 🎉 au musée.</p>".encode()),
        ("outil.py", b"def f():\n    return 1\n"),
        ("note.md", b"# Titre\n\nTexte."),
        ("long.txt", b"Une phrase de texte. " * 100_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_comes_back_is_what_the_loaders_give(sandbox, filename, data):
    assert sandbox.load(filename, data) == load(filename, data)


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        ("x.pdf", b"no"),
        ("x.docx", b"PK\x03\x04"),
        ("x.jpg", b"\xff\xd8"),
        ("x.csv", b""),
        ("x.md", b""),
        ("x.rtf", b""),
    ],
)
def test_errors_are_those_of_the_loaders(sandbox, filename, data):
    with pytest.raises(LoadError) as expected:
        load(filename, data)
    with pytest.raises(type(expected.value)) as error:
        sandbox.load(filename, data)
    assert error.value.message == expected.value.message
    assert error.value.code == expected.value.code


def test_small_plain_text_and_unknown_kinds_start_no_child(sandbox):
    assert sandbox.load("note.md", b"# Titre\n\nTexte.").title == "Titre"
    with pytest.raises(UnsupportedFile):
        sandbox.load("photo.jpg", b"\xff\xd8")
    assert children() == []


def test_one_child_serves_many_files(sandbox):
    sandbox.load(*GOOD)
    (first,) = children()
    for _ in range(5):
        sandbox.load(*GOOD)
    assert children() == [first]


def test_a_child_is_replaced_after_so_many_files(build):
    sandbox = build(files_per_child=3)
    seen = set()
    for _ in range(7):
        sandbox.load(*GOOD)
        seen |= set(children())
    assert len(seen) == 3


@pytest.mark.parametrize("make", [hostile.deep_pdf, hostile.wide_pdf], ids=["deep", "wide"])
def test_a_hostile_page_tree_is_refused_and_the_next_file_is_read(sandbox, make):
    with pytest.raises(InvalidFile):
        sandbox.load("x.pdf", make())
    assert sandbox.load(*GOOD).title == "Guide de l'été"


def test_a_zip_bomb_is_refused(sandbox):
    with pytest.raises(InvalidFile, match="looks like a bomb"):
        sandbox.load("x.docx", hostile.zip_bomb())


def test_a_file_that_fills_the_memory_costs_itself(build):
    sandbox = build(memory_mb=200)
    for name, data in [("x.json", hostile.memory_bomb()), ("huge.csv", b"a,b\n" * 60_000_000)]:
        with pytest.raises(InvalidFile, match="needs more than 200 MiB of memory"):
            sandbox.load(name, data)
    assert sandbox.load(*GOOD).title == "Guide de l'été"


def test_a_file_that_takes_for_ever_is_stopped_in_time(build):
    sandbox = build(time_s=1.5)
    sandbox.load(*GOOD)
    (child,) = children()
    started = time.monotonic()
    with pytest.raises(InvalidFile, match=r"longer than 1\.5 seconds"):
        sandbox.load("x.pdf", hostile.slow_pdf())
    assert time.monotonic() - started < 10  # once, although the child had read other files before
    assert not alive(child)
    assert sandbox.load(*GOOD).title == "Guide de l'été"


@pytest.mark.parametrize(("signum", "reason"), [(signal.SIGSEGV, "crashed"), (signal.SIGKILL, "of memory")])
def test_a_file_whose_parser_dies_twice_is_refused(sandbox, signum, reason):
    with ThreadPoolExecutor() as pool:
        sandbox.load(*GOOD)
        loading = pool.submit(sandbox.load, "x.pdf", hostile.slow_pdf())
        killed = set()
        while not loading.done():
            for child in set(children()) - killed:
                if is_parsing(child):
                    os.kill(child, signum)
                    killed.add(child)
            time.sleep(0.02)
        with pytest.raises(InvalidFile, match=reason):
            loading.result()
    assert len(killed) == 2
    assert sandbox.load(*GOOD).title == "Guide de l'été"


def test_what_earlier_files_did_to_a_child_is_not_held_against_the_next(sandbox):
    sandbox.load(*GOOD)
    (child,) = children()
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(sandbox.load, "x.pdf", hostile.slow_pdf(10))
        until(lambda: is_parsing(child))
        os.kill(child, signal.SIGSEGV)
        assert loading.result().blocks[0].text.startswith("boum")


def test_a_child_that_died_between_files_is_replaced(sandbox):
    sandbox.load(*GOOD)
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    until(lambda: not alive(child))
    assert sandbox.load(*GOOD).title == "Guide de l'été"


def test_callers_are_served_at_once_but_by_a_bounded_number_of_children(build):
    sandbox = build(children=2)
    most = 0
    with ThreadPoolExecutor(8) as pool:
        loading = [pool.submit(sandbox.load, "x.pdf", hostile.slow_pdf(3)) for _ in range(8)]
        while not all(one.done() for one in loading):
            most = max(most, len(children()))
            time.sleep(0.01)
        assert all(one.result().blocks for one in loading)
    assert most == 2


def test_signals_for_a_whole_group_leave_the_file_in_hand_alone(sandbox):
    sandbox.load(*GOOD)
    (child,) = children()
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(sandbox.load, "x.pdf", hostile.slow_pdf(5))
        until(lambda: is_parsing(child))
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(child, signum)
        assert loading.result().blocks
    assert children() == [child]


def test_children_nobody_needs_are_ended(sandbox):
    sandbox.load(*GOOD)
    sandbox.rest(idle_s=60)
    assert len(children()) == 1
    sandbox.rest(idle_s=0)
    assert children() == []
    assert sandbox.load(*GOOD).title == "Guide de l'été"


def test_closing_ends_children_at_work_without_blaming_their_files(sandbox):
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(sandbox.load, "x.pdf", hostile.slow_pdf())
        until(lambda: any(map(is_parsing, children())))
        sandbox.close()
        with pytest.raises(ChildProcessError, match="closed"):
            loading.result(10)
    assert children() == []
    with pytest.raises(ChildProcessError, match="closed"):
        sandbox.load(*GOOD)
    sandbox.close()


def test_no_child_outlives_a_killed_parent_not_even_in_the_midst_of_a_file():
    code = (
        "import threading; from ragproxy.ingestion.sandbox import Sandbox; from tests.ingestion import hostile, samples\n"
        "idle = Sandbox(); idle.load('x.docx', samples.word())\n"
        "threading.Thread(target=Sandbox().load, args=('x.pdf', hostile.slow_pdf())).start()\n"
        "print('started', flush=True)"
    )
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root)
    try:
        parent.stdout.readline()
        until(lambda: len(children(parent.pid)) == 2 and any(map(is_parsing, children(parent.pid))))
        orphans = children(parent.pid)
    finally:
        parent.kill()
        parent.communicate()
    until(lambda: not any(map(alive, orphans)), timeout_s=5)


def test_a_child_inherits_neither_files_nor_keys(sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hush")
    lock = DataLock(tmp_path)
    lock.acquire()
    with socket.socket() as listening, open(tmp_path / "lock") as careless:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        os.set_inheritable(careless.fileno(), True)
        sandbox.load(*GOOD)
        (child,) = children()
        held = {os.readlink(fd).partition(":")[0] for fd in Path(f"/proc/{child}/fd").iterdir()}
    lock.release()
    assert held <= {"pipe", "/dev/null"}
    assert b"hush" not in Path(f"/proc/{child}/environ").read_bytes()


def test_a_child_can_write_no_file(sandbox):
    sandbox.load(*GOOD)
    (child,) = children()
    limits = Path(f"/proc/{child}/limits").read_text()
    shown = {line[:25].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert (shown["Max file size"], shown["Max core file size"]) == ("0", "0")
    assert shown["Max address space"] == str(1024 << 20)


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense",
        b"[]",
        b"{}",
        b'{"title": "x", "blocks": [["text"]]}',
        b'{"title": "x", "blocks": [[1, null, ""]]}',
        b'{"title": "x", "blocks": [["text", "1", ""]]}',
        b'{"title": "x", "blocks": [["half \\ud800", null, ""]]}',
        b'{"title": null, "blocks": []}',
        b'{"error": "invalid_file", "message": 5}',
        b"[" * 200_000,
        b"\xff",
        None,
    ],
    ids=lambda answer: repr(answer)[:30],
)
def test_a_child_that_lies_is_not_believed(build, answer, impostor):
    framed = struct.pack(">I", 1 << 31) if answer is None else struct.pack(">I", len(answer)) + answer
    impostor(answering(framed))
    with pytest.raises(InvalidFile, match=r"crashed|misled"):
        build(time_s=20).load(*GOOD)


def test_an_error_of_a_lying_child_is_cut_short(build, impostor):
    message = json.dumps({"error": "invalid_file", "message": "x" * 5_000}).encode()
    impostor(answering(struct.pack(">I", len(message)) + message))
    with pytest.raises(InvalidFile) as error:
        build().load(*GOOD)
    assert error.value.message == "x" * 1_000


def test_a_child_that_cannot_start_is_not_the_files_fault(build, impostor):
    impostor("sys.exit(3)")
    with pytest.raises(ChildProcessError, match="exit code 3"):
        build().load(*GOOD)


@pytest.fixture
def sandbox(build):
    return build()


@pytest.fixture
def build():
    made = []

    def build(**options):
        made.append(Sandbox(**options))
        return made[-1]

    yield build
    for sandbox in made:
        sandbox.close()
    assert children() == []


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Puts a program of ours in the place of the child's."""

    def install(code):
        script = tmp_path / "python"
        script.write_text(f"#!{sys.executable}\nimport sys\nout = sys.stdout.buffer\n{code}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))

    return install


@pytest.fixture(autouse=True)
def strangers():
    """The children of others: an application of another test may still have its own."""
    STRANGERS.clear()
    STRANGERS.update(children())


def answering(framed):
    """Code that answers so. It reads the whole file first: one who ends before is not heard, but has crashed."""
    return (
        "import struct; out.write(b'\\n'); out.flush(); asked = sys.stdin.buffer\n"
        f"asked.read(sum(struct.unpack('>IQ', asked.read(12)))); out.write({framed!r})"
    )


def children(parent=None):
    """The parser processes that a process has started, in the order of their start, but for strangers."""
    parent = parent or os.getpid()
    pids = [int(pid) for task in _listed(Path(f"/proc/{parent}/task")) for pid in _read(task / "children").split()]
    return [pid for pid in pids if pid not in STRANGERS and b"parser_child" in _read(Path(f"/proc/{pid}/cmdline"))]


def is_parsing(pid):
    """Whether a child has been at a file for a while: it has its input set to tell of its closing."""
    try:
        flags = Path(f"/proc/{pid}/fdinfo/0").read_text().split("flags:")[1].split()[0]
    except OSError:
        return False
    return bool(int(flags, 8) & os.O_ASYNC)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(happened, timeout_s=30):
    give_up = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def _listed(folder):
    try:
        return list(folder.iterdir())
    except OSError:  # gone
        return []


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
