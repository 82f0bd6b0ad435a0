"""/me: who is asking, and which agents they may use; for people who have logged in, and for programs with a bearer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ragproxy.api.context import services, visit
from ragproxy.api.guard import authenticate
from ragproxy.api.pages import for_one_reader, language, page, wants_page
from ragproxy.api.sessions import session_person
from ragproxy.api.stream import json_response
from ragproxy.domain import Agent, Caller, Person
from ragproxy.errors import Unauthenticated
from ragproxy.wire.callers import caller as caller_json

bp = Blueprint("me", __name__)

_TEXTS = {
    "en": {
        "title": "Who you are",
        "stranger": "You are not logged in",
        "anybody": "Anybody",
        "login": "Log in",
        "no_login": "People cannot log in at this server; programs send their key or token.",
        "logout": "Log out",
        "name": "Name",
        "owner": "Project",
        "groups": "Groups",
        "scopes": "Rights",
        "none": "none",
        "admin": "You are an administrator.",
        "agents": "Agents you may use",
    },
    "fr": {
        "title": "Qui vous êtes",
        "stranger": "Vous n'êtes pas connecté",
        "anybody": "Tout le monde",
        "login": "Se connecter",
        "no_login": "On ne peut pas se connecter à ce serveur ; les programmes envoient leur clé ou leur jeton.",
        "logout": "Se déconnecter",
        "name": "Nom",
        "owner": "Projet",
        "groups": "Groupes",
        "scopes": "Droits",
        "none": "aucun",
        "admin": "Vous êtes administrateur.",
        "agents": "Agents que vous pouvez utiliser",
    },
}
_STRANGER = (
    '{% if can_log_in %}<p><a href="/login?next=/me">{{ t.login }}</a></p>{% else %}<p>{{ t.no_login }}</p>{% endif %}'
)
_KNOWN = (
    "<dl><dt>{{ t.name }}</dt><dd>{{ name or who.id or t.anybody }}</dd>"
    "<dt>{{ t.owner }}</dt><dd>{{ who.owner }}</dd>"
    "<dt>{{ t.groups }}</dt><dd>{{ who.groups|sort|join(', ') or t.none }}</dd>"
    "<dt>{{ t.scopes }}</dt><dd>{{ who.scopes|sort|join(', ') or t.none }}</dd></dl>"
    "{% if who.admin %}<p>{{ t.admin }}</p>{% endif %}"
    "<h2>{{ t.agents }}</h2><ul>{% for agent in agents %}<li><code>{{ agent.id }}</code> {{ agent.name }}"
    "{% if agent.description %}: {{ agent.description }}{% endif %}</li>{% else %}<li>{{ t.none }}</li>"
    "{% endfor %}</ul>"
    '{% if logged_in %}<form method="post" action="/logout"><button>{{ t.logout }}</button></form>{% endif %}'
)


@bp.get("/me")
def show() -> Response:
    """The caller behind the bearer, or else the person who has logged in with this browser."""
    try:
        person, logged_in = _who()
    except Unauthenticated:
        if not wants_page():
            raise
        return _stranger()
    agents = _agents(person.caller)
    if not wants_page():
        return for_one_reader(json_response(caller_json(person.caller, person.name or None, agents)))
    texts = _TEXTS[language()]
    return page(
        _KNOWN,
        texts["title"],
        t=texts,
        who=person.caller,
        name=person.name,
        agents=agents,
        logged_in=logged_in,
    )


def _who() -> tuple[Person, bool]:
    """Who it is, and whether by a session. A bearer comes first: who sends one wants to know what it is good for."""
    bears = "Authorization" in request.headers or "api-key" in request.headers
    person = None if bears else session_person()
    if person is not None:
        visit().meet(person.caller)
        return person, True
    authenticate(None)
    return Person(visit().caller), False


def _agents(caller: Caller) -> list[Agent]:
    return [agent for agent in services.state.agents.list(caller=caller) if caller.may_name(agent.id)]


def _stranger() -> Response:
    texts = _TEXTS[language()]
    response = page(_STRANGER, texts["stranger"], 401, t=texts, can_log_in=services.login is not None)
    response.headers["WWW-Authenticate"] = 'Bearer realm="ragproxy"'
    return response
