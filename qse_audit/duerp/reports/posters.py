"""What workers read: their unit on one page, and the notice that says where the DUERP is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import ceil
from typing import Any

from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.duerp.reports.words import Wording
from qse_audit.duerp.rules import Content, Recipient, RiskLine, Unit

POSTER, NOTICE = "duerp_poster.typ", "duerp_notice.typ"
SIZES_PT = (15, 13, 11)
"""The sizes of a poster: the largest at which all its risks fit, else the smallest."""
PAGE_CM = 20.5
"""What a page has for risks under its title and above its foot."""
RISK_CM, ROW_CM, ROW_LETTERS = 0.95, 0.6, 85
"""At 11 points: what surrounds a risk, how high a row is, how many letters it holds."""
LONGEST_PART = 260
PARTS: tuple[tuple[str, Message], ...] = (
    ("harm", N_("Ce qui peut arriver")),
    ("existing", N_("Ce qui protège")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the DUERP may be read: what the notice says."""

    where: str = ""
    hours: str = ""
    contact: str = ""

    @property
    def is_known(self) -> bool:
        """Say whether anybody wrote where it is."""
        return bool(self.where)


def posters_pdf(
    content: Content, unit_keys: tuple[str, ...], place: Place, *, made_at: datetime, locale: str
) -> bytes:
    """Return one A4 page for each of ``unit_keys``: what fits of its gravest risks."""
    wording = Wording(content, locale)
    units = [unit for unit in content.units if unit.key in set(unit_keys)]
    return render_pdf(
        POSTER,
        {
            "lang": wording.locale,
            "title": wording.say(N_("Risques de mon poste : %(title)s", title=content.title)),
            "organisation": content.organisation,
            "words": {"kind": wording.say(N_("Les risques de notre poste"))},
            "units": [_unit(unit, content, wording) for unit in units],
            "where": wording.say(_where(place)),
            "imprint": wording.say(
                N_(
                    "%(reference)s version %(number)s du %(day)s",
                    reference=content.reference,
                    number=content.number,
                    day=wording.day(content.approved_on),
                )
            ),
        },
        made_at=made_at,
    )


def _where(place: Place) -> Message:
    if place.is_known:
        return N_("Le document unique complet se consulte ici : %(where)s.", where=place.where)
    return N_("Le document unique complet se consulte auprès de l’employeur.")


def _unit(unit: Unit, content: Content, wording: Wording) -> dict[str, Any]:
    lines = [_line(line, content, wording) for line in content.by_unit[unit.key]]
    size, count = _fitting(lines)
    rest = len(lines) - count
    told = N_("Et d’autres risques, dans le document unique : %(count)d.", count=rest)
    return {
        "title": unit.name,
        "size": size,
        "notes": [] if lines else [wording.say(N_("Aucun risque inscrit."))],
        "lines": lines[:count],
        "rest": wording.say(told) if rest else "",
    }


def _fitting(lines: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Return the size in points and how many of ``lines`` a page holds at it, at least one."""
    count = 0
    for size in SIZES_PT:
        heights = accumulate(_height_cm(each, size) for each in lines)
        count = sum(height <= PAGE_CM for height in heights)
        if count == len(lines):
            return size, count
    return SIZES_PT[-1], max(1, count)


def _height_cm(line: dict[str, Any], size: int) -> float:
    letters = ROW_LETTERS * SIZES_PT[-1] / size
    texts = [line["hazard"] + line["level"], *(label + value for label, value in line["parts"])]
    rows = sum(ceil(len(text) / letters) for text in texts)
    return (RISK_CM + ROW_CM * rows) * size / SIZES_PT[-1]


def _line(line: RiskLine, content: Content, wording: Wording) -> dict[str, Any]:
    parts = [(wording.say(label), _short(getattr(line, name))) for name, label in PARTS]
    coming = " ; ".join(each.title for each in content.by_line.get(line.key, ()))
    parts.append((wording.say(N_("Ce qui va changer")), _short(coming)))
    return {
        "hazard": _short(line.hazard),
        "level": wording.level(line),
        "tone": wording.paper_tone(line),
        "parts": [(label, value) for label, value in parts if value],
    }


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_PART else text[: LONGEST_PART - 1].rstrip() + "…"


def notice_pdf(organisation: str, place: Place, *, made_at: datetime, locale: str) -> bytes:
    """Return the notice of R4121-4: where and when the DUERP is read, and by whom."""
    wording = Wording(Content(organisation=organisation, title="", reference="", number=0), locale)
    labelled = (
        (N_("Où"), place.where),
        (N_("Quand"), place.hours),
        (N_("À qui s’adresser"), place.contact),
    )
    return render_pdf(
        NOTICE,
        {
            "lang": wording.locale,
            "title": wording.say(N_("Consulter le document unique")),
            "organisation": organisation,
            "text": wording.say(
                N_(
                    "Le document unique décrit les risques de chaque poste de travail et ce qui "
                    "est fait pour les réduire. Ses versions sont gardées quarante ans. Vous "
                    "pouvez le lire ; si vous avez quitté l’entreprise, vous pouvez lire les "
                    "versions en vigueur pendant que vous y travailliez."
                )
            ),
            "places": [(wording.say(label), value) for label, value in labelled if value],
            "words": {"who": wording.say(N_("Qui peut le lire"))},
            "readers": [wording.say(each.label) for each in Recipient],
            "made": wording.say(
                N_("Avis affiché en application de l’article R4121-4 du Code du travail.")
            ),
        },
        made_at=made_at,
    )
