"""The upstreams as they are configured: read once from `ragproxy.toml` and the environment, typed and checked."""

from ragproxy.upstreams.reading import read_upstreams
from ragproxy.upstreams.upstream import EXTRACTIVE, KINDS, Capability, Entra, Kind, Price, Upstream

__all__ = ["EXTRACTIVE", "KINDS", "Capability", "Entra", "Kind", "Price", "Upstream", "read_upstreams"]
