"""A real OpenID Connect issuer on loopback: discovery, rotating keys, people who are logged in at once.

with Issuer() as issuer:
    token = issuer.token(sub="ann", groups=["sales"])       # for AUDIENCE, for five minutes, signed with its first key
    issuer.token(key=other, kid=issuer.key.kid, alg="ES256")  # whatever a forger may make
    issuer.rotate("RS256"); issuer.retire(kid)              # keys in and out
    issuer.fails = "500"                                     # or "silence", "nonsense": how it misbehaves
    issuer.person = {"sub": "ann"}                           # who is logged in by whoever comes to /authorize
    issuer.asked["/keys"]                                    # how often each path was asked for
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "ragproxy-api"
CLIENT = "ragproxy-web"
SECRET = "the secret / of the client"


@dataclass
class Key:
    """A key pair and its id."""

    kid: str
    alg: str
    private: Any

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as a set of keys has it."""
        make = RSAAlgorithm.to_jwk if self.alg.startswith("RS") else ECAlgorithm.to_jwk
        return {**make(self.private.public_key(), as_dict=True), "kid": self.kid, "alg": self.alg, "use": "sig"}


def make_key(alg: str = "RS256", kid: str | None = None, *, bits: int = 2048) -> Key:
    """A new pair."""
    if alg.startswith("RS"):
        private: Any = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    return Key(kid or secrets.token_hex(4), alg, private)


class Issuer:
    """The server; a thread a request. `client_secret` None is a public client."""

    def __init__(self, *, client_secret: str | None = None) -> None:
        self.keys = list(_first_keys())
        self.extra_jwks: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self.fails: str | None = None
        self.about: dict[str, Any] = {}  # what the discovery document says instead
        self.person: dict[str, Any] = {"sub": "ann", "name": "Ann"}
        self.id_claims: dict[str, Any] = {}  # what its id_tokens say instead
        self.client_secret = client_secret
        self.auth_methods = ["client_secret_basic", "client_secret_post"]
        self.given: list[dict[str, str]] = []  # what the token endpoint was sent
        self._codes: dict[str, dict[str, str]] = {}
        self.connections: list[socket.socket] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Issuer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/realms/test"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Listen no more, and hang up."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def key(self) -> Key:
        """What it signs with."""
        return self.keys[0]

    def rotate(self, alg: str = "RS256") -> Key:
        """Sign with a new key from now on; the others stay in the set."""
        self.keys.insert(0, make_key(alg))
        return self.key

    def retire(self, kid: str) -> None:
        """Take a key out of the set."""
        self.keys = [key for key in self.keys if key.kid != kid]

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Those of a good token, but for what is said otherwise; None leaves a claim out."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "ann", "iat": now, "nbf": now, "exp": now + 300}
        return {name: value for name, value in {**good, **claims}.items() if value is not None}

    def token(
        self, *, key: Key | None = None, kid: str | None = "", alg: str | None = None, headers: Any = (), **claims: Any
    ) -> str:
        """A signed token; `kid` None has none."""
        key = key or self.key
        kid = key.kid if kid == "" else kid
        header = {**dict(headers), **({"kid": kid} if kid is not None else {})}
        return jwt.encode(self.claims(**claims), key.private, algorithm=alg or key.alg, headers=header)

    # ---- serving --------------------------------------------------------------------------------

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": self.url + "/keys",
            "authorization_endpoint": self.url + "/authorize",
            "token_endpoint": self.url + "/token",
            "token_endpoint_auth_methods_supported": self.auth_methods,
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            **self.about,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Log the person in at once: the address to send the browser back to."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        with self._lock:
            self._codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"], "iss": self.url})

    def redeem(self, form: dict[str, str], authorization: str | None) -> tuple[int, dict[str, Any]]:
        """The tokens for a code: once, to who began, for who has the client's secret if there is one."""
        self.given.append({**form, "authorization": authorization or ""})
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        with self._lock:
            begun = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            begun is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != begun["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != begun["code_challenge"]
        ):
            return 400, {"error": "invalid_grant", "error_description": "who knows"}
        claims = {**self.person, "aud": CLIENT, "nonce": begun["nonce"], **self.id_claims}
        return 200, {
            "token_type": "Bearer",
            "access_token": self.token(**self.person),
            "id_token": self.token(**claims),
            "expires_in": 300,
        }

    def _is_client(self, form: dict[str, str], authorization: str | None) -> bool:
        if self.client_secret is None:
            return form.get("client_id") == CLIENT and authorization is None
        if authorization is None:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, self.client_secret)
        sent = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        return "client_secret_basic" in self.auth_methods and [unquote(part) for part in sent] == [
            CLIENT,
            self.client_secret,
        ]


@cache
def _first_keys() -> tuple[Key, Key]:
    """Those that every issuer of this process begins with: making a pair takes a while."""
    return make_key("RS256"), make_key("ES256")


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            issuer.connections.append(self.connection)

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            path = address.path.removeprefix("/realms/test")
            issuer.asked[path] += 1
            if self._misbehaves():
                return
            if path == "/.well-known/openid-configuration":
                self._send(200, issuer.discovery())
            elif path == "/keys":
                self._send(200, {"keys": [*(key.jwk for key in issuer.keys), *issuer.extra_jwks]})
            elif path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                self._send(302, {}, location=issuer.authorize(query))
            else:
                self._send(404, {"error": "not_found"})

        def do_POST(self) -> None:
            path = urlsplit(self.path).path.removeprefix("/realms/test")
            issuer.asked[path] += 1
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self._misbehaves():
                return
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*issuer.redeem(form, self.headers.get("Authorization")))

        def _misbehaves(self) -> bool:
            fails = issuer.fails  # once: it may be well again before this answer has ended
            if fails == "silence":
                time.sleep(1)
                self.close_connection = True
            elif fails == "nonsense":
                self._write(200, b"<html>maintenance</html>", "text/html")
            elif fails == "huge":
                self._write(200, b'{"issuer":"' + b"x" * (2 << 20) + b'"}', "application/json")
            elif fails == "redirect":  # whoever follows gets a good answer
                if self.path.endswith("?moved"):
                    return False
                self._send(302, {}, location=self.path + "?moved")
            elif fails is not None:
                self._send(int(fails), {"error": "server_error"})
            return fails is not None

        def _send(self, status: int, said: Any, location: str | None = None) -> None:
            self._write(status, json.dumps(said).encode(), "application/json", location)

        def _write(self, status: int, body: bytes, kind: str, location: str | None = None) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if location:
                    self.send_header("Location", location)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the client gave up
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
