"""A blueprint of OpenAI routes: guarded, its bodies read and refused the OpenAI way."""

from __future__ import annotations

from functools import partial
from typing import Any, NoReturn

import flask
import marshmallow
from flask_smorest import Blueprint
from webargs.core import is_json
from webargs.flaskparser import FlaskParser

from ragproxy.api import custom_headers
from ragproxy.api.body import read
from ragproxy.api.context import visit
from ragproxy.api.guard import authenticate
from ragproxy.domain import Scope
from ragproxy.errors import InvalidRequest, UnsupportedMediaType
from ragproxy.wire.json import loads
from ragproxy.wire.validation import invalid


class BodyParser(FlaskParser):
    """JSON bodies to validated objects; every refusal is one of our errors, never a 422."""

    DEFAULT_VALIDATION_STATUS = 400

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """The body as JSON. UnsupportedMediaType, BodyTooLarge or InvalidRequest when it is not."""
        if not is_json(req.mimetype):
            raise UnsupportedMediaType(
                f"Send the body as 'Content-Type: application/json', not '{req.mimetype or 'nothing'}'"
            )
        body = loads(read(req))
        if not isinstance(body, dict):
            raise InvalidRequest("The request body must be a JSON object")
        visit().body = body
        return body

    def handle_error(
        self, error: marshmallow.ValidationError, req: flask.Request, schema: marshmallow.Schema, **_: Any
    ) -> NoReturn:
        """Turn the first thing that is wrong into an error naming its field."""
        (location,) = error.messages  # webargs puts the tree under the name of where it read the values
        raise invalid(error.messages, location=location) from error


class Open(Blueprint):
    """A flask-smorest blueprint that anybody may ask."""

    ARGUMENTS_PARSER = BodyParser()


class Resource(Open):
    """One whose views all need a caller with the scope; any caller will do when it is None."""

    def __init__(self, name: str, description: str, *, scope: Scope | None) -> None:
        super().__init__(name, __name__, description=description)
        self.scope = scope
        self.before_request(custom_headers.note)  # first, so that a 401 gives them back too
        self.before_request(partial(authenticate, scope))
