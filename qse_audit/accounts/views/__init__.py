"""The pages about signing in, one’s own account and the people of an organisation."""

from qse_audit.accounts.views import (
    first_run,
    invitations,
    me,
    organisation,
    people,
    reset,
    sign_in,
)
from qse_audit.accounts.views.blueprint import bp

__all__ = ["bp", "first_run", "invitations", "me", "organisation", "people", "reset", "sign_in"]
