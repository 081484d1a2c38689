"""Read a scale from plain data, as its file or an analysis keeps it, and write it back.

Everything that is wrong is said at once, each with its key path: first what cannot be read, then
what does not hold together (:mod:`qse_audit.risks.rules.soundness`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from qse_audit.core.errors import Refusal, Refused, refuse_all
from qse_audit.core.text import LOCALES, N_, Localized, Message
from qse_audit.risks.rules.codes import RiskMethod, RiskRank
from qse_audit.risks.rules.scales import (
    COLOURS,
    Band,
    Criterion,
    Floor,
    Formula,
    Level,
    Override,
    Scale,
    ScaleFault,
)
from qse_audit.risks.rules.soundness import soundness_refusals

KEY_MAX, CODE_MAX, LINE_MAX, TEXT_MAX, NOTE_MAX = 64, 32, 200, 2000, 1000
MOST_CRITERIA, MOST_LEVELS, MOST_BANDS, MOST_RAISES = 6, 20, 10, 20
VERSION_MAX = 999
HEAD = frozenset({"format", "id", "kind", "licence", "copyright"})
"""Keys of a file that say nothing of the scale."""
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""What a name that only the toolkit reads is made of."""
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no database keeps, and no page shows."""
RANKS = {rank.code: rank for rank in RiskRank}


def scale_from(data: Any) -> Scale:
    """Return the scale that ``data`` describes.

    :raises Refused: with everything that is wrong, each with its key path.
    """
    scale, faults = examined(data)
    refuse_all(faults)
    return scale


def scale_refusals(data: Any) -> tuple[ScaleFault, ...]:
    """Return everything that is wrong with ``data``; empty when it is a scale."""
    return examined(data)[1]


def examined(data: Any) -> tuple[Scale, tuple[ScaleFault, ...]]:
    """Return what ``data`` says and everything that is wrong; while anything is, it is no scale."""
    found: list[ScaleFault] = []
    scale = _scale(_At(data, "", found))
    return scale, tuple(found) or soundness_refusals(scale)


def scale_data(scale: Scale) -> dict[str, Any]:
    """Return ``scale`` as plain data, for an analysis to keep as it is today."""
    return {
        "key": scale.key,
        "version": scale.version,
        "title": dict(scale.title),
        "description": dict(scale.description),
        "source": scale.source,
        "to_be_confirmed": scale.is_to_be_confirmed,
        "methods": sorted(str(method) for method in scale.methods),
        "formula": str(scale.formula),
        "criteria": [_criterion_data(criterion) for criterion in scale.criteria],
        "bands": [_band_data(band) for band in scale.bands],
        "cells": [list(row) for row in scale.cells],
        "floors": [
            {"criterion": each.criterion, "at_least": each.at_least, "band": each.band,
             "label": dict(each.label)}
            for each in scale.floors
        ],
        "overrides": [
            {"code": each.code, "band": each.band, "label": dict(each.label)}
            for each in scale.overrides
        ],
    }  # fmt: skip


def with_thresholds(scale: Scale, thresholds: Mapping[str, int]) -> Scale:
    """Return ``scale`` with other products at which its bands start: a setting of the firm.

    :raises Refused: when a band is unknown, has no threshold, or bands no longer follow each other.
    """
    if unknown := sorted(set(thresholds) - set(scale.thresholds)):
        message = N_("Pas de seuil pour %(names)s ; attendu : %(known)s.",
                     names=", ".join(unknown),
                     known=", ".join(scale.thresholds) or "—")  # fmt: skip
        raise Refused([Refusal("no_threshold", message, scale.source)])
    starts = [thresholds.get(band.code, band.least) for band in scale.bands]
    known = [start for start in starts if start is not None]
    if any(after <= before for before, after in pairwise(known)):
        message = N_("Seuils : %(found)s ; attendu : des nombres qui montent d’un niveau au "
                     "suivant", found=", ".join(map(str, known[1:])))  # fmt: skip
        raise Refused([Refusal("thresholds_out_of_order", message, scale.source)])
    ends = [None if start is None else start - 1 for start in starts[1:]]
    changed = replace(
        scale,
        bands=tuple(
            replace(band, least=least, most=most)
            for band, least, most in zip(
                scale.bands, starts, [*ends, scale.bands[-1].most], strict=True
            )
        ),
    )
    refuse_all(soundness_refusals(changed))
    return changed


def _criterion_data(criterion: Criterion) -> dict[str, Any]:
    return {
        "code": criterion.code,
        "letter": criterion.letter,
        "label": dict(criterion.label),
        "levels": [
            {"value": each.value, "label": dict(each.label), "meaning": dict(each.meaning)}
            for each in criterion.levels
        ],
    }


def _band_data(band: Band) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": band.code,
        "label": dict(band.label),
        "rank": band.rank.code,
        "colour": band.colour,
        "meaning": dict(band.meaning),
    }
    if band.least is not None:
        data |= {"from": band.least, "to": band.most}
    return data


@dataclass(frozen=True, slots=True)
class _At:
    """A value in the data with its place; what is wrong goes into ``found``."""

    value: Any
    path: str
    found: list[ScaleFault]

    def wrong(self, expected: Message) -> None:
        """Note that ``expected`` was not found here."""
        text = str(self.value)
        shown = N_("rien") if self.value is None else N_("« %(text)s »", text=text[:60])
        self.fault(N_("%(found)s ; attendu : %(expected)s", found=shown, expected=expected))

    def fault(self, reason: Message) -> None:
        """Note why what is here cannot be taken."""
        self.found.append(ScaleFault.at(self.path, "unreadable", reason))

    def get(self, key: str) -> "_At":
        """Return what stands under ``key``."""
        inside = self.value.get(key) if isinstance(self.value, Mapping) else None
        name = key[:CODE_MAX]
        return _At(inside, f"{self.path}.{name}" if self.path else name, self.found)

    def keys(self, *known: str) -> "_At":
        """Return itself, its unknown keys noted."""
        if not isinstance(self.value, Mapping):
            self.wrong(N_("un ensemble de « clé : valeur »"))
            return self
        for key in sorted(str(key) for key in self.value if key not in known):
            message = N_("clé inconnue ; attendu : %(expected)s",
                         expected=", ".join(sorted(known)))  # fmt: skip
            self.get(key).fault(message)
        return self

    def items(self, least: int, most: int) -> "list[_At]":
        """Return the items of a list of ``least`` to ``most``."""
        if self.value is None and not least:
            return []
        if not isinstance(self.value, list):
            self.wrong(N_("une liste"))
            return []
        if not least <= len(self.value) <= most:
            self.fault(N_("%(found)d éléments ; attendu : de %(least)d à %(most)d",
                          found=len(self.value), least=least, most=most))  # fmt: skip
            return []
        return [_At(item, f"{self.path}[{n}]", self.found) for n, item in enumerate(self.value)]

    def text(self, most: int) -> str:
        """Return the text here, trimmed."""
        if isinstance(self.value, str) and 0 < len(self.value.strip()) <= most:
            if odd := ODD.search(self.value):
                self.fault(N_("caractère interdit %(code)s", code=f"U+{ord(odd[0]):04X}"))
            return self.value.strip()
        self.wrong(N_("un texte de 1 à %(most)d caractères", most=most))
        return ""

    def code(self, most: int = CODE_MAX) -> str:
        """Return the name here, which only the toolkit reads."""
        if (
            isinstance(self.value, str)
            and len(self.value) <= most
            and CODE.fullmatch(self.value) is not None
        ):
            return self.value
        self.wrong(N_("un nom de 1 à %(most)d lettres sans accent, chiffres, - et _", most=most))
        return ""

    def localized(self, most: int) -> Localized:
        """Return the text here in each language."""
        self.keys(*LOCALES)
        if not isinstance(self.value, Mapping):
            return {}
        return {locale: self.get(locale).text(most) for locale in LOCALES}

    def whole(self, least: int, most: int) -> int:
        """Return the whole number here."""
        is_whole = isinstance(self.value, int) and not isinstance(self.value, bool)
        if is_whole and least <= self.value <= most:
            return int(self.value)
        self.wrong(N_("un nombre entier de %(least)d à %(most)d", least=least, most=most))
        return least

    def one_of(self, *words: str) -> str:
        """Return the word here."""
        if isinstance(self.value, str) and self.value in words:
            return str(self.value)
        self.wrong(N_("l’un de %(words)s", words=", ".join(words)))
        return words[0]


def _scale(at: _At) -> Scale:
    at.keys(*HEAD, "key", "version", "title", "description", "source", "to_be_confirmed",
            "methods", "formula", "criteria", "bands", "cells", "floors", "overrides")  # fmt: skip
    name = at.get("id") if at.get("key").value is None else at.get("key")
    formula = Formula(at.get("formula").one_of(*Formula))
    return Scale(
        key=name.code(KEY_MAX),
        version=at.get("version").whole(1, VERSION_MAX),
        title=at.get("title").localized(LINE_MAX),
        description=at.get("description").localized(TEXT_MAX),
        source=at.get("source").text(TEXT_MAX),
        is_to_be_confirmed=at.get("to_be_confirmed").value is True,
        methods=frozenset(
            RiskMethod(item.one_of(*RiskMethod))
            for item in at.get("methods").items(1, len(RiskMethod))
        ),
        formula=formula,
        criteria=tuple(_criterion(item) for item in at.get("criteria").items(2, MOST_CRITERIA)),
        bands=tuple(_band(item, formula) for item in at.get("bands").items(2, MOST_BANDS)),
        cells=tuple(
            tuple(str(cell.value or "") for cell in row.items(0, MOST_LEVELS))
            for row in at.get("cells").items(0, MOST_LEVELS)
        ),
        floors=tuple(_floor(item) for item in at.get("floors").items(0, MOST_RAISES)),
        overrides=tuple(_override(item) for item in at.get("overrides").items(0, MOST_RAISES)),
    )


def _criterion(at: _At) -> Criterion:
    at.keys("code", "letter", "label", "levels")
    return Criterion(
        at.get("code").code(),
        at.get("letter").text(3),
        at.get("label").localized(LINE_MAX),
        tuple(_level(item) for item in at.get("levels").items(2, MOST_LEVELS)),
    )


def _level(at: _At) -> Level:
    at.keys("value", "label", "meaning")
    return Level(
        at.get("value").whole(1, NOTE_MAX),
        at.get("label").localized(LINE_MAX),
        at.get("meaning").localized(TEXT_MAX),
    )


def _band(at: _At, formula: Formula) -> Band:
    is_product = formula is Formula.PRODUCT
    at.keys("code", "label", "rank", "colour", "meaning", *(("from", "to") if is_product else ()))
    return Band(
        code=at.get("code").code(),
        label=at.get("label").localized(LINE_MAX),
        rank=RANKS[at.get("rank").one_of(*RANKS)],
        colour=at.get("colour").one_of(*COLOURS),
        meaning=at.get("meaning").localized(TEXT_MAX),
        least=at.get("from").whole(1, NOTE_MAX**3) if is_product else None,
        most=at.get("to").whole(1, NOTE_MAX**3) if is_product else None,
    )


def _floor(at: _At) -> Floor:
    at.keys("criterion", "at_least", "band", "label")
    return Floor(
        at.get("criterion").code(),
        at.get("at_least").whole(1, NOTE_MAX),
        at.get("band").code(),
        at.get("label").localized(LINE_MAX),
    )


def _override(at: _At) -> Override:
    at.keys("code", "band", "label")
    return Override(
        at.get("code").code(),
        at.get("band").code(),
        at.get("label").localized(LINE_MAX),
    )
