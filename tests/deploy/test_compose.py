"""compose.yaml: valid for Docker Compose, and one with the Procfile, the Dockerfile, the settings and the guide."""

import re
import subprocess
import sys
from dataclasses import fields

import pytest

from ragproxy.settings import Settings, from_env
from tests.deploy.conftest import ROOT, composed, tool

SECRETS = {field.metadata["variable"] for field in fields(Settings) if not field.repr}
OURS = {field.metadata["variable"] for field in fields(Settings)} | {f"{name}_FILE" for name in SECRETS}
AMAZONS = {"AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_SHARED_CREDENTIALS_FILE"}
STRANGERS = ("postgres", "redis", "chroma", "s3", "proxy")


def test_each_profile_starts_what_it_should():
    single, scaled = composed("single"), composed("scaled")
    assert set(single["services"]) == {"single"}
    assert {"web", "worker", "migrate", "bucket", *STRANGERS} == set(scaled["services"])
    assert {name: scaled["services"][name]["deploy"]["replicas"] for name in ("web", "worker")} == {
        "web": 2,
        "worker": 2,
    }


def test_a_mistake_in_it_is_found(tmp_path):
    text = (ROOT / "compose.yaml").read_text()
    (tmp_path / "compose.yaml").write_text(text.replace("read_only: true", "readonly: true"))
    with pytest.raises(AssertionError, match="readonly"):
        composed("scaled", tmp_path)


def test_only_the_web_port_is_published_and_on_loopback_unless_told(compose):
    published = {name: service["ports"] for name, service in compose["services"].items() if service.get("ports")}
    assert set(published) == {"single", "proxy"}
    for (port,) in published.values():
        assert (port["host_ip"], port["published"]) == ("127.0.0.1", "8083")


def test_the_servers_are_reached_from_inside_alone(compose):
    assert compose["networks"]["stores"]["internal"] is True
    for name in set(STRANGERS) - {"proxy"}:
        assert set(compose["services"][name]["networks"]) == {"stores"}


def test_the_commands_are_those_of_the_procfile(compose, procfile):
    services = compose["services"]
    assert services["web"]["command"] == procfile["web"]
    assert services["worker"]["command"] == procfile["worker"]
    assert services["migrate"]["command"] == procfile["release"]


def test_every_variable_is_a_setting_or_amazons(compose):
    for name in ("single", "migrate", "bucket", "web", "worker"):
        assert set(compose["services"][name]["environment"]) <= OURS | AMAZONS, name


def test_the_variables_make_good_settings(compose, tmp_path):
    for name in ("single", "web", "worker"):
        environ = dict(compose["services"][name]["environment"])
        for variable in [variable for variable in environ if variable.endswith("_FILE") and variable in OURS]:
            secret = tmp_path / variable
            secret.write_text("postgresql://ragproxy:x@postgres/ragproxy" if "DATABASE" in variable else "a" * 64)
            environ[variable] = str(secret)
        settings = from_env(environ | {"RAGPROXY_AUTH": "keys"})
        assert settings.port == 8083
        assert (settings.chroma_url is None) == (name == "single")


def test_secrets_come_from_files_that_each_service_is_given(compose):
    for name, service in compose["services"].items():
        given = {secret["target"] for secret in service.get("secrets", [])}
        wanted = {value for key, value in (service.get("environment") or {}).items() if key.endswith("_FILE")}
        if name == "bucket":  # reads no settings
            wanted = {service["environment"]["AWS_SHARED_CREDENTIALS_FILE"]}
        assert wanted <= given, name


def test_the_addresses_are_services_and_the_ports_theirs(compose):
    services = compose["services"]
    environ = services["web"]["environment"]
    assert environ["CHROMA_URL"] == "http://chroma:8000"
    assert services["chroma"]["command"][-2:] == ["--port", "8000"]
    assert environ["REDIS_URL"].startswith("redis://redis:6379/")
    assert environ["AWS_ENDPOINT_URL"] == "http://s3:8333"
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    assert f"http://web:{environ['PORT']};" in nginx
    assert f"listen {services['proxy']['ports'][0]['target']};" in nginx
    assert int(environ["RAGPROXY_TRUSTED_PROXIES"]) == 1


def test_what_is_written_is_on_a_volume_or_in_memory(compose, image):
    for name in ("single", "web", "worker"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert [mount["target"] for mount in service["volumes"]] == [image["RAGPROXY_DATA_DIR"]]
        assert service["environment"]["RAGPROXY_DATA_DIR"] == image["RAGPROXY_DATA_DIR"]
        assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])


def test_whoever_depends_on_a_server_waits_until_it_is_well(compose):
    services = compose["services"]
    for name in ("web", "worker"):
        awaited = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert awaited == {
            **dict.fromkeys(("postgres", "redis", "chroma", "s3"), "service_healthy"),
            **dict.fromkeys(("migrate", "bucket"), "service_completed_successfully"),
        }
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy" and "build" not in services[other]:
                assert services[other]["healthcheck"]["test"][0] == "CMD", f"{name} waits for {other} for ever"


def test_the_worker_is_asked_where_it_tells_its_health(compose):
    worker = compose["services"]["worker"]
    assert worker["healthcheck"]["test"][-1] == worker["environment"]["RAGPROXY_METRICS_PORT"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_guides_secrets_are_those_it_mounts(compose, lang, tmp_path):
    page = (ROOT / "docs" / "guide" / lang / "deploying.md").read_text()
    block = next(block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "s3_identities" in block)
    subprocess.run(["sh", "-euc", block], cwd=tmp_path, check=True, timeout=60)
    made = {f"secrets/{path.name}" for path in (tmp_path / "secrets").iterdir()}
    assert made == {str(secret["file"]).replace(f"{ROOT}/", "") for secret in compose["secrets"].values()}
    assert from_env({"DATABASE_URL_FILE": str(tmp_path / "secrets" / "database_url")}).database.startswith(
        "postgresql+psycopg://ragproxy:"
    )


def test_the_bucket_service_makes_the_bucket_of_the_files(compose):
    moto = pytest.importorskip("moto.server")
    pytest.importorskip("boto3")
    service = compose["services"]["bucket"]
    assert service["environment"]["RAGPROXY_FILES_URL"].startswith("s3://ragproxy/")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        environ = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        for _ in range(2):  # at each start
            subprocess.run([sys.executable, *service["command"][1:]], env=environ, check=True, timeout=60)
        told = "import boto3; boto3.client('s3').head_bucket(Bucket='ragproxy')"
        subprocess.run([sys.executable, "-c", told], env=environ, check=True, timeout=60)
    finally:
        server.stop()


def test_nginx_takes_the_proxys_configuration():
    ended = subprocess.run(
        [tool("nginx"), "-t", "-c", str(ROOT / "deploy" / "nginx.conf")], capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 0, ended.stderr
