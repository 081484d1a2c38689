"""Scales as files: those delivered in ``referentiels/matrices``, and those that firms bring."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from qse_audit.core.errors import BadInput, NotFound
from qse_audit.core.text import LOCALES, N_
from qse_audit.paths import referentials_dir
from qse_audit.referentials.formats import yaml_text
from qse_audit.referentials.formats.yaml_text import Cursor
from qse_audit.risks.rules import RiskMethod, Scale, ScaleFault, examined, scale_from

FORMAT = "qse-audit/scale/1"
MAX_BYTES = 256 * 1024
"""Of a scale that a firm brings; the largest that is delivered takes 12 KiB."""
SUFFIX = "-maison"
"""What makes a name of one’s own from the name of a delivered scale."""


@cache
def shipped() -> tuple[Scale, ...]:
    """Return all scales that are delivered, in the order of their files."""
    paths = sorted((referentials_dir() / "matrices").glob("*.yaml"))
    return tuple(read_scale(path.read_bytes()) for path in paths)


def scales_for(method: RiskMethod) -> tuple[Scale, ...]:
    """Return the delivered scales that ``method`` may be rated on, the usual one first."""
    usual = USUAL[method]
    fitting = [scale for scale in shipped() if method in scale.methods]
    return tuple(sorted(fitting, key=lambda scale: (scale.key != usual, scale.key)))


def scale_named(key: str) -> Scale:
    """Return the delivered scale called ``key``.

    :raises NotFound: when there is none.
    """
    for scale in shipped():
        if scale.key == key:
            return scale
    raise NotFound(f"scale {key}")


def is_delivered(key: str) -> bool:
    """Say whether a delivered scale is called ``key``."""
    return any(scale.key == key for scale in shipped())


def read_scale(content: bytes) -> Scale:
    """Return the scale in a YAML file.

    :raises BadInput: when it is no YAML, with the line.
    :raises Refused: with everything that is wrong, each with its key path.
    """
    top = Cursor(yaml_text.load(yaml_text.decode(content))).mapping()
    top.get("format").one_of(FORMAT)
    return scale_from(yaml_text.plain(top.value))


def read_own_scale(content: bytes) -> Scale:
    """Return the scale in the file of a firm: a text in one language stands for both.

    Its version counts for nothing: the toolkit numbers what is taken.

    :raises BadInput: with everything that is wrong, each with its line and key path.
    """
    if len(content) > MAX_BYTES:
        told = N_("%(found)d Kio ; attendu : au plus %(most)d Kio", found=-(-len(content) // 1024),
                  most=MAX_BYTES // 1024)  # fmt: skip
        raise BadInput(told, place=N_("fichier"))
    top = Cursor(yaml_text.load(yaml_text.decode(content))).mapping()
    top.get("format").one_of(FORMAT)
    data = _both(yaml_text.plain(top.value))
    scale, faults = examined({"version": 1, **data})
    raise_all(top, (*faults, *_taken(scale)))
    return scale


def raise_all(top: Cursor, faults: Iterable[ScaleFault]) -> None:
    """Raise when there is any fault, each at its line of the file.

    :raises BadInput: the first, with the others.
    """
    placed = sorted(
        ((_line(top, fault.place), fault) for fault in faults), key=lambda each: each[0]
    )
    found = [
        BadInput(
            fault.reason, place=N_("ligne %(line)d, %(path)s", line=line, path=fault.place or "/")
        )
        for line, fault in placed
    ]
    if found:
        found[0].others = tuple(found[1:])
        raise found[0]


def _taken(scale: Scale) -> Iterable[ScaleFault]:
    """Give the fault of a scale that bears the name of a delivered one and says something else."""
    if any(scale.key == each.key and scale != each for each in shipped()):
        reason = N_("« %(key)s » est une échelle livrée ; attendu : un nom à vous, par exemple "
                    "« %(own)s »", key=scale.key, own=f"{scale.key}{SUFFIX}")  # fmt: skip
        yield ScaleFault.at("id", "key_taken", reason)


def _both(value: Any) -> Any:
    """Return data where a text in one language stands for the others too."""
    if isinstance(value, list):
        return [_both(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value and set(value) <= set(LOCALES):
        said = next((text for text in value.values() if text), None)
        return {locale: value.get(locale) or said for locale in LOCALES}
    return {key: _both(each) for key, each in value.items()}


def _line(top: Cursor, path: str) -> int:
    """Return the line of a key path, or of what is nearest to it."""
    at = top
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(at.value, yaml_text.Mapping) and step in at.value:
            at = at.get(step)
        elif isinstance(at.value, yaml_text.Sequence) and step.isdecimal():
            if int(step) >= len(at.value):
                break
            at = Cursor(at.value[int(step)], at.value.lines[int(step)])
        else:
            break
    return at.line


USUAL = {
    RiskMethod.FMEA_PROCESS: "amdec-priorite-action",
    RiskMethod.FMEA_PRODUCT: "amdec-priorite-action",
    RiskMethod.FMEA_EQUIPMENT: "amdec-moyen-4",
    RiskMethod.OCCUPATIONAL: "duerp-gravite-probabilite-maitrise",
    RiskMethod.ENVIRONMENTAL: "aspects-gravite-frequence-maitrise",
    RiskMethod.PRELIMINARY: "apr-matrice-4x4",
}
"""The scale that is proposed first."""
