import pytest

from ragproxy.errors import ConfigError
from ragproxy.upstreams import Entra, Price, Upstream, read_upstreams

URL = "https://api.example/v1"
MINIMAL = f'[[upstream]]\nname = "main"\nbase_url = "{URL}"\n'


def test_the_environment_alone_gives_one_upstream_that_is_asked_once(read):
    (upstream,) = read(url=URL, key="sk-key")
    assert upstream == Upstream(
        "openai", URL, key="sk-key", connect_timeout_s=5, read_timeout_s=300, retries=0, break_after=0, implicit=True
    )
    assert upstream.concurrency is None


def test_nothing_said_is_no_upstream(read):
    assert read() == ()
    assert read("# nothing yet\n") == ()


def test_every_key_of_the_file_is_read(read):
    (upstream,) = read(
        """
        [[upstream]]
        name = "main"
        kind = "openai"
        base_url = "https://api.example/v1/"
        key_env = "MAIN_KEY"
        models = ["gpt-4o", "llama"]
        serves = ["chat", "images"]
        headers = { "X-Team" = "search" }
        connect_timeout_s = 2
        read_timeout_s = 30.5
        retries = 4
        break_after = 3
        concurrency = 8
        queue = 16
        queue_timeout_s = 1.5
        fallbacks = { "gpt-4o" = ["llama", "extractive"] }
        prices = { "gpt-4o" = { prompt = 2.5, cached = 1.25, completion = 10 } }
        """,
        MAIN_KEY="sk-main",
    )
    assert upstream == Upstream(
        name="main",
        base_url=URL,
        key="sk-main",
        models=("gpt-4o", "llama"),
        serves=frozenset({"chat", "images"}),
        headers={"X-Team": "search"},
        connect_timeout_s=2.0,
        read_timeout_s=30.5,
        retries=4,
        break_after=3,
        concurrency=8,
        queue=16,
        queue_timeout_s=1.5,
        fallbacks={"gpt-4o": ("llama", "extractive")},
        prices={"gpt-4o": Price(prompt=2.5, cached=1.25, completion=10.0)},
    )


def test_a_minimal_table_is_insisted_on_and_takes_the_settings_timeouts(read):
    (upstream,) = read(MINIMAL, connect_timeout_s=7.0, read_timeout_s=70.0)
    assert (upstream.connect_timeout_s, upstream.read_timeout_s) == (7.0, 70.0)
    assert (upstream.retries, upstream.break_after, upstream.concurrency) == (2, 10, None)
    assert upstream.models is None
    assert upstream.serves == {"chat", "completions", "embeddings"}
    assert upstream.key is None


def test_the_environments_upstream_comes_after_those_of_the_file(read):
    assert [upstream.name for upstream in read(MINIMAL, url="http://127.0.0.1:1/v1")] == ["main", "openai"]


def test_prices_without_a_cached_one_do_not_tell_the_two_apart(read):
    (upstream,) = read(MINIMAL + 'prices = { "e" = { prompt = 0.02 } }')
    assert upstream.prices == {"e": Price(prompt=0.02, cached=0.02, completion=0.0)}


def test_an_azure_resource_with_a_key(read):
    (upstream,) = read(
        """
        [[upstream]]
        name = "azure"
        kind = "azure"
        base_url = "https://us.openai.azure.com/openai/"
        key_env = "AZURE_KEY"
        models = ["o3", "gpt-4o"]
        deployments = { "gpt-4o" = "our-4o", "small" = "our-small" }
        """,
        AZURE_KEY="az",
    )
    assert upstream.base_url == "https://us.openai.azure.com"
    assert upstream.api_version == "2024-10-21"
    assert upstream.models == ("o3", "gpt-4o", "small")
    assert upstream.deployments == {"o3": "o3", "gpt-4o": "our-4o", "small": "our-small"}
    assert (upstream.key, upstream.entra) == ("az", None)


def test_an_azure_resource_with_a_token(read):
    (upstream,) = read(AZURE + TOKEN + 'entra_url = "http://127.0.0.1:1"\n', SECRET="hush")
    assert upstream.entra == Entra("tenant", "client", "hush", "http://127.0.0.1:1")
    assert upstream.key is None


def test_the_login_server_is_microsofts_unless_said_otherwise(read):
    (upstream,) = read(AZURE + TOKEN, SECRET="hush")
    assert upstream.entra.url == "https://login.microsoftonline.com"


def test_secrets_and_headers_do_not_show_when_an_upstream_is_printed(read):
    (main,) = read(MINIMAL + 'key_env = "K"\nheaders = { "X-Team" = "hush" }', K="hush")
    (azure,) = read(AZURE + TOKEN, SECRET="hush")
    assert "hush" not in repr(main) + repr(azure)


