"""The house rules that a machine can check: which room imports which, and which library lives where (DESIGN 5 and 6)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ragproxy"

GROUND = {
    "disk",
    "domain",
    "errors",
    "offload",
    "redis_client",
    "tokens",
    "telemetry",
    "tracing",
    "settings",
    "upstreams",
}
STORES = {"wire", "retrieval", "state"}
WORKSHOPS = {"backends", "answering", "ingestion", "access"}
DOORS = {"app", "api", "checks", "cli", "evaluation", "probe", "serving"}

# room -> the rooms it may import, beside the ground and itself
ARROWS = {
    **{room: set() for room in GROUND | STORES},
    "settings": set(),
    "backends": {"wire"},
    "answering": {"retrieval", "state"},
    "ingestion": {"retrieval", "state"},
    "access": {"state"},
    "worker": set(),
    "services": STORES | WORKSHOPS | {"worker"},
    "api": {"services", "wire"},
    "app": {"services", "api", "wire"},
    "evaluation": {"services"} | STORES | WORKSHOPS,
    "serving": {"services", "app"},
    "probe": set(),
    "checks": {"services", "worker", "backends"} | STORES,
    "cli": {"services", "checks", "evaluation", "serving", "app"} | STORES | WORKSHOPS,
    "__init__": set(),
    "__main__": {"cli"},
}
GROUND_MAY_IMPORT = {
    "domain": set(),
    "errors": set(),
    "offload": set(),
    "redis_client": {"errors"},
    "tokens": set(),
    "settings": {"errors"},
    "telemetry": {"errors"},
    "tracing": {"errors"},
    "upstreams": {"errors"},
    "disk": {"errors"},
}

# library -> the modules that may import it (a folder ends with a dot)
LIBRARIES = {
    "flask": {"app", "api."},
    "flask_cors": {"app", "api."},
    "flask_smorest": {"app", "api."},
    "werkzeug": {"app", "api."},
    "webargs": {"api."},
    "gunicorn": {"serving", "api.body"},
    "gevent": {"offload", "serving", "backends.listening"},
    "marshmallow": {"wire.", "api."},
    "orjson": {"wire.", "api.", "telemetry.lines"},
    "requests": {"backends.http", "backends.connections", "access.oidc.", "cli.remote"},
    "httptools": {"backends.parsing"},
    "urllib3": {"state.blob_bucket"},
    "tenacity": {"backends.resilience"},
    "chromadb": {"retrieval.dense"},
    "tantivy": {"retrieval.lexical"},
    "Stemmer": {"retrieval.analysis"},
    "sqlalchemy": {"state."},
    "alembic": {"state."},
    "psycopg": {"state."},
    "boto3": {"state.blob_bucket"},
    "botocore": {"state.blob_bucket"},
    "pypdf": {"ingestion.loaders."},
    "docx": {"ingestion.loaders."},
    "pptx": {"ingestion.loaders."},
    "openpyxl": {"ingestion.loaders."},
    "lxml": {"ingestion.loaders."},
    "charset_normalizer": {"ingestion.loaders."},
    "huey": {"worker."},
    "redis": {"redis_client"},
    "limits": {"access.quotas"},
    "jwt": {"access.oidc."},
    "itsdangerous": {"api."},
    "tomli_w": {"cli."},
    "cachelib": {"backends.cache"},
    "prometheus_client": {"telemetry.metrics", "telemetry.scraping"},
    "opentelemetry": {"tracing.otel"},
    "jinja2": {"evaluation."},
    "markupsafe": {"evaluation."},
    "click": {"cli."},
    "rich": {"cli."},
}


def _modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts), path


def _imports(path):
    """Every imported dotted name with its line; names under TYPE_CHECKING are types, not arrows."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            base = node.module or ""
            yield from ((f"{base}.{alias.name}" if base == "ragproxy" else base, node.lineno) for alias in node.names)


MODULES = list(_modules())


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_down_only(module, path):
    room = module.split(".")[0]
    assert room in ARROWS, f"{room} has no place in the house: give it arrows here and in the README"
    for name, line in _imports(path):
        parts = name.split(".")
        if parts[0] != "ragproxy" or len(parts) == 1:
            continue
        target = parts[1]
        if target == "__version__":
            continue
        if room in GROUND:
            allowed = GROUND_MAY_IMPORT[room]
        else:
            allowed = ARROWS[room] | GROUND
            if room not in DOORS | {"services"}:
                allowed = allowed - {"settings"}  # objects get values, not the settings
        assert target == room or target in allowed, f"{path}:{line}: {room} may not import {name}"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_each_library_lives_in_its_room(module, path):
    for name, line in _imports(path):
        rooms = LIBRARIES.get(name.split(".")[0])
        if rooms is not None:
            at_home = any(
                module == room or module + "." == room or (room.endswith(".") and module.startswith(room))
                for room in rooms
            )
            assert at_home, f"{path}:{line}: {name} belongs in {', '.join(sorted(rooms))}"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_the_environment_is_read_in_settings_alone(module, path):
    if module == "settings":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        reads = (
            isinstance(node, ast.Attribute)
            and node.attr in ("environ", "getenv")
            and getattr(node.value, "id", "") == "os"
        )
        assert not reads, f"{path}:{node.lineno}: ask for a setting instead"


FOUNDATIONS = (
    "flask_smorest, flask_cors, sqlalchemy, alembic.command, requests, prometheus_client, jwt, limits, tenacity"
)
LIGHT = {"Stemmer", "cachelib", "gunicorn", "httptools", "orjson"}


def test_the_package_brings_no_heavy_library_along():
    code = (
        f"import sys; import {FOUNDATIONS}; before = {{*sys.modules}}; import ragproxy.app;"
        "print(*{name for name in {*sys.modules} - before - sys.stdlib_module_names if '.' not in name})"
    )
    brought = {name for name in _printed(code) if not name.startswith("_")}
    assert brought - {"ragproxy"} <= LIGHT


def test_the_package_is_imported_quickly():
    code = (
        f"import time; begun = time.process_time(); import {FOUNDATIONS}; between = time.process_time();"
        "import ragproxy.app; print((time.process_time() - between) / (between - begun))"
    )
    # 350 modules take about as long as what they stand on, which is measured beside them: machines differ
    assert min(float(*_printed(code)) for _ in range(3)) < 2


def _printed(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_process_that_reads_a_file_imports_no_records():
    code = "import sys, ragproxy.ingestion.parser_child; print({'sqlalchemy', 'alembic', 'flask', 'numpy'} & set(sys.modules))"
    assert _printed(code) == ["set()"]
