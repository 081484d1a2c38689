"""A scale as the YAML file that a firm changes and brings back."""

from dataclasses import replace

from qse_audit.core.text import N_, Message, pick
from qse_audit.documents.names import safe_name
from qse_audit.documents.text import Texts
from qse_audit.documents.yaml_file import yaml_bytes
from qse_audit.risks.library import FORMAT, SUFFIX
from qse_audit.risks.rules import Scale, scale_data

MEDIA_TYPE = "application/yaml"
KEPT_EMPTY = frozenset({"to_be_confirmed"})


def start_of(scale: Scale) -> Scale:
    """Return a delivered scale under a name of one’s own: what a firm starts from."""
    return replace(scale, key=f"{scale.key}{SUFFIX}", version=1)


def file_name(scale: Scale) -> str:
    """Return what the file of a scale is called."""
    return safe_name(f"{scale.key} v{scale.version}", ".yaml")


def scale_yaml(scale: Scale, locale: str) -> bytes:
    """Return ``scale`` in the format of ``referentiels/matrices``, what to know of it on top."""
    data = scale_data(scale)
    content = {"format": FORMAT, "id": data.pop("key"), "kind": "scale", **data}
    kept = {key: value for key, value in content.items() if value or key in KEPT_EMPTY}
    return _head(scale, locale) + yaml_bytes(kept, for_hands=True)


def _head(scale: Scale, locale: str) -> bytes:
    """Return the comment above a scale: how to change it."""
    texts = Texts(locale)
    told: list[Message] = [
        N_("Échelle de cotation : %(title)s.", title=pick(scale.title, locale)),
        N_("Changez ce qu’il faut, gardez les clés, puis déposez le fichier dans « Échelles »."),
        N_("id : un nom par échelle. Le même nom fait une nouvelle version ; le numéro est donné "
           "par l’application."),
        N_("Textes : fr et en ; l’un des deux suffit, il sert alors pour les deux."),
        N_("criteria : le premier est la gravité ; ses notes, et celles des autres, vont de la "
           "moins grave à la plus grave."),
        N_("formula : product (bands de from à to, sans trou), matrix (cells : une ligne par note "
           "du premier critère, une case par note du second) ou action_priority (table de 2019)."),
        N_("bands : de la moins grave à la plus grave. rank : low, medium ou high. colour : "
           "success, info, warning, danger ou neutral."),
        N_("floors : une note à partir de laquelle un niveau est le moindre possible."),
    ]  # fmt: skip
    return "".join(f"# {texts.translate(each)}\n" for each in told).encode()