# ---- what stops the start -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "key", "why"),
    [
        ("retires = 2", "retires", "no such key"),
        ("retries = 11", "retries", "from 0 to 10"),
        ("retries = true", "retries", "from 0 to 10"),
        ("retries = 1.5", "retries", "from 0 to 10"),
        ('read_timeout_s = "long"', "read_timeout_s", "expected a number"),
        ("read_timeout_s = nan", "read_timeout_s", "expected a number"),
        ("concurrency = 0", "concurrency", "from 1 to"),
        ("models = []", "models", "expected a list"),
        ('models = "gpt-4o"', "models", "expected a list"),
        ('models = ["a", "a"]', "models", "'a' stands there twice"),
        ('models = [""]', "models", "expected a text"),
        ('serves = ["chat", "poetry"]', "serves", "expected one of chat, "),
        ('headers = { "X Team" = "a" }', "headers", "'X Team': expected the name of an HTTP header"),
        ('headers = { "Authorization" = "Bearer sk" }', "headers", "key_env"),
        ('headers = { "Content-Length" = "1" }', "headers", "not set here"),
        ('headers = { "X-Team" = "équipe" }', "headers", "what an HTTP header can carry"),
        ('headers = ["X-Team"]', "headers", "expected a table"),
        ('prices = { "m" = { completion = 1 } }', "prices", "'prompt' is missing"),
        ('prices = { "m" = { prompt = -1 } }', "prices", "from 0"),
        ('prices = { "m" = { prompt = 1, image = 2 } }', "prices", "expected one of prompt, cached, completion"),
        ('key = "sk-oops"', "key", "no such key"),
        ('key_env = "not a name"', "key_env", "the name of an environment variable"),
        ('key_env = "NOWHERE"', "key_env", "the environment variable NOWHERE is not set"),
        ('kind = "carrier pigeon"', "kind", "expected one of openai, azure"),
        ('api_version = "2024-10-21"', "api_version", 'kind = "azure" alone'),
        ('models = ["a"]\nfallbacks = { "b" = ["a"] }', "fallbacks", "no model 'b'"),
        ('fallbacks = { "a" = [] }', "fallbacks", "expected a list"),
    ],
)
def test_a_bad_line_is_named_with_its_file_upstream_and_key(read, toml, line, key, why):
    with pytest.raises(ConfigError) as caught:
        read(MINIMAL + line)
    assert caught.value.message.startswith(f"RAGPROXY_CONFIG: {toml}: upstream 'main': {key}: ")
    assert why in caught.value.message
    assert "sk" not in caught.value.message


@pytest.mark.parametrize(
    "address",
    ["api.example", "ftp://api.example", "https://", "https://user:sk@api.example/v1", "https://api.example/?k=sk"],
)
def test_an_address_is_one_of_http_without_a_key_in_it(read, address):
    with pytest.raises(ConfigError, match=r"base_url: ") as caught:
        read(f'[[upstream]]\nname = "main"\nbase_url = "{address}"\n')
    assert "sk" not in caught.value.message


@pytest.mark.parametrize("name", ["", "a/b", "é", "-a", "rag", "extractive", "x" * 65])
def test_a_name_that_would_be_read_as_another_is_refused(read, name):
    with pytest.raises(ConfigError, match="name: "):
        read(f'[[upstream]]\nname = "{name}"\nbase_url = "{URL}"\n')


@pytest.mark.parametrize(("text", "missing"), [('name = "main"', "base_url"), (f'base_url = "{URL}"', "name")])
def test_what_cannot_be_left_out_is_asked_for(read, text, missing):
    with pytest.raises(ConfigError, match=f"{missing}: it is missing"):
        read(f"[[upstream]]\n{text}\n")


def test_an_upstream_without_a_name_is_known_by_its_number(read):
    with pytest.raises(ConfigError, match="upstream 'number 2': name"):
        read(MINIMAL + f'[[upstream]]\nbase_url = "{URL}"\n')


def test_two_of_a_name_are_one_too_many(read):
    with pytest.raises(ConfigError, match="upstream 'main': name: there are two"):
        read(MINIMAL + MINIMAL)
    with pytest.raises(ConfigError, match="upstream 'openai': name: OPENAI_BASE_URL"):
        read(MINIMAL.replace("main", "openai"), url=URL)
    assert [upstream.name for upstream in read(MINIMAL.replace("main", "openai"))] == ["openai"]


@pytest.mark.parametrize("key", ["sk-clé", "sk-\nX-Evil: 1"])
def test_a_key_that_no_header_can_carry_stops_the_start(read, key):
    with pytest.raises(ConfigError, match=r"^OPENAI_API_KEY: ") as caught:
        read(url=URL, key=key)
    assert key not in caught.value.message
    with pytest.raises(ConfigError, match=r"upstream 'main': key_env: K holds") as caught:
        read(MINIMAL + 'key_env = "K"', K=key)
    assert key not in caught.value.message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[upstream]\n", "is not valid TOML: .*line 1"),
        ('upstreams = ["main"]\n', "'upstreams' means nothing here"),
        ('[upstream]\nname = "main"\n', "as a table of its own"),
        ('upstream = ["main"]\n', "as a table of its own"),
    ],
)
def test_a_file_of_another_shape_is_refused(read, toml, text, why):
    with pytest.raises(ConfigError, match=why) as caught:
        read(text)
    assert caught.value.message.startswith(f"RAGPROXY_CONFIG: {toml}")


