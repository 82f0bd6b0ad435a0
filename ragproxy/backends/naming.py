"""Which server is meant by a model's name: its own id, or `<upstream>/<id>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ragproxy.backends.server import Server
from ragproxy.upstreams import EXTRACTIVE, Capability


@dataclass(frozen=True, slots=True)
class Place:
    """A model of a server, under the id that the server knows."""

    server: Server
    model: str

    @property
    def label(self) -> str:
        """`<upstream>/<id>`."""
        return f"{self.server.name}/{self.model}"


class Names:
    """The names there are at one moment. `mentioned` are models that their server need not list to have them."""

    def __init__(self, servers: Sequence[Server], mentioned: Sequence[Place] = ()) -> None:
        every = [*_listed(servers), *mentioned]
        places: dict[str, tuple[Place, ...]] = {}
        for place in every:
            places[place.label] = (place,)
        for place in sorted(every, key=lambda place: servers.index(place.server)):
            others = places.get(place.model, ())
            if place not in others:
                places[place.model] = (*others, place)
        self.places: Mapping[str, tuple[Place, ...]] = MappingProxyType(places)
        self.ids = tuple(dict.fromkeys(place.model for place in every))

    def find(self, name: str, capability: Capability) -> Place | None:
        """The first place of that name, in the order of the upstreams, that serves it."""
        return next((place for place in self.places.get(name, ()) if place.server.serves(capability)), None)

    def listed(self) -> list[str]:
        """Each id once; after those that several upstreams have, the names that tell them apart."""
        names: list[str] = []
        for model in self.ids:
            places = self.places[model]
            names += [model, *(place.label for place in places if len(places) > 1)]
        return names


def qualified(name: str, servers: Sequence[Server]) -> Place | None:
    """The place that a name with its upstream's would be, whether the upstream has the model or not."""
    for server in servers:
        model = name.removeprefix(server.name + "/")
        if model not in (name, ""):
            return Place(server, model)
    return None


def mentioned(servers: Sequence[Server]) -> list[Place]:
    """The models whose fallbacks are configured, and those that others name with their upstream to fall back to.

    They are served before and without a list: it is when an upstream is down that its fallbacks are wanted.
    """
    places: dict[Place, None] = {}
    for server in servers:
        for model, fallbacks in server.upstream.fallbacks.items():
            places[Place(server, model)] = None
            for name in fallbacks:
                place = qualified(name, servers) if name != EXTRACTIVE else None
                if place and (place.server.lists_its_models or place.model in place.server.models):
                    places[place] = None
    return list(places)


def _listed(servers: Sequence[Server]) -> Iterator[Place]:
    for server in servers:
        yield from (Place(server, model) for model in server.models)
