from dataclasses import fields
from pathlib import Path

import pytest

from ragproxy.errors import ConfigError
from ragproxy.settings import Settings, from_env


def test_nothing_set_gives_the_defaults():
    assert from_env({}) == Settings()


def test_an_empty_value_counts_as_unset():
    assert from_env({"PORT": "", "DATABASE_URL": "  ", "RAGPROXY_AUTH": ""}) == Settings()


def test_values_are_typed():
    settings = from_env(
        {
            "PORT": "9000",
            "RAGPROXY_DATA_DIR": "elsewhere",
            "RAGPROXY_CORS_ORIGINS": "https://a.example, https://b.example",
            "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/",
            "RAGPROXY_LOG_CONTENT": "1",
        }
    )
    assert settings.port == 9000
    assert settings.data_dir == Path("elsewhere")
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.upstream_url == "http://127.0.0.1:11434/v1"
    assert settings.log_content is True


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "0"),
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("CHROMA_URL", "localhost:8000"),
        ("OPENAI_BASE_URL", "ftp://example.com"),
        ("RAGPROXY_AUTH", "none"),
        ("RAGPROXY_WORKER_CLASS", "sync"),
        ("RAGPROXY_DENSE_WEIGHT", "1.5"),
        ("RAGPROXY_MIN_SCORE", "nan"),
        ("RAGPROXY_LOG_CONTENT", "perhaps"),
        ("RAGPROXY_CORS_ORIGINS", "https://*.example.org"),
        ("RAGPROXY_CORS_ORIGINS", "ui.example.org"),
        ("RAGPROXY_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_stops_the_start_with_the_variables_name(variable, value):
    with pytest.raises(ConfigError) as caught:
        from_env({variable: value})
    assert caught.value.message.startswith(variable + ": ")


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_spelling_of_postgresql_means_psycopg_3(url):
    assert from_env({"DATABASE_URL": url}).database == "postgresql+psycopg://u@h/d"


def test_records_live_in_the_data_folder_by_default():
    assert from_env({"RAGPROXY_DATA_DIR": "d"}).database == "sqlite:///d/ragproxy.db"


def test_several_processes_need_a_chroma_server():
    with pytest.raises(ConfigError, match=r"WEB_CONCURRENCY.*CHROMA_URL"):
        from_env({"WEB_CONCURRENCY": "2"})
    assert from_env({"WEB_CONCURRENCY": "2", "CHROMA_URL": "http://127.0.0.1:8000"}).workers == 2


def test_keys_without_an_admin_key_would_let_nobody_in():
    with pytest.raises(ConfigError, match="RAGPROXY_ADMIN_KEY"):
        from_env({"RAGPROXY_AUTH": "keys"})


@pytest.mark.parametrize(("auth", "origins"), [("open", ("*",)), ("keys", ())])
def test_browsers_may_call_from_anywhere_only_where_anybody_may(auth, origins):
    assert from_env({"RAGPROXY_AUTH": auth, "RAGPROXY_ADMIN_KEY": "k"}).allowed_origins == origins
    named = {"RAGPROXY_AUTH": auth, "RAGPROXY_ADMIN_KEY": "k", "RAGPROXY_CORS_ORIGINS": "https://ui.example/"}
    assert from_env(named).allowed_origins == ("https://ui.example",)


@pytest.mark.parametrize("auth", ["keys", "oidc", "keys,oidc"])
def test_all_origins_where_keys_are_wanted_stop_the_start(auth):
    environ = {
        "RAGPROXY_AUTH": auth,
        "RAGPROXY_ADMIN_KEY": "k",
        "RAGPROXY_OIDC_ISSUER": "https://id.example",
        "RAGPROXY_OIDC_AUDIENCE": "ragproxy",
    }
    assert from_env(environ).allowed_origins == ()
    with pytest.raises(ConfigError, match=r"RAGPROXY_CORS_ORIGINS: .*name the origins"):
        from_env({**environ, "RAGPROXY_CORS_ORIGINS": "https://a.example, *"})
    assert from_env({"RAGPROXY_CORS_ORIGINS": "*"}).allowed_origins == ("*",)


def test_a_model_without_an_upstream_is_named():
    with pytest.raises(ConfigError, match=r"RAGPROXY_EMBEDDING_MODEL.*OPENAI_BASE_URL"):
        from_env({"RAGPROXY_EMBEDDING_MODEL": "all-minilm"})


def test_a_model_may_be_served_by_an_upstream_of_the_file(tmp_path, monkeypatch):
    assert from_env({"RAGPROXY_UPSTREAM_MODEL": "main/m", "RAGPROXY_CONFIG": "any.toml"}).config_file == Path(
        "any.toml"
    )
    monkeypatch.chdir(tmp_path)
    assert from_env({}).config_file is None
    (tmp_path / "ragproxy.toml").touch()
    assert from_env({"RAGPROXY_UPSTREAM_MODEL": "main/m"}).config_file == Path("ragproxy.toml")


def test_secrets_do_not_show_when_settings_are_printed():
    shown = repr(from_env({"OPENAI_API_KEY": "sk-secret", "RAGPROXY_ADMIN_KEY": "rk-secret"}))
    assert "secret" not in shown


def test_every_setting_has_a_variable_of_its_own_and_a_sentence():
    variables = [setting.metadata["variable"] for setting in fields(Settings)]
    assert len(set(variables)) == len(variables)
    assert all(setting.metadata["help"] for setting in fields(Settings))
