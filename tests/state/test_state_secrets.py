"""Secrets of the installation, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from ragproxy.errors import StateUnavailable
from ragproxy.state import open_state


def test_a_secret_is_made_once_and_has_256_bits(state):
    made = state.secrets.get("signing")
    assert len(made) == 43
    assert state.secrets.get("signing") == made


def test_secrets_of_two_names_differ(state):
    assert state.secrets.get("links") != state.secrets.get("sessions")


def test_a_later_process_reads_the_same(state, database_url):
    made = state.secrets.get("signing")
    another = open_state(database_url)
    assert another.secrets.get("signing") == made
    another.close()


def test_processes_that_ask_at_once_get_the_same(state, database_url):
    others = [open_state(database_url) for _ in range(8)]
    together = Barrier(len(others))

    def ask(other):
        together.wait(10)
        return other.secrets.get("signing")

    with ThreadPoolExecutor(len(others)) as pool:
        made = set(pool.map(ask, others))
    assert made == {state.secrets.get("signing")}
    for other in others:
        other.close()


def test_a_secret_that_is_known_asks_no_database(state, statements):
    state.secrets.get("signing")
    with statements(state) as sent:
        state.secrets.get("signing")
    assert sent == []


def test_without_records_there_is_no_secret(tmp_path):
    nowhere = open_state(f"sqlite:///{tmp_path}/not-migrated.db")
    with pytest.raises(StateUnavailable):
        nowhere.secrets.get("signing")


@pytest.fixture
def statements():
    """Lists what is sent to the database meanwhile."""
    from contextlib import contextmanager

    @contextmanager
    def watching(state):
        sent = []
        engine = state._database.engine

        def note(connection, cursor, statement, *rest):
            sent.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        yield sent
        sa.event.remove(engine, "before_cursor_execute", note)

    return watching
