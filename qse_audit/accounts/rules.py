"""What makes people, organisations and their access acceptable. Pure."""

import re
from collections.abc import Iterable
from datetime import timedelta

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Role
from qse_audit.core.text import N_, Coded

PASSWORD_MIN = 12
PASSWORD_MAX = 128
INVITATION_LIFE = timedelta(days=14)
RESET_LIFE = timedelta(hours=2)
SESSION_IDLE = timedelta(hours=12)
SESSION_ABSOLUTE = timedelta(days=14)
ELEVATION_LIFE = timedelta(minutes=10)
"""How long a re-authentication counts for signing."""
THROTTLE_WINDOW = timedelta(minutes=15)
THROTTLE_ACCOUNT = 8
"""Failed sign-ins per account and window before waiting."""
THROTTLE_ADDRESS = 40
"""Failed sign-ins per network address and window before waiting."""


class OrganisationKind(Coded):
    """What an organisation does in the two worlds that meet here."""

    COMPANY = "company", N_("Entreprise")
    TRAINING_PROVIDER = "training_provider", N_("Organisme de formation")
    EXAM_CENTRE = "exam_centre", N_("Centre d’examen")


class TokenPurpose(Coded):
    """What a single-use link is for; a token never serves another purpose."""

    INVITATION = "invitation", N_("Invitation")
    RESET = "reset", N_("Réinitialisation du mot de passe")


ROLES_OF: dict[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.COMPANY: (
        Role.ADMINISTRATOR,
        Role.COORDINATOR,
        Role.AUDITOR,
        Role.PROCESS_OWNER,
        Role.MANAGEMENT,
        Role.CANDIDATE,
        Role.TUTOR,
    ),
    OrganisationKind.TRAINING_PROVIDER: (Role.ADMINISTRATOR, Role.CANDIDATE, Role.TUTOR),
    OrganisationKind.EXAM_CENTRE: (
        Role.ADMINISTRATOR,
        Role.EXAM_STAFF,
        Role.EVALUATOR,
        Role.JURY,
    ),
}
"""The roles that exist in each kind of organisation."""


def roles_fit(kind: OrganisationKind, roles: Iterable[Role]) -> Refusal | None:
    """A role exists only in the organisations where it has a meaning."""
    foreign = sorted(set(roles) - set(ROLES_OF[kind]))
    if foreign:
        return Refusal(
            "role_foreign",
            N_(
                "Ce rôle n’existe pas dans ce type d’organisation : %(roles)s.",
                roles=", ".join(Role(r).label for r in foreign),
            ),
            N_("règle de la maison : un rôle vaut là où il a un sens"),
        )
    return None


def may_grant(granter: Iterable[Role], roles: Iterable[Role]) -> Refusal | None:
    """Nobody grants a role above their own: only administrators give any role."""
    if Role.ADMINISTRATOR in set(granter) or not set(roles):
        return None
    return Refusal(
        "role_above_own",
        N_("Seul un administrateur attribue des rôles."),
        N_("OWASP ASVS 5.0, 8.2 ; règle de la maison"),
    )


def password_problem(password: str, *, email: str = "") -> Refusal | None:
    """A password is long; no other recipe is asked (NIST SP 800-63B)."""
    local = email.split("@")[0].lower()
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return Refusal(
            "password_length",
            N_(
                "Choisissez un mot de passe de %(least)d à %(most)d caractères : "
                "une phrase convient très bien.",
                least=PASSWORD_MIN,
                most=PASSWORD_MAX,
            ),
            "NIST SP 800-63B, 5.1.1",
        )
    if len(set(password)) < 5 or (len(local) > 3 and password.lower().startswith(local)):
        return Refusal(
            "password_guessable",
            N_("Ce mot de passe se devine : évitez les répétitions et votre propre nom."),
            "NIST SP 800-63B, 5.1.1",
        )
    return None


def normal_email(text: str) -> str:
    """Return the address as it is stored and compared."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Say whether ``text`` has the shape of a mail address."""
    return bool(re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+", text)) and (
        len(text) <= 254
    )


def initials(name: str) -> str:
    """Return one or two letters for an avatar: “Claire Dubois” → CD."""
    words = [word for word in re.split(r"[\s\-]+", name) if word]
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()
