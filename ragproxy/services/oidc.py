"""The tokens of an OpenID Connect issuer, and the people who log in there."""

from __future__ import annotations

from ragproxy.access import ClaimNames, Issuer, KeySet, Login, Tokens
from ragproxy.settings import Settings


def open_oidc(settings: Settings) -> tuple[Tokens | None, Login | None]:
    """Who reads the issuer's tokens, and who logs people in; nobody is asked yet."""
    if "oidc" not in settings.auth or settings.oidc_issuer is None or settings.oidc_audience is None:
        return None, None
    issuer = Issuer(settings.oidc_issuer)
    names = ClaimNames(
        owner=settings.oidc_owner_claim,
        groups=settings.oidc_groups_claim,
        scopes=settings.oidc_scopes_claim,
        admin_group=settings.oidc_admin_group,
    )
    bearers = Tokens(
        issuer, KeySet(issuer), audience=settings.oidc_audience, names=names, leeway_s=settings.oidc_leeway_s
    )
    if settings.oidc_client_id is None:
        return bearers, None
    login = Login(issuer, bearers, client_id=settings.oidc_client_id, client_secret=settings.oidc_client_secret)
    return bearers, login
