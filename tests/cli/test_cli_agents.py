"""`ragproxy agents` on records of one's own; on a server's it is in tests/e2e/test_agents_served.py."""

import shutil
import tomllib
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.cli import main
from ragproxy.domain import Agent, Allowance, Comparison, Compound, Cursor, Retrieval
from ragproxy.state import DataLock, migrate, open_state
from ragproxy.wire.agents import AGENT_REQUEST, agent_table
from ragproxy.wire.validation import load

CURSOR = Cursor(limit=100)
FILE = '''
[[agent]]
id = "lawyer"
name = "Maître"
instructions = """
You are a lawyer.
Quote the "article"."""
vector_stores = ["codes", "library"]
groups = ["legal"]

[agent.params]
temperature = 0.2

[agent.retrieval]
top_k = 3
filters = { type = "eq", key = "year", value = 2024 }

[[agent]]
id = "helpdesk"
owner = "*"
allowance = { requests = 100 }
'''


def test_agents_of_a_file_are_made_changed_and_left_alone(run, file, kept):
    done = run("agents", "import", file(FILE))
    assert done.output.splitlines() == ["added: lawyer", "added: helpdesk of *", "2 added, 0 changed, 0 unchanged"]
    made = kept("lawyer")
    assert (made.name, made.visibility, made.groups) == ("Maître", "groups", ("legal",))
    assert made.instructions == 'You are a lawyer.\nQuote the "article".'
    assert made.retrieval == Retrieval(top_k=3, filters=Comparison("year", "eq", 2024))
    assert kept("helpdesk", "*").visibility == "public"
    assert run("agents", "import", file(FILE)).output == "0 added, 0 changed, 2 unchanged\n"
    done = run("agents", "import", file(FILE.replace("0.2", "0.3")))
    assert done.output == "changed: lawyer\n0 added, 1 changed, 1 unchanged\n"
    assert kept("lawyer") == replace(made, params={"temperature": 0.3})


def test_what_a_file_does_not_say_any_more_is_gone_and_agents_it_does_not_name_stay(run, file, kept):
    run("agents", "import", file(FILE))
    run("agents", "import", file('[[agent]]\nid = "lawyer"\n'))
    plain = kept("lawyer")
    assert plain == Agent("lawyer", "lawyer", "default", created=plain.created)
    assert kept("helpdesk", "*")


def test_a_dry_run_says_the_same_and_does_nothing(run, file, kept):
    run("agents", "import", file('[[agent]]\nid = "lawyer"\n'))
    done = run("agents", "import", "--dry-run", file(FILE))
    assert done.output == "changed: lawyer\nadded: helpdesk of *\n1 added, 1 changed, 0 unchanged (dry run)\n"
    assert kept("lawyer").name == "lawyer"
    assert "helpdesk" not in run("agents", "list").output


