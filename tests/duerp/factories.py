"""Makers of DUERP contents: a small one that is read, a large one that is measured."""

from datetime import UTC, date, datetime
from decimal import Decimal

from qse_audit.duerp.reports import Edition
from qse_audit.duerp.rules import (
    Axis,
    Content,
    Contribution,
    Family,
    Level,
    Measure,
    Part,
    Rating,
    RiskLine,
    Unit,
)

MADE = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AXES = (
    Axis("gravity", {"fr": "Gravité", "en": "Severity"}),
    Axis("probability", {"fr": "Probabilité", "en": "Probability"}),
    Axis("mastery", {"fr": "Maîtrise", "en": "Control"}),
)
LEVELS = (
    Level("p1", {"fr": "Priorité 1", "en": "Priority 1"}, "danger"),
    Level("p2", {"fr": "Priorité 2", "en": "Priority 2"}, "warning"),
    Level("p3", {"fr": "Priorité 3", "en": "Priority 3"}, "success"),
)
FAMILIES = (
    Family("mechanical", {"fr": "Mécanique", "en": "Mechanical"}),
    Family("noise", {"fr": "Bruit", "en": "Noise"}),
    Family("psychosocial", {"fr": "Psychosocial", "en": "Psychosocial"}),
    Family("heat", {"fr": "Ambiances thermiques", "en": "Thermal conditions"}),
)
UNITS = (
    Unit(key="u1", name="Usinage"),
    Unit(key="u2", name="Usinage / Tours", parent_key="u1", depth=1),
    Unit(key="u3", name="Bureaux"),
)
PRESS = RiskLine(
    key="r1",
    unit_key="u2",
    hazard="Pièce en rotation",
    situation="Chargement du tour à la main",
    family="mechanical",
    harm="Écrasement, coupure",
    existing="Carter asservi",
    women=1,
    men=6,
    rating=Rating(("4", "3", "1"), "12", "p1"),
)
NOISE = RiskLine(
    key="r2", unit_key="u2", hazard="Bruit continu", family="noise", harm="Surdité", men=7, women=0
)
"""Nobody rated it."""
LOAD = RiskLine(
    key="r3",
    unit_key="u3",
    hazard="Pics de charge en fin de mois",
    family="psychosocial",
    harm="Épuisement",
    women=4,
    rating=Rating(("2", "2", "1"), "4", "p3"),
)
COVER = Measure(
    action_id=1,
    reference="ACT-2026-001",
    title="Encoffrer le compresseur",
    line_keys=("r2",),
    conditions="Pendant l’arrêt de Noël",
    result_indicator="Niveau sonore au poste sous 80 dB(A)",
    cost_euros=Decimal("4200"),
    starts_on=date(2026, 12, 21),
    due_on=date(2027, 1, 15),
    responsible="Bob Petit",
)
BARE = Measure(
    action_id=2,
    reference="ACT-2026-002",
    title="Former les tourneurs",
    line_keys=("r1",),
    due_on=date(2027, 3, 31),
    responsible="Claire Dubois",
)
SEEN = (
    Contribution(part=Part.CSE, who="CSE, réunion ordinaire", consulted_on=date(2026, 10, 20),
                 opinion="Favorable"),
    Contribution(part=Part.DESIGNATED, who="Animateur sécurité", consulted_on=date(2026, 10, 12)),
    Contribution(part=Part.HEALTH_SERVICE, who="Médecin du travail",
                 consulted_on=date(2026, 10, 15)),
)  # fmt: skip


def make_content(**given: object) -> Content:
    values = {
        "organisation": "Mécanique du Centre",
        "title": "Document unique de l’atelier",
        "reference": "DU-2026-001",
        "number": 2,
        "reason": "Mise à jour annuelle",
        "employees": 58,
        "prepared_by": "Claire Dubois",
        "approved_by": "Jean Garnier",
        "approved_on": date(2026, 11, 3),
        "axes": AXES,
        "levels": LEVELS,
        "families": FAMILIES,
        "units": UNITS,
        "lines": (LOAD, NOISE, PRESS),
        "contributions": SEEN,
        "measures": (COVER,),
        "answers": ("Nouvelle machine : tour à commande numérique",),
        **given,
    }
    return Content(**values)


def make_large(units: int = 120, lines: int = 1_500) -> Content:
    """Return as many units and lines as a company of many trades has."""
    return make_content(
        units=tuple(Unit(key=f"u{n}", name=f"Unité de travail {n}") for n in range(units)),
        lines=tuple(
            RiskLine(
                key=f"r{n}",
                unit_key=f"u{n % units}",
                hazard=f"Danger {n} : pièce, outil ou produit",
                situation="Chargement, réglage et nettoyage du poste, en équipe et de nuit",
                family=FAMILIES[n % 4].code,
                harm="Coupure, écrasement, lombalgie",
                existing="Carter asservi, consignes au poste, formation à la prise de fonction",
                women=n % 5,
                men=n % 7,
                rating=Rating((str(n % 4 + 1), "3", "1"), str(3 * (n % 4 + 1)), f"p{n % 3 + 1}")
                if n % 6
                else None,
            )
            for n in range(lines)
        ),
        measures=tuple(
            Measure(
                action_id=n,
                reference=f"ACT-2026-{n:03d}",
                title="Encoffrer le compresseur et déplacer le poste",
                line_keys=(f"r{n * 5}",),
                conditions="Pendant l’arrêt annuel",
                result_indicator="Niveau sonore sous 80 dB(A)",
                cost_euros=Decimal(1_000 + n),
                starts_on=date(2026, 12, 21),
                due_on=date(2027, 1, 15),
                responsible="Bob Petit",
            )
            for n in range(150)
        ),
    )


def sealed(content: Content | None = None) -> Edition:
    return Edition(content=content or make_content(), made_at=MADE, sha256="ab" * 32, head_seq=412)
