"""Bodies for the tests of the schemas: with one thing changed, and at random."""

from hypothesis import strategies as st

from ragproxy.errors import InvalidRequest
from ragproxy.wire.validation import load

GONE = type("Gone", (), {"__repr__": lambda self: "GONE"})()


def changed(body, more):
    """The body with other values; GONE takes a key away."""
    return {key: value for key, value in {**body, **more}.items() if value is not GONE}


def refusal(schema, body):
    """(param, code) of the refusal, None when the body is taken."""
    try:
        load(schema, body)
    except InvalidRequest as err:
        return err.param, err.code
    return None


def json_values(*words, keys=()):
    """Any JSON, rich in the words and keys that mean something."""
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-5, 5000)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from(["", "a", "\x00", *words])
    )
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "", *keys]), inner, max_size=4)
        ),
        max_leaves=12,
    )
