"""Who may, and how much. Flask is not known here."""

from ragproxy.access.accounts import Accounts
from ragproxy.access.identity import Identity, TokenReader
from ragproxy.access.keys import KeyRing
from ragproxy.access.ledger import Ledger
from ragproxy.access.oidc import ClaimNames, Issuer, KeySet, Login, Tokens
from ragproxy.access.quotas import Quotas, open_quotas
from ragproxy.access.spending import NEVER_S, SOON_S, Spending, open_shared

__all__ = [
    "NEVER_S",
    "SOON_S",
    "Accounts",
    "ClaimNames",
    "Identity",
    "Issuer",
    "KeyRing",
    "KeySet",
    "Ledger",
    "Login",
    "Quotas",
    "Spending",
    "TokenReader",
    "Tokens",
    "open_quotas",
    "open_shared",
]