def test_the_owner_of_agents_that_name_none_may_be_said(run, file, kept):
    assert "lawyer of ann" in run("agents", "import", file(FILE), "--owner", "ann").output
    assert kept("lawyer", "ann").name == "Maître"
    assert kept("helpdesk", "*")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[agent]]\nid = "a"\n[[agent]]\nid = "b"\n[agent.retrieval]\ntop_k = 0\n', "'agent[1].retrieval.top_k'"),
        ('[[agent]]\nid = "a"\n[[agent]]\nid = "a b"\n', "'agent[1].id'"),
        ('[[agents]]\nid = "a"\n', "'agent'"),
        ('[[agent]]\nid = "a"\nid = "b"\n', "not valid TOML"),
        ('[[agent]]\nid = "a"\n[agent.params]\nwhen = 2024-01-01\n', "'agent[0].params.when'"),
        ('[[agent]]\nid = "a"\n[agent.params]\ntemperature = inf\n', "'agent[0].params.temperature'"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing_and_names_the_place(run, file, text, said):
    done = run("agents", "import", file(text))
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert "agents.toml: " in done.stderr
    assert said in done.stderr
    assert len(run("agents", "list").output.splitlines()) == 2  # the built-in one


def test_a_file_that_cannot_be_read_is_an_error_in_one_line(run, tmp_path):
    assert "cannot be read" in run("agents", "import", tmp_path / "gone.toml").stderr
    (tmp_path / "latin.toml").write_bytes(b'[[agent]]\nid = "\xe9"\n')
    assert "UTF-8" in run("agents", "import", tmp_path / "latin.toml").stderr


def test_the_standard_input_is_a_file_too(data_dir, kept):
    command = ["--data-dir", str(data_dir), "agents", "import", "-"]
    assert CliRunner().invoke(main, command, input=FILE, catch_exceptions=False).exit_code == 0
    assert kept("lawyer")


def test_agents_are_listed_and_one_is_shown(run, file):
    run("agents", "import", file(FILE))
    lines = run("agents", "list").output.splitlines()
    assert lines[0].split() == ["ID", "OWNER", "VISIBILITY", "VECTOR", "STORES", "MODEL", "NAME"]
    assert sorted(line.split()[:3] for line in lines[1:]) == [
        ["helpdesk", "*", "public"],
        ["lawyer", "default", "groups"],
        ["ragproxy", "*", "public"],
    ]
    of_server = run("agents", "list", "--owner", "*").output.splitlines()[1:]
    assert {line.split()[0] for line in of_server} == {"ragproxy", "helpdesk"}
    assert "no agent of this owner" in run("agents", "list", "--owner", "nobody").output
    shown = run("agents", "show", "lawyer").output
    assert '"""\nYou are a lawyer.\n' in shown
    assert tomllib.loads(shown)["agent"][0]["vector_stores"] == ["codes", "library"]
    assert 'owner = "*"' in run("agents", "show", "ragproxy").output
    for options in ([], ["--owner", "ann"]):
        assert "no agent 'gone'" in run("agents", "show", "gone", *options).stderr
    assert run("agents", "show", "ragproxy", "--owner", "ann").exit_code == 1


def test_an_agent_is_deleted_after_a_yes_and_the_built_in_one_never(run, file):
    run("agents", "import", file(FILE))
    assert "Delete the agent 'lawyer' of 'default'?" in run("agents", "delete", "lawyer").output
    assert "lawyer" in run("agents", "list").output
    assert run("agents", "delete", "lawyer", "--yes").output == "'lawyer' is deleted.\n"
    assert "lawyer" not in run("agents", "list").output
    assert run("agents", "delete", "helpdesk", "--yes").exit_code == 1  # another owner's
    assert run("agents", "delete", "helpdesk", "--owner", "*", "--yes").exit_code == 0
    assert "built in" in run("agents", "delete", "ragproxy", "--owner", "*", "--yes").stderr


def test_agents_are_exported_to_a_file_all_or_some(run, file, tmp_path):
    run("agents", "import", file(FILE))
    out = tmp_path / "out.toml"
    assert run("agents", "export", "--output", out).output == f"3 agents written to {out}.\n"
    written = tomllib.loads(out.read_text(encoding="utf-8"))["agent"]
    assert {table["id"] for table in written} == {"ragproxy", "helpdesk", "lawyer"}
    assert [table["id"] for table in tomllib.loads(run("agents", "export", "lawyer").output)["agent"]] == ["lawyer"]
    assert "no agent 'gone'" in run("agents", "export", "lawyer", "gone").stderr
    assert "cannot be written" in run("agents", "export", "--output", tmp_path / "no" / "out.toml").stderr


def test_without_a_key_they_may_be_changed_while_a_server_holds_the_data(run, file, data_dir):
    run("agents", "list")
    lock = DataLock(data_dir)
    lock.acquire("http://127.0.0.1:9")
    assert "2 added" in run("agents", "import", file(FILE)).output
    assert "lawyer" in run("agents", "list").output
    done = run("agents", "list", RAGPROXY_ADMIN_KEY="secret")  # a key opens the server, which is not there
    lock.release()
    assert "Nothing answers at http://127.0.0.1:9" in done.stderr


# ---- whatever they are ------------------------------------------------------------------------------

lines = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from('"\\\n\r\t\x9b\u202e\u2028[]'),
    max_size=30,
)
names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=8).filter(str.strip)
scalars = lines | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines, inner, max_size=3), max_leaves=8
)
comparisons = st.builds(Comparison, lines, st.sampled_from(["eq", "ne", "gt", "lte"]), scalars) | st.builds(
    Comparison, lines, st.sampled_from(["in", "nin"]), st.lists(scalars, max_size=3)
)
filters = st.recursive(
    comparisons,
    lambda inner: st.builds(
        Compound, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=4,
)
allowances = st.builds(
    Allowance,
    st.sampled_from(["day", "month"]),
    st.none() | st.integers(0, 10**6),
    st.none() | st.floats(0, 10**6) | st.integers(0, 5),
).filter(lambda allowance: (allowance.requests, allowance.usd) != (None, None))
retrievals = st.builds(
    Retrieval,
    st.none() | st.integers(1, 50),
    st.none() | st.floats(0, 1),
    st.none() | filters,
    st.none() | st.lists(st.sampled_from(["annotations", "field", "header", "markdown"]), unique=True).map(tuple),
    st.none() | st.integers(0, 1000),
)
params = st.dictionaries(lines.map("x-".__add__), values, max_size=3)
audiences = st.sampled_from(["private", "public"]).map(lambda name: (name, ())) | st.lists(
    names, min_size=1, max_size=3, unique=True
).map(lambda groups: ("groups", tuple(groups)))


@st.composite
def some_agents(draw):
    ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True)
    keys = draw(st.lists(st.tuples(names, ids), min_size=1, max_size=3, unique=True))
    return [draw(an_agent(owner, agent_id)) for owner, agent_id in keys]


