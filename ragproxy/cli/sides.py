"""The settings that `ragproxy eval` asks its questions under: one side, or two to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

import click

from ragproxy.cli.context import opened, printable
from ragproxy.cli.remote import Remote, connect
from ragproxy.cli.subjects import Asked, Here, There
from ragproxy.errors import ConfigError
from ragproxy.evaluation import Subject
from ragproxy.services import Services
from ragproxy.settings import Settings, from_env

_NAMES = {  # what every request says for itself: its name in the body
    "model": "model",
    "store": "store",
    "top_k": "top_k",
    "min_score": "min_score",
    "lang": "lang",
    "client_model": "clientModel",
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "seed": "seed",
}
_WHOLE = frozenset({"top_k", "max_tokens", "seed"})
_REAL = frozenset({"min_score", "temperature", "top_p"})
_VARIABLES = {setting.name: setting.metadata["variable"] for setting in fields(Settings)}
_FIELDS = {variable: name for name, variable in _VARIABLES.items() if name not in _NAMES}

Pair = tuple[str, str]


class Setting(click.ParamType):
    """`key=value`: what a request says, `url`, or a setting by its field or variable."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Pair:
        key, sign, text = str(value).partition("=")
        key, text = _FIELDS.get(key.strip(), key.strip()), text.strip()
        if not sign or not text:
            self.fail(f"expected key=value, not '{printable(str(value))}'", param, ctx)
        if key not in _NAMES and key != "url" and key not in _VARIABLES and key not in _VARIABLES.values():
            known = ", ".join([*_NAMES, "url"])
            self.fail(f"'{printable(key)}' is none of {known}, nor a setting such as dense_weight", param, ctx)
        return key, text


@dataclass(frozen=True)
class Side:
    """What the questions are asked under: what the requests say, who is asked, and the settings of the process."""

    label: str
    options: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None

    @classmethod
    def of(cls, pairs: Iterable[Pair], label: str) -> Side:
        """The side of these settings, a later one in the place of an earlier one of the same key."""
        options: dict[str, Any] = {}
        variables: dict[str, str] = {}
        url = None
        for key, text in pairs:
            if key in _NAMES:
                options[_NAMES[key]] = _value(key, text)
            elif key == "url":
                url = text
            else:
                variables[_VARIABLES.get(key, key)] = text
        side = cls(label, options, variables, url)
        Asked(options).check()
        return side


def sides(usual: Iterable[Pair], against: Iterable[Pair]) -> list[Side]:
    """One side, or two: the usual settings, and those with others over them.

    A label says what tells the sides apart; it is empty where nothing was said. InvalidRequest and ConfigError for what
    no request may say.
    """
    usual, against = list(usual), list(against)
    if not against:
        return [Side.of(usual, _label(usual))]
    changed = {key for key, _ in against}
    if dict(usual) == {**dict(usual), **dict(against)}:
        raise ConfigError("--against: both sides are the same")
    before = _label([pair for pair in usual if pair[0] in changed])
    return [Side.of(usual, before), Side.of([*usual, *against], _label(against))]


def in_turns(sides: Iterable[Side]) -> bool:
    """Whether they can be asked in turns: the data cannot be opened twice, under two kinds of settings."""
    return len({frozenset(side.variables.items()) for side in sides}) <= 1


@contextmanager
def subjects(sides: Iterable[Side], environ: Mapping[str, str], api_key: str | None) -> Iterator[dict[str, Subject]]:
    """Who answers for each side, by its label: the server at its `url` or the one that holds the data, else the data.

    The sides can be asked in turns. ConfigError for a setting of the process that a server would not follow.
    """
    with ExitStack() as stack:
        services: Services | None = None
        found: dict[str, Subject] = {}
        for side in sides:
            settings = from_env({**environ, **side.variables})
            asked = Asked(side.options, settings.aliases)
            remote = connect(settings, side.url, api_key)
            if remote is None:
                services = services or stack.enter_context(opened(settings))
                found[side.label] = Here(services, asked)
            else:
                _check_served(side, remote)
                found[side.label] = There(stack.enter_context(remote), asked)
        yield found


def _check_served(side: Side, remote: Remote) -> None:
    other = next((name for name in side.variables if name != _VARIABLES["data_dir"]), None)
    if other:
        raise ConfigError(
            f"{other}: the server at {remote.url} has settings of its own; stop it, and the data is opened here, or "
            "compare it with another server by --against url=..."
        )


def _value(key: str, text: str) -> Any:
    try:
        return int(text) if key in _WHOLE else float(text) if key in _REAL else text
    except ValueError:
        raise ConfigError(f"{key}: expected a number, not '{printable(text)}'") from None


def _label(pairs: Iterable[Pair]) -> str:
    return ", ".join(f"{key}={text}" for key, text in dict(pairs).items())
