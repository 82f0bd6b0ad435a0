import time

import pytest

from ragproxy.access.oidc import ClaimNames, KeySet, Tokens
from ragproxy.access.oidc import Issuer as Client
from tests.fakes import FakeClock
from tests.issuer import AUDIENCE, Issuer


@pytest.fixture
def issuer():
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def timer():
    """Seconds of the caches."""
    return FakeClock()


@pytest.fixture
def clock():
    """The time of day."""
    return FakeClock(time.time())


@pytest.fixture
def client(issuer, timer):
    """What the server knows the issuer by."""
    return Client(issuer.url, timer=timer, patience_s=(0.3, 0.3))


@pytest.fixture
def key_set(client, timer):
    return KeySet(client, timer=timer)


@pytest.fixture
def tokens(client, key_set, clock):
    return Tokens(client, key_set, audience=AUDIENCE, names=ClaimNames(), leeway_s=30, clock=clock)