@st.composite
def an_agent(draw, owner, agent_id):
    visibility, groups = draw(audiences)
    return Agent(
        id=agent_id,
        owner=owner,
        name=draw(names),
        instructions=draw(st.none() | lines.map(unix)),
        description=draw(st.none() | lines.map(unix)),
        stores=tuple(draw(st.lists(names, max_size=3, unique=True))),
        model=draw(st.none() | names),
        params=draw(params),
        lang=draw(st.none() | st.sampled_from(["fr", "en"])),
        retrieval=draw(retrievals),
        visibility=visibility,
        groups=groups,
        allowance=draw(st.none() | allowances),
        created=draw(st.integers(1, 2**40)),
    )


@settings(max_examples=60, deadline=None)
@given(agents=some_agents())
def test_what_is_exported_and_imported_elsewhere_is_the_same(agents, empty, tmp_path_factory):
    folder = tmp_path_factory.mktemp("agents")
    for place in ("from", "to"):
        (folder / place).mkdir()
        shutil.copy(empty, folder / place / "ragproxy.db")
    before = saved(folder / "from", agents)
    invoke(folder / "from", "agents", "export", "--output", folder / "agents.toml")
    told = invoke(folder / "to", "agents", "import", folder / "agents.toml")
    assert told.splitlines()[-1] == f"{len(agents)} added, 0 changed, 1 unchanged"
    assert ageless(saved(folder / "to", [])) == ageless(before)
    again = invoke(folder / "to", "agents", "import", folder / "agents.toml")
    assert again == f"0 added, 0 changed, {len(agents) + 1} unchanged\n"


@settings(max_examples=60, deadline=None)
@given(agents=some_agents())
def test_what_a_file_tells_of_an_agent_is_what_the_api_takes(agents):
    for agent in agents:
        assert replace(load(AGENT_REQUEST, agent_table(agent)).agent("nobody"), created=agent.created) == agent


def unix(text):
    return text.replace("\r\n", "\n")


def saved(folder, agents):
    state = open_state(f"sqlite:///{folder / 'ragproxy.db'}")
    for agent in agents:
        state.agents.save(agent)
    every = list(state.agents.page(None, CURSOR).items)
    state.close()
    return every


def ageless(agents):
    return sorted((replace(agent, created=0) for agent in agents), key=lambda agent: (agent.owner, agent.id))


def invoke(folder, *arguments):
    command = ["--data-dir", str(folder), *map(str, arguments)]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "ragproxy.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "agents.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def kept(data_dir):
    """The agent in the records: `kept("lawyer", "ann")`."""

    def get(agent_id, owner="default"):
        state = open_state(f"sqlite:///{data_dir / 'ragproxy.db'}")
        try:
            return state.agents.get(agent_id, owner=owner)
        finally:
            state.close()

    return get
