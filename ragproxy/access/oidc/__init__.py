"""Callers by the tokens of an OpenID Connect issuer, and people who log in there."""

from ragproxy.access.oidc.claims import ClaimNames
from ragproxy.access.oidc.issuer import Issuer
from ragproxy.access.oidc.key_set import KeySet
from ragproxy.access.oidc.login import Login
from ragproxy.access.oidc.tokens import Tokens

__all__ = ["ClaimNames", "Issuer", "KeySet", "Login", "Tokens"]
