"""Changing organisations, people and their access. Each function is one act; none commits."""

from qse_audit.accounts.services.links import (
    InvitationDraft,
    accept_invitation,
    give_reset_link,
    invite,
    new_reset_link,
    renew_invitation,
    reset_password,
    revoke_invitation,
)
from qse_audit.accounts.services.organisations import (
    Limits,
    add_site,
    archive_site,
    create_organisation,
    edit_site,
    found_organisation,
    limit_objectives,
    rename_organisation,
    restore_site,
)
from qse_audit.accounts.services.passwords import (
    change_password,
    check_password,
    set_password,
)
from qse_audit.accounts.services.people import (
    change_roles,
    create_person,
    grant_roles,
    remove_person,
    rename_person,
    set_locale,
)
from qse_audit.accounts.services.sessions import (
    elevate_session,
    end_session,
    open_session,
    revoke_sessions,
    rotate_session,
    switch_organisation,
    touch_session,
)
from qse_audit.accounts.services.throttle import claim_try, forgive

__all__ = [
    "InvitationDraft",
    "Limits",
    "accept_invitation",
    "add_site",
    "archive_site",
    "change_password",
    "change_roles",
    "check_password",
    "claim_try",
    "create_organisation",
    "create_person",
    "edit_site",
    "elevate_session",
    "end_session",
    "forgive",
    "found_organisation",
    "give_reset_link",
    "grant_roles",
    "invite",
    "limit_objectives",
    "new_reset_link",
    "open_session",
    "remove_person",
    "rename_organisation",
    "rename_person",
    "renew_invitation",
    "reset_password",
    "restore_site",
    "revoke_invitation",
    "revoke_sessions",
    "rotate_session",
    "set_locale",
    "set_password",
    "switch_organisation",
    "touch_session",
]
