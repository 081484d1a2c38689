"""Whether a scale holds together: no hole, no overlap, never milder when a note is worse."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, product

from qse_audit.core.text import N_, Message
from qse_audit.risks.rules.action_priority import LEAST, MOST, Priority
from qse_audit.risks.rules.methods import METHODS
from qse_audit.risks.rules.scales import Formula, Scale, ScaleFault

HOUSE = N_("règle de la maison")
TRIPLET = ("severity", "occurrence", "detection")


def soundness_refusals(scale: Scale) -> tuple[ScaleFault, ...]:
    """Return everything that keeps ``scale`` from giving one band, and a fair one, to each note."""
    names = (*_criteria(scale), *_names(scale), *_reasons(scale))
    if names:
        return names  # the rest would only repeat them
    judge = {
        Formula.PRODUCT: _products,
        Formula.MATRIX: _matrix,
        Formula.ACTION_PRIORITY: _priorities,
    }[scale.formula]
    return tuple(judge(scale))


def _fault(code: str, place: str, reason: Message) -> ScaleFault:
    return ScaleFault.at(place, code, reason, HOUSE)


def _criteria(scale: Scale) -> Iterator[ScaleFault]:
    """Give each criterion named twice, and levels that are not in order."""
    for field in ("code", "letter"):
        yield from _twice("criteria", (getattr(each, field) for each in scale.criteria))
    for n, criterion in enumerate(scale.criteria):
        for before, after in pairwise(criterion.values):
            if after <= before:
                message = N_("%(after)d vient après %(before)d ; attendu : des notes qui montent",
                             after=after, before=before)  # fmt: skip
                yield _fault("levels_out_of_order", f"criteria[{n}].levels", message)


def _names(scale: Scale) -> Iterator[ScaleFault]:
    """Give bands named twice or out of order, and names that nothing bears."""
    codes = [band.code for band in scale.bands]
    yield from _twice("bands", codes)
    yield from _twice("overrides", (each.code for each in scale.overrides))
    for n, (before, after) in enumerate(pairwise(scale.bands), 1):
        if after.rank < before.rank:
            message = N_("« %(after)s » est moins grave que « %(before)s » ; attendu : de la zone "
                         "la moins grave à la plus grave", after=after.code,
                         before=before.code)  # fmt: skip
            yield _fault("bands_not_monotonic", f"bands[{n}]", message)
    raises = {
        "floors": [each.band for each in scale.floors],
        "overrides": [each.band for each in scale.overrides],
    }
    for name, bands in raises.items():
        for n, band in enumerate(bands):
            if band not in codes:
                yield _unknown(f"{name}[{n}].band", band, codes)
    known = [criterion.code for criterion in scale.criteria]
    for n, floor in enumerate(scale.floors):
        if floor.criterion not in known:
            yield _unknown(f"floors[{n}].criterion", floor.criterion, known)


def _reasons(scale: Scale) -> Iterator[ScaleFault]:
    """Give each fact that counts whatever the notes and is unknown to the methods, or lacking."""
    known = {
        str(choice)
        for method in scale.methods
        for column in METHODS[method].details
        if column.code == "overrides"
        for choice in column.choices or ()
    }
    for n, override in enumerate(scale.overrides):
        if override.code not in known:
            yield _unknown(f"overrides[{n}].code", override.code, sorted(known) or ["—"])
    for missing in sorted(known - {each.code for each in scale.overrides}):
        message = N_("« %(code)s » manque ; attendu : chaque motif que la méthode demande, sinon "
                     "une ligne qui le porte ne se cote pas", code=missing)  # fmt: skip
        yield _fault("override_missing", "overrides", message)


def _twice(place: str, codes: Iterable[str]) -> Iterator[ScaleFault]:
    for code, times in Counter(codes).items():
        if times > 1:
            message = N_("« %(code)s » est là %(times)d fois ; attendu : une fois", code=code,
                         times=times)  # fmt: skip
            yield _fault("named_twice", place, message)


def _unknown(place: str, found: str, known: Iterable[str]) -> ScaleFault:
    message = N_("« %(found)s » n’existe pas ; attendu : l’un de %(known)s", found=found[:60],
                 known=", ".join(known))  # fmt: skip
    return _fault("unknown_name", place, message)


def _products(scale: Scale) -> Iterator[ScaleFault]:
    """Give each gap, overlap or missing end of the bands of products."""
    expected = _smallest(scale)
    for n, band in enumerate(scale.bands):
        least, most = band.least or 0, band.most or 0
        if most < least:
            message = N_("de %(least)d à %(most)d ; attendu : une zone qui monte", least=least,
                         most=most)  # fmt: skip
            yield _fault("band_reversed", f"bands[{n}]", message)
        if least > expected:
            message = N_("de %(first)d à %(last)d, aucune zone ; attendu : des zones qui se "
                         "suivent", first=expected, last=least - 1)  # fmt: skip
            yield _fault("band_gap", f"bands[{n}]", message)
        if least < expected and n:
            message = N_("de %(first)d à %(last)d, deux zones ; attendu : des zones qui se suivent",
                         first=least, last=expected - 1)  # fmt: skip
            yield _fault("band_overlap", f"bands[{n}]", message)
        expected = most + 1
    if expected <= scale.most:
        message = N_("de %(first)d à %(last)d, aucune zone ; attendu : jusqu’au plus grand produit",
                     first=expected, last=scale.most)  # fmt: skip
        yield _fault("band_gap", f"bands[{len(scale.bands) - 1}]", message)


def _smallest(scale: Scale) -> int:
    """Return the smallest product."""
    smallest = 1
    for criterion in scale.criteria:
        smallest *= criterion.values[0]
    return smallest


def _matrix(scale: Scale) -> Iterator[ScaleFault]:
    """Give each hole of a matrix, each unknown band, and each cell milder than a milder note’s."""
    if len(scale.criteria) != 2:
        message = N_("%(count)d critères ; attendu : deux, les lignes et les colonnes",
                     count=len(scale.criteria))  # fmt: skip
        yield _fault("matrix_criteria", "criteria", message)
        return
    holes = tuple(_holes(scale))
    yield from holes or _milder(scale)


def _holes(scale: Scale) -> Iterator[ScaleFault]:
    rows, columns = (criterion.values for criterion in scale.criteria)
    codes = {band.code for band in scale.bands}
    if len(scale.cells) > len(rows):
        message = N_("%(found)d lignes ; attendu : %(expected)d", found=len(scale.cells),
                     expected=len(rows))  # fmt: skip
        yield _fault("matrix_size", "cells", message)
    for n, row in enumerate(scale.cells[: len(rows)]):
        if len(row) > len(columns):
            message = N_("%(found)d cases ; attendu : %(expected)d", found=len(row),
                         expected=len(columns))  # fmt: skip
            yield _fault("matrix_size", f"cells[{n}]", message)
    for down, right in product(range(len(rows)), range(len(columns))):
        row = scale.cells[down] if down < len(scale.cells) else ()
        cell = row[right] if right < len(row) else ""
        place = f"cells[{down}][{right}]"
        if not cell:
            message = N_("case vide, pour %(first)s = %(row)d et %(second)s = %(column)d ; attendu "
                         ": une zone", first=scale.criteria[0].letter, row=rows[down],
                         second=scale.criteria[1].letter, column=columns[right])  # fmt: skip
            yield _fault("matrix_hole", place, message)
        elif cell not in codes:
            yield _unknown(place, cell, sorted(codes))


def _milder(scale: Scale) -> Iterator[ScaleFault]:
    places = [[scale.place(cell) for cell in row] for row in scale.cells]
    for down, row in enumerate(places):
        for right, place in enumerate(row):
            above = places[down - 1][right] if down else 0
            left = row[right - 1] if right else 0
            if place < max(above, left):
                message = N_("« %(found)s » est moins grave que la case d’avant ; attendu : jamais "
                             "moins grave quand une note monte",
                             found=scale.cells[down][right])  # fmt: skip
                yield _fault("matrix_not_monotonic", f"cells[{down}][{right}]", message)


def _priorities(scale: Scale) -> Iterator[ScaleFault]:
    """Give what keeps the table of priorities from being read."""
    codes = tuple(criterion.code for criterion in scale.criteria)
    if codes != TRIPLET:
        message = N_("%(found)s ; attendu : %(expected)s", found=", ".join(codes),
                     expected=", ".join(TRIPLET))  # fmt: skip
        yield _fault("priority_criteria", "criteria", message)
    for n, criterion in enumerate(scale.criteria):
        if criterion.values != tuple(range(LEAST, MOST + 1)):
            message = N_("la table demande les notes de 1 à 10")
            yield _fault("priority_levels", f"criteria[{n}].levels", message)
    bands = [band.code for band in scale.bands]
    expected = [str(priority) for priority in reversed(Priority)]
    if bands != expected:
        message = N_("%(found)s ; attendu : %(expected)s", found=", ".join(bands),
                     expected=", ".join(expected))  # fmt: skip
        yield _fault("priority_bands", "bands", message)
