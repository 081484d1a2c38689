"""Reading organisations, people and their access. Nothing here writes."""

from qse_audit.accounts.queries.links import (
    InvitationLine,
    get_invitation,
    get_link,
    link_facts,
    pending_invitations,
)
from qse_audit.accounts.queries.organisations import (
    all_sites_of,
    get_organisation,
    get_site,
    sites_of,
)
from qse_audit.accounts.queries.people import (
    DemoAccount,
    PersonChoice,
    PersonLine,
    count_people,
    demo_accounts,
    get_member,
    get_person_by_email,
    is_empty,
    membership_since,
    people_lines,
    people_of,
    people_page,
    roles_in,
)
from qse_audit.accounts.queries.signed_in import (
    MembershipLine,
    SessionLine,
    Visitor,
    sessions_of,
    token_hash,
    visitor,
)

__all__ = [
    "DemoAccount",
    "InvitationLine",
    "MembershipLine",
    "PersonChoice",
    "PersonLine",
    "SessionLine",
    "Visitor",
    "all_sites_of",
    "count_people",
    "demo_accounts",
    "get_invitation",
    "get_link",
    "get_member",
    "get_organisation",
    "get_person_by_email",
    "get_site",
    "is_empty",
    "link_facts",
    "membership_since",
    "pending_invitations",
    "people_lines",
    "people_of",
    "people_page",
    "roles_in",
    "sessions_of",
    "sites_of",
    "token_hash",
    "visitor",
]
