"""What it costs to know who asks: a key, limits and a budget, and the record of each request, on a plain chat.

`open` asks without a key, and is recorded like all others; `key` has a key without limits; `limited` one with limits of
requests and tokens, a limit of the model, and a budget, none of which is ever reached.
"""

import statistics

from tests.bench.chat import ask, canned_upstream
from tests.bench.tables import table
from tests.e2e.servers import Server, migrated, ragproxy

ROUNDS, SECONDS = 7, 2.0
PLENTY = 1_000_000_000
DOLLARS = 1_000_000
PLAIN = {"model": "tiny", "messages": [{"role": "user", "content": "How long is the notice period?"}], "max_tokens": 16}


def run(scratch):
    """Prints requests a second and the share that is left of those without a key."""
    data_dir = scratch / "access"
    migrated(data_dir)
    limits = ("--requests-per-minute", PLENTY, "--tokens-per-minute", PLENTY, "--budget", f"{DOLLARS}/month")
    bearers = {
        "open": {},
        "key": _bearer(data_dir, "key"),
        "limited": _bearer(data_dir, "limited", *limits),
    }
    with (
        canned_upstream() as url,
        Server(data_dir, OPENAI_BASE_URL=url, RAGPROXY_UPSTREAM_MODEL="tiny") as server,
    ):
        chat = server.url + "/v1/chat/completions"
        rows = [row for concurrency in (1, 16) for row in _measured(chat, bearers, concurrency)]
    table(rows, ("connections", "caller", "requests/s", "ratio"))


def _bearer(data_dir, name, *options):
    secret = ragproxy("keys", "create", name, *options, data_dir=data_dir).stdout.strip().split()[-1]
    return {"Authorization": f"Bearer {secret}"}


def _measured(url, bearers, concurrency):
    """Rounds in turns; each ratio is within its round."""
    rounds = []
    for number in range(ROUNDS):
        names = list(bearers)[number % len(bearers) :] + list(bearers)[: number % len(bearers)]
        rounds.append({name: ask(url, PLAIN, concurrency, SECONDS, bearers[name])["rps"] for name in names})
    for name in bearers:
        rps = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each["open"] for each in rounds)
        yield concurrency, name, f"{rps:.0f}", f"{ratio:.2f}"
