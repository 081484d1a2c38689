"""The scales delivered in ``referentiels/matrices``: a file an edition."""

from functools import cache

from qse_audit.core.errors import NotFound
from qse_audit.paths import referentials_dir
from qse_audit.referentials.formats import yaml_text
from qse_audit.referentials.formats.yaml_text import Cursor
from qse_audit.risks.rules import RiskMethod, Scale, scale_from

FORMAT = "qse-audit/scale/1"


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


def read_scale(content: bytes) -> Scale:
    """Return the scale in a YAML file.

    :raises BadInput: when it is no YAML, with the line.
    :raises Refused: with everything that is wrong, each with its key path.
    """
    top = Cursor(yaml_text.load(yaml_text.decode(content))).mapping()
    top.get("format").one_of(FORMAT)
    return scale_from(yaml_text.plain(top.value))


USUAL = {
    RiskMethod.FMEA_PROCESS: "amdec-priorite-action",
    RiskMethod.FMEA_PRODUCT: "amdec-priorite-action",
    RiskMethod.FMEA_EQUIPMENT: "amdec-moyen-4",
    RiskMethod.OCCUPATIONAL: "duerp-gravite-probabilite-maitrise",
    RiskMethod.ENVIRONMENTAL: "aspects-gravite-frequence-maitrise",
    RiskMethod.PRELIMINARY: "apr-matrice-4x4",
}
"""The scale that is proposed first."""
