import pytest

from ragproxy.access import Identity
from ragproxy.errors import Unauthenticated

KEY = "admin-key-of-the-test"


@pytest.mark.parametrize("authorization", [None, "", "Bearer sk-fake-key", "Basic abc", "Bearer", "nonsense"])
def test_open_takes_any_bearer_or_none(authorization):
    assert not Identity("open").identify(authorization).admin


def test_the_admin_key_makes_an_admin_in_either_mode():
    for mode in ("open", "keys"):
        assert Identity(mode, KEY).identify(f"Bearer {KEY}").admin
        assert Identity(mode, KEY).identify(f"bearer  {KEY} ").admin


@pytest.mark.parametrize("authorization", [None, "", "Bearer", f"Basic {KEY}", KEY])
def test_keys_without_a_bearer_is_refused_with_the_way_to_send_one(authorization):
    with pytest.raises(Unauthenticated, match="Authorization: Bearer") as caught:
        Identity("keys", KEY).identify(authorization)
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize("key", ["sk-wrong", KEY + "x", KEY[:-1], "é", KEY.upper()])
def test_a_wrong_key_is_refused_and_never_repeated(key):
    with pytest.raises(Unauthenticated) as caught:
        Identity("keys", KEY).identify(f"Bearer {key}")
    assert key not in caught.value.message
    assert caught.value.code == "invalid_api_key"
