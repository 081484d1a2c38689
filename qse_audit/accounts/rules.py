"""What makes people, organisations and their access acceptable. Pure."""

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Role
from qse_audit.core.text import N_, Coded, Message

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
THROTTLE_RESET = 3
"""Reset links per account and window; further requests are answered alike and send nothing."""


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

ROLE_NOTES: dict[Role, Message] = {
    Role.ADMINISTRATOR: N_("Ouvre et ferme les accès : personnes, rôles, sites."),
    Role.COORDINATOR: N_("Prépare le programme d’audits, suit les constats et les actions."),
    Role.AUDITOR: N_("Conduit les audits qui lui sont confiés et rédige leurs rapports."),
    Role.PROCESS_OWNER: N_("Répond d’un processus : ses audits, ses constats, ses actions."),
    Role.MANAGEMENT: N_("Lit tous les résultats et voit si le système est maîtrisé."),
    Role.CANDIDATE: N_("Réunit les preuves de son travail et prépare son dossier."),
    Role.TUTOR: N_("Suit un candidat et donne l’avis de l’entreprise."),
    Role.EVALUATOR: N_("Lit les dossiers scellés qui lui sont confiés et note chaque capacité."),
    Role.EXAM_STAFF: N_("Organise l’évaluation : dossiers déposés, évaluateurs."),
    Role.JURY: N_("Lit les dossiers de sa session avant de délibérer."),
}
"""What a person with a role does here, in one sentence: for those who give it or try it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What is known when somebody’s roles in one organisation are about to change."""

    kind: OrganisationKind
    granter: frozenset[Role]
    """The roles of the person who changes them."""
    before: frozenset[Role]
    after: frozenset[Role]
    """Empty: the person leaves the organisation."""
    other_administrators: int


def role_change_refusals(change: RoleChange) -> tuple[Refusal, ...]:
    """Return every reason why roles may not change so."""
    last = Role.ADMINISTRATOR in change.before - change.after and not change.other_administrators
    return tuple(
        filter(
            None,
            [
                may_grant(change.granter, change.before ^ change.after),
                roles_fit(change.kind, change.after),
                LAST_ADMINISTRATOR if last else None,
            ],
        )
    )


NO_ROLE = Refusal("role_missing", N_("Choisissez au moins un rôle."))
LAST_ADMINISTRATOR = Refusal(
    "last_administrator",
    N_("C’est le dernier administrateur : nommez-en d’abord un autre."),
    N_("règle de la maison : une organisation garde un administrateur"),
)
ALREADY_MEMBER = Refusal(
    "already_member",
    N_("Cette personne fait déjà partie de l’organisation : changez plutôt ses rôles."),
)
BELONGS_ELSEWHERE = Refusal(
    "belongs_elsewhere",
    N_(
        "Cette personne appartient aussi à une autre organisation : elle seule peut demander un "
        "nouveau mot de passe, par courriel."
    ),
    N_("règle de la maison : nul n’ouvre un compte qui donne accès ailleurs"),
)
BAD_EMAIL = Refusal("email", N_("Cette adresse n’a pas la forme nom@domaine.fr."))
USUAL_PER_OWNER, MOST_PER_OWNER = 7, 99
"""Running objectives that one person can carry, unless the organisation says otherwise."""
USUAL_REVIEW_MONTHS, MOST_REVIEW_MONTHS = 6, 36
"""Months after which a running objective should have been looked at again."""
NAME_TAKEN = Refusal("name_taken", N_("Ce nom est déjà pris : choisissez-en un autre."))
WRONG_PASSWORD = Refusal("password_wrong", N_("Ce n’est pas votre mot de passe actuel."))
INVITATION_OVER = Refusal("invitation_over", N_("Cette invitation a déjà servi ou a été annulée."))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What decides whether a single-use link still opens something."""

    purpose: TokenPurpose
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def link_problem(link: LinkFacts | None, purpose: TokenPurpose, now: datetime) -> Refusal | None:
    """Return why a link does not open what ``purpose`` names, ``None`` when it does."""
    if link is None:
        return Refusal(
            "link_unknown",
            N_("Ce lien n’est pas reconnu. Vérifiez qu’il a été copié en entier."),
        )
    if link.purpose is not purpose:
        return Refusal("link_other_purpose", N_("Ce lien sert à autre chose que cette page."))
    if link.used_at is not None:
        return Refusal("link_used", N_("Ce lien a déjà servi : il ne s’ouvre qu’une fois."))
    if link.revoked_at is not None:
        return Refusal("link_revoked", N_("Ce lien a été annulé ou remplacé par un plus récent."))
    if link.expires_at <= now:
        return Refusal("link_expired", N_("Ce lien a expiré."))
    return None


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


def one_line(text: str) -> str:
    """Return ``text`` as one line without invisible or control characters: a name, a title."""
    shown = (c if c.isprintable() or c == "\u200d" else " " for c in text)
    return " ".join("".join(shown).split())


def throttle_keys(email: str, address: str) -> Mapping[str, int]:
    """Return what a sign-in is counted under, with how many failures each may have."""
    return {account_key(email): THROTTLE_ACCOUNT, address_key(address): THROTTLE_ADDRESS}


def account_key(email: str, act: str = "account") -> str:
    """Return the key of an account, known or not, without naming it."""
    return f"{act}/{hashlib.sha256(normal_email(email).encode()).hexdigest()}"


def address_key(address: str) -> str:
    """Return the key of a network address; an IPv6 subscriber owns a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address/unknown"
    if parsed.version == 6:
        return f"address/{ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"address/{parsed}"


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""Marks in a browser’s name, the more particular first."""


def device_of(agent: str) -> Message:
    """Return how people call the browser behind a ``User-Agent``: “Firefox sous Windows”."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return N_("%(browser)s sous %(system)s", browser=browser, system=system)
    if browser or system:
        return N_("%(device)s", device=browser or system)
    return N_("Appareil inconnu")


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
