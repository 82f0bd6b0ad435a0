"""What a chat without retrieval costs through ragproxy, and through each peer that is installed, in one table.

In every round each gateway is started, measured and ended while no other runs; the order changes from round to round.
Figures are medians of the rounds, ratios medians of each round's ratio.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import requests

from tests.bench.chat import canned_upstream
from tests.bench.peers import floors, ours, peers
from tests.bench.processes import Tree
from tests.bench.tables import table
from tests.e2e.servers import ROOT, free_port

CHUNKS, PERIOD_MS = 40, 50  # of a stream
PATIENCE_S = 8.0  # for streams, after the moment when the last chunk is due
START_S = 60
PAUSE_S = 0.01  # between the requests that measure latency: a server that is hardly busy
COMPLETION = {"model": "tiny", "messages": [{"role": "user", "content": "How long is the notice period?"}]}

ROWS = {
    "requests/s, 1 connection": ("rps_1", 0),
    "requests/s, 16": ("rps_16", 0),
    "requests/s, 64": ("rps_64", 0),
    "added ms, p50": ("added_p50", 2),
    "added ms, p95": ("added_p95", 2),
    "CPU us/request, 16": ("cpu_request", 0),
    "CPU us/chunk, fewest streams": ("cpu_chunk", 0),
    "first chunk ms, p95, fewest streams": ("first_p95", 1),
    "streams held": ("held", 0),
    "memory MiB after requests": ("mib", 0),
    "cold start s": ("cold_s", 2),
}


@dataclass(frozen=True)
class Plan:
    """How much is measured: `rounds` of `seconds` for each rate, and streams at each of the levels."""

    rounds: int
    seconds: float
    levels: tuple[int, ...]


FULL = Plan(rounds=5, seconds=2.0, levels=(100, 300, 1000))  # about ten minutes with both peers
QUICK = Plan(rounds=1, seconds=0.5, levels=(20, 50))


def quick(scratch):
    """To see that everything runs; its figures mean nothing."""
    run(scratch, QUICK)


def run(scratch, plan=FULL):
    """Prints the table."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # two sockets a stream; the children inherit it
    with canned_upstream(CHUNKS, PERIOD_MS) as upstream_url:
        mine, others = ours(scratch, upstream_url), floors(scratch, upstream_url) + peers(scratch, upstream_url)
        gateways = mine + others
        rounds = []
        for number in range(plan.rounds):
            direct = _direct(upstream_url, plan)
            figures = {"direct": direct}
            at = number % len(gateways)
            for gateway in gateways[at:] + gateways[:at]:
                figures[gateway.name] = _measure(gateway, direct, plan, scratch)
                print(f"round {number + 1} of {plan.rounds}: {gateway.name} is measured", file=sys.stderr)
            rounds.append(figures)
    print(f"{plan.rounds} rounds, streams of {CHUNKS} chunks x {PERIOD_MS} ms, {plan.levels} at once")
    _print(rounds, [gateway.name for gateway in mine], [gateway.name for gateway in others])


# ---- one round ----


def _direct(upstream_url, plan):
    """The upstream without a gateway: what the client and the upstream themselves can do."""
    url = upstream_url + "/chat/completions"
    figures = {f"rps_{number}": _load(url, number, plan.seconds)["rps"] for number in (1, 16, 64)}
    low = _load(url, 1, plan.seconds, PAUSE_S)
    return figures | {"p50": low["p50_ms"], "p95": low["p95_ms"], **_streams(url, plan, {}, plan.levels[-1:])}


