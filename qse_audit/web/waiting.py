"""What a person gave and has not confirmed yet: known by a part of an address, theirs alone."""

from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from qse_audit.core.errors import NotFound
from qse_audit.web.sign_in import identity

WAITS_SECONDS = 24 * 3600
"""How long it waits between its preview and the confirmation."""


def token_of(purpose: str, *known: str | int | bool) -> str:
    """Return what is ``known`` of it, signed for the person who is here, in this organisation."""
    who = identity()
    return _signer(purpose).dumps([*known, who.user_id, who.organisation_id])


def known_of(purpose: str, token: str) -> list[Any]:
    """Return what :func:`token_of` was given.

    :raises NotFound: for a token that is old, changed, or somebody else’s.
    """
    who = identity()
    try:
        *known, person, organisation = _signer(purpose).loads(token, max_age=WAITS_SECONDS)
    except (BadData, ValueError, TypeError) as error:
        raise NotFound(token) from error
    if (person, organisation) != (who.user_id, who.organisation_id):
        raise NotFound(token)
    return list(known)


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=purpose)
