"""marshmallow's tree of errors in OpenAI's words."""

import pytest
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from ragproxy.errors import InvalidRequest
from ragproxy.wire.validation import Problem, at, invalid, load, missing, wrong_type, wrong_value


class Inner(Schema):
    class Meta:
        unknown = RAISE

    name = fields.String(required=True)


class Outer(Schema):
    items = fields.List(fields.Nested(Inner))
    size = fields.Integer(validate=validate.Range(max=3))
    inner = fields.Nested(Inner)


OUTER = Outer()


def test_what_is_right_is_loaded():
    assert load(OUTER, {"items": [{"name": "a"}], "size": 1}) == {"items": [{"name": "a"}], "size": 1}


@pytest.mark.parametrize(
    ("body", "message", "param", "code"),
    [
        (
            {"items": [{"name": "a"}, {}]},
            "Missing required parameter 'items[1].name'",
            "items[1].name",
            "missing_required_parameter",
        ),
        ({"inner": {"name": "a", "b": 1}}, "Unknown parameter 'inner.b'", "inner.b", "unknown_parameter"),
        ({"inner": None}, "Invalid type for 'inner': null is not allowed here", "inner", "invalid_type"),
        ({"inner": 3}, "Invalid type for 'inner': expected an object", "inner", "invalid_type"),
        ({"size": 4}, "Invalid value for 'size': Must be less than or equal to 3.", "size", "invalid_value"),
        ([], "Invalid body: expected an object", None, "invalid_type"),
        ("text", "Invalid body: expected an object", None, "invalid_type"),
        (None, "Invalid body: expected an object", None, "invalid_type"),
    ],
)
def test_the_first_error_is_told_with_its_path(body, message, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(OUTER, body)
    assert (caught.value.message, caught.value.param, caught.value.code) == (message, param, code)


def test_webargs_tree_under_its_location_has_the_same_path():
    with pytest.raises(ValidationError) as caught:
        OUTER.load({"items": [{}]})
    assert invalid({"json": caught.value.messages}).param == "items[0].name"
    assert invalid({"query": {"limit": [missing()]}}, location="query").param == "limit"
    assert invalid({"json": ["Invalid JSON body."]}).message == "Invalid value for 'json': Invalid JSON body."


def test_a_problem_keeps_its_code_through_marshmallow():
    class Odd(fields.Field):
        def _deserialize(self, value, attr, data, **kwargs):
            raise at(wrong_value("it is odd", "odd"), "a", 2, "b")

    with pytest.raises(InvalidRequest) as caught:
        load(Schema.from_dict({"odd": Odd()})(), {"odd": 1})
    assert (caught.value.message, caught.value.param, caught.value.code) == (
        "Invalid value for 'odd.a[2].b': it is odd",
        "odd.a[2].b",
        "odd",
    )


def test_long_keys_of_a_client_are_cut():
    assert invalid({"metadata": {"k" * 1000: [missing()]}}).param == "metadata." + "k" * 64


def test_an_empty_tree_still_makes_an_error():
    assert isinstance(invalid({}), InvalidRequest)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "an integer"),
        (1.5, "a decimal number"),
        ("", "a string"),
        ([], "an array"),
        ({}, "an object"),
    ],
)
def test_a_wrong_type_is_called_by_its_json_name(value, name):
    problem = wrong_type("a color", value)
    assert isinstance(problem, Problem)
    assert problem.sentence("x") == f"Invalid type for 'x': expected a color, but got {name} instead"