def _measure(gateway, direct, plan, scratch):
    """One round's figures of a gateway; those that could not be taken are missing, and the reason is printed."""
    port, figures = free_port(), {}
    command, env = gateway.started(port)
    url, headers = f"http://127.0.0.1:{port}/v1/chat/completions", gateway.headers
    began = time.perf_counter()
    tree = Tree(command, env=env, cwd=gateway.cwd, log=scratch / f"{gateway.name.split()[0]}-{port}.log")
    try:
        _wait(tree, url, headers)
        figures["cold_s"] = time.perf_counter() - began
        _load(url, 16, plan.seconds / 4, headers=headers)  # warm
        low = _load(url, 1, plan.seconds, PAUSE_S, headers)
        figures["added_p50"] = low["p50_ms"] - direct["p50"]
        figures["added_p95"] = low["p95_ms"] - direct["p95"]
        for number in (1, 16, 64):
            before = tree.cpu_s
            told = _load(url, number, plan.seconds, headers=headers)
            figures[f"rps_{number}"] = told["rps"]
            if number == 16:
                figures["cpu_request"] = (tree.cpu_s - before) / told["requests"] * 1e6
        figures["mib"] = tree.mib
        figures |= _streams(url, plan, headers, plan.levels, tree)
    except (subprocess.CalledProcessError, TimeoutError) as err:
        said = getattr(err, "stderr", None) or str(err)
        print(f"{gateway.name}: {said.strip().splitlines()[-1]}; it said:")
        print("\n".join(tree.log.read_text(errors="replace").splitlines()[-20:]))
    finally:
        tree.close()
    return figures


def _wait(tree, url, headers):
    """Until it answers a chat."""
    until = time.perf_counter() + START_S
    while time.perf_counter() < until and tree.is_alive:
        try:
            if requests.post(url, json=COMPLETION, headers={"Authorization": "Bearer sk", **headers}, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.01)
    raise TimeoutError("it did not answer" if tree.is_alive else f"it ended with {tree.process.returncode}")


def _load(url, connections, seconds, pause_s=0.0, headers=None):
    return _run("tests.bench.load", url, json.dumps(COMPLETION), connections, seconds, pause_s, json.dumps(headers))


def _streams(url, plan, headers, levels, tree=None):
    """How many were held, and the costs of the fewest; past what is not held nothing is tried."""
    figures, body = {"held": 0}, json.dumps({**COMPLETION, "stream": True})
    deadline_s = CHUNKS * PERIOD_MS / 1000 + PATIENCE_S
    for level in levels:
        before = tree.cpu_s if tree else 0.0
        told = _run("tests.bench.streams", url, body, level, CHUNKS, deadline_s, json.dumps(headers))
        if tree and level == plan.levels[0] and told["chunks"]:
            figures["cpu_chunk"] = (tree.cpu_s - before) / told["chunks"] * 1e6
            figures["first_p95"] = told["first_p95_ms"]
        if not told["held"]:
            break
        figures["held"] = level
    return figures


def _run(module, *arguments):
    """What the generator of load tells, which is another process."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


# ---- the table ----


def _print(rounds, mine, others):
    pairs = [(name, other) for other in others for name in mine if _is_comparable(name, other)]
    head = ["figure", "direct", *mine, *others, *(f"{_short(name)}/{other}" for name, other in pairs)]
    rows = []
    for title, (key, digits) in ROWS.items():
        cells = [_cell([figures[name].get(key) for figures in rounds], digits) for name in ("direct", *mine, *others)]
        ratios = (_ratios(rounds, key, name, other) for name, other in pairs)
        rows.append([title, *cells, *(_cell(values, 2) for values in ratios)])
    table(rows, head)


def _ratios(rounds, key, name, other):
    """Each round's ratio; None where one of the two is missing, or the divisor is nothing."""
    pairs = ((figures[name].get(key), figures[other].get(key)) for figures in rounds)
    return [ours / theirs if ours is not None and theirs else None for ours, theirs in pairs]


def _cell(values, digits):
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    missing = f" ({len(known)} of {len(values)})" if len(known) < len(values) else ""
    return f"{statistics.median(known):.{digits}f}{missing}"


def _is_comparable(name, other):
    """Ours is compared with each peer, and with the floor of the same worker class."""
    return not other.startswith("floor") or _short(other.removeprefix("floor (")) == _short(name)


def _short(name):
    return name.removeprefix("ragproxy (").removesuffix(")")