def test_a_file_that_is_named_and_not_there_stops_the_start(tmp_path):
    with pytest.raises(ConfigError, match=r"^RAGPROXY_CONFIG: .*none\.toml cannot be read: No such file"):
        read_upstreams(tmp_path / "none.toml", {}, url=None, key=None, connect_timeout_s=5, read_timeout_s=5)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('key_env = "SECRET"', "deployments"),
        ('models = ["a"]', "key_env"),
        ('models = ["a"]\nkey_env = "SECRET"\nentra_client = "c"', "key_env"),
        ('models = ["a"]\nentra_client = "c"\nentra_secret_env = "SECRET"', "entra_tenant"),
        ('models = ["a"]\nentra_tenant = "t"\nentra_client = "c"', "entra_secret_env"),
        ('models = ["a"]\nentra_tenant = "t/../x"\n', "entra_tenant"),
        ('models = ["a"]\nkey_env = "SECRET"\napi_version = "2024&x=1"', "api_version"),
    ],
)
def test_azure_is_told_what_it_lacks(read, lines, key):
    with pytest.raises(ConfigError, match=f"upstream 'azure': {key}: "):
        read(f'[[upstream]]\nname = "azure"\nkind = "azure"\nbase_url = "https://a.example"\n{lines}\n', SECRET="x")


# ---- fallbacks ----------------------------------------------------------------------------------


def test_fallbacks_may_go_to_other_upstreams_and_to_the_built_in_model(read):
    upstreams = read(
        listing("a", ["m"], fallbacks='{ "m" = ["b/m", "other", "extractive"] }') + listing("b", ["m", "other"])
    )
    assert upstreams[0].fallbacks == {"m": ("b/m", "other", "extractive")}


def test_a_fallback_that_nobody_can_have_stops_the_start(read):
    with pytest.raises(ConfigError, match=r"upstream 'a': fallbacks: 'm' falls back to 'b/x', and no upstream has"):
        read(listing("a", ["m"], fallbacks='{ "m" = ["b/x"] }') + listing("b", ["m"]))


def test_a_fallback_that_an_upstream_may_yet_list_is_accepted(read):
    assert read(listing("a", ["m"], fallbacks='{ "m" = ["x"] }') + MINIMAL)


def test_a_fallback_to_an_upstream_without_chat_stops_the_start(read):
    with pytest.raises(ConfigError, match="the upstream 'b' does not serve chat"):
        read(listing("a", ["m"], fallbacks='{ "m" = ["b/e"] }') + listing("b", ["e"]) + 'serves = ["embeddings"]\n')


@pytest.mark.parametrize("name", ["m", "a/m"])
def test_a_model_that_falls_back_to_itself_stops_the_start(read, name):
    with pytest.raises(ConfigError, match=rf"'m' falls back to '{name}', and that is itself"):
        read(listing("a", ["m"], fallbacks=f'{{ "m" = ["{name}"] }}'))


def test_two_models_may_stand_in_for_each_other(read):
    assert read(listing("a", ["m"], fallbacks='{ "m" = ["b/n"] }') + listing("b", ["n"], fallbacks='{ "n" = ["m"] }'))


def test_two_models_may_fall_back_to_the_same(read):
    assert read(listing("a", ["m", "n", "o"], fallbacks='{ "m" = ["n", "o"], "n" = ["o"] }'))


# ---- fixtures -----------------------------------------------------------------------------------

AZURE = '[[upstream]]\nname = "azure"\nkind = "azure"\nbase_url = "https://us.openai.azure.com"\nmodels = ["m"]\n'
TOKEN = 'entra_tenant = "tenant"\nentra_client = "client"\nentra_secret_env = "SECRET"\n'


def listing(name, models, fallbacks="{}"):
    return f'[[upstream]]\nname = "{name}"\nbase_url = "{URL}"\nmodels = {models}\nfallbacks = {fallbacks}\n'


@pytest.fixture
def toml(tmp_path):
    return tmp_path / "ragproxy.toml"


@pytest.fixture
def read(toml):
    """Read the text as the file (none without), with the variables given."""

    def read(text=None, *, url=None, key=None, connect_timeout_s=5, read_timeout_s=300, **environ):
        if text is not None:
            toml.write_text(text, encoding="utf-8")
        return read_upstreams(
            toml if text is not None else None,
            environ,
            url=url,
            key=key,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )

    return read
