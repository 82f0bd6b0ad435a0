"""Who may, and how much. Flask is not known here."""

from ragproxy.access.accounts import Accounts
from ragproxy.access.identity import Identity

__all__ = ["Accounts", "Identity"]
