"""Settings that are misspelt, contradict themselves or let strangers in."""

import pytest

from ragproxy.checks.variables import variables

SHARED = {"CHROMA_URL": "http://127.0.0.1:8000", "REDIS_URL": "redis://127.0.0.1:6379"}


def test_settings_that_fit_together(scene):
    (told,) = variables(scene(PORT="8090", OPENAI_API_KEY="sk-hidden"))
    assert told.status == "ok"
    assert "PORT" in told.message
    assert "hidden" not in told.message


@pytest.mark.parametrize(
    ("variable", "advice"),
    [
        ("RAGPROXY_TOPK", "Did you mean RAGPROXY_TOP_K?"),
        ("RAGPROXY_ADMINKEY_FILE", "Did you mean RAGPROXY_ADMIN_KEY_FILE?"),
        ("RAGPROXY_ZZZZZZZ", "Unset it"),
        ("OPENAI_API_BASE", "Set OPENAI_BASE_URL instead"),
    ],
)
def test_a_variable_that_means_nothing(scene, variable, advice):
    (told,) = variables(scene(**{variable: "sk-hidden"}))
    assert (told.status, variable in told.message, advice in told.advice) == ("warning", True, True)
    assert "hidden" not in told.message + told.advice


def test_the_key_of_an_upstream_is_known_by_the_file_that_names_it(scene, tmp_path):
    config = tmp_path / "ragproxy.toml"
    config.write_text('[[upstream]]\nname = "a"\nbase_url = "http://a/v1"\nkey_env = "RAGPROXY_KEY_OF_A"\n')
    given = {"RAGPROXY_CONFIG": str(config), "RAGPROXY_KEY_OF_A": "sk", "RAGPROXY_ADMIN_KEY_FILE": ""}
    assert [told.status for told in variables(scene(**given, RAGPROXY_TEST_REDIS="x"))] == ["ok"]


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"HOST": "0.0.0.0"}, "settings.auth", "whoever reaches it can read the documents"),
        ({"HOST": "::"}, "settings.auth", "listens on ::"),
        ({"RAGPROXY_ADMIN_KEY": "change-me"}, "settings.secrets", "RAGPROXY_ADMIN_KEY"),
        ({"RAGPROXY_SECRET_KEY": "short"}, "settings.secrets", "RAGPROXY_SECRET_KEY"),
        ({"DATABASE_URL": "postgresql://u:hidden@h/d"}, "settings.vectors", "a backup has to have both"),
        ({"RAGPROXY_PUBLIC_URL": "https://chat.example.org"}, "settings.proxies", "RAGPROXY_TRUSTED_PROXIES is 0"),
        (
            {"WEB_CONCURRENCY": "2", "CHROMA_URL": "http://c", "PROMETHEUS_MULTIPROC_DIR": "/tmp/m"},
            "settings.processes",
            "WEB_CONCURRENCY=2 without REDIS_URL",
        ),
        (
            {**SHARED, "WEB_CONCURRENCY": "2", "DATABASE_URL": "postgresql://h/d", "RAGPROXY_FILES_URL": "s3://b"},
            "settings.metrics",
            "without PROMETHEUS_MULTIPROC_DIR",
        ),
        ({**SHARED, "RAGPROXY_FILES_URL": "s3://b"}, "settings.records", "in a file of this machine"),
        ({**SHARED, "DATABASE_URL": "postgresql://h/d"}, "settings.files", "workers on other machines"),
    ],
)
def test_settings_that_contradict_themselves_or_let_strangers_in(scene, given, name, words):
    (told,) = variables(scene(**given))
    assert (told.name, told.status, words in told.message) == (name, "warning", True)
    assert "hidden" not in told.message


def test_an_open_server_on_loopback_is_nothing_to_warn_of(scene):
    for host in ("127.0.0.1", "localhost", "::1"):
        assert [told.status for told in variables(scene(HOST=host))] == ["ok"]


def test_a_whole_scaled_set_is_nothing_to_warn_of(scene):
    given = {**SHARED, "DATABASE_URL": "postgresql://h/d", "RAGPROXY_FILES_URL": "s3://b", "WEB_CONCURRENCY": "2"}
    keys = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": "a" * 32, "HOST": "0.0.0.0"}
    assert [told.status for told in variables(scene(**given, **keys, PROMETHEUS_MULTIPROC_DIR="/tmp/m"))] == ["ok"]
