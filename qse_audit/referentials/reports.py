"""Editions as files that we, a spreadsheet and CISO Assistant can read again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qse_audit.core.text import LOCALES, Localized, pick
from qse_audit.documents.names import MEDIA_TYPES, safe_name
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.yaml_file import yaml_bytes
from qse_audit.referentials.rules import Node, Outline, slug

TABLE_COLUMNS = (
    ("ref", 12),
    ("parent", 12),
    ("title_fr", 32),
    ("title_en", 32),
    ("text_fr", 40),
    ("text_en", 40),
    ("guidance_fr", 40),
    ("guidance_en", 40),
    ("evidence_fr", 40),
    ("evidence_en", 40),
    ("question_fr", 50),
    ("question_en", 50),
    ("assessable", 12),
    ("weight", 10),
    ("tags", 20),
)


@dataclass(frozen=True, slots=True)
class Export:
    """One format that an edition can leave in."""

    suffix: str
    media_type: str
    write: Callable[[Outline], bytes]


def file_name(outline: Outline, suffix: str) -> str:
    """Return the name of an exported file."""
    return safe_name(f"{outline.ref} {outline.edition}", suffix)


def native_yaml(outline: Outline) -> bytes:
    """Return an edition in our own YAML."""
    numbers = _numbers(outline)
    content = {
        "format": "qse-audit/referential/1",
        "id": slug(f"{outline.ref} {outline.edition}") or "referentiel",
        "kind": "audit",
        "ref": outline.ref,
        "edition": outline.edition,
        "version": 1,
        "status": "in_force" if outline.status == "draft" else outline.status.value,
        "title": _both(outline.title) or {"fr": outline.ref},
        "description": _both(outline.description),
        "domains": [domain.value for domain in outline.domains],
        "publisher": outline.publisher,
        "source": outline.source,
        "licence": outline.licence,
        "copyright": outline.copyright,
        "amendments": list(outline.amendments),
        "requirements": [_native(node, numbers) for node in outline.nodes],
    }
    return yaml_bytes(
        {key: value for key, value in content.items() if value or key == "requirements"}
    )


def _native(node: Node, numbers: Mapping[str, str]) -> dict[str, Any]:
    ref = numbers[node.key]
    content = {
        "ref": ref,
        "title": _both(node.title) or {"fr": _heading(node)},
        "text": _both(node.text),
        "assessable": node.assessable,
        "weight": node.weight if node.weight != 1 else None,
        "tags": list(node.tags),
        "guidance": _both(node.guidance),
        "expected_evidence": _both(node.expected_evidence),
        "questions": [
            {"id": f"{ref}-{n}", **_both(ask.text)} for n, ask in enumerate(node.questions, 1)
        ],
        "children": [_native(child, numbers) for child in node.children],
    }
    return {key: value for key, value in content.items() if value or key == "assessable"}


def _numbers(outline: Outline) -> dict[str, str]:
    """Return a number for each node, its own where it is unique; the key tells otherwise."""
    taken: set[str] = set()
    numbers = {}
    for position, (_, node) in enumerate(outline.walk(), 1):
        ref = node.ref
        if not ref or ref in taken:
            ref = f"{ref}-{position}" if ref else f"N{position}"
        taken.add(ref)
        numbers[node.key] = ref
    return numbers


def _both(texts: Localized) -> dict[str, str]:
    """Return the French and English of a text; French is another language where there is none."""
    if not texts:
        return {}
    found = {code: texts[code] for code in LOCALES if texts.get(code)}
    return found if "fr" in found else {"fr": pick(texts, "fr"), **found}


def _heading(node: Node) -> str:
    """Return what stands for a title that is missing."""
    texts = [node.text, *(ask.text for ask in node.questions)]
    return next((pick(text, "fr")[:120] for text in texts if text), node.ref or node.key)


def ciso_yaml(outline: Outline) -> bytes:
    """Return an edition as a library of CISO Assistant."""
    name = slug(f"{outline.ref} {outline.edition}") or "referentiel"
    head = {
        "urn": f"urn:qse-audit:risk:library:{name}",
        "locale": "fr",
        "ref_id": outline.ref,
        "name": pick(outline.title, "fr") or outline.ref,
        "description": pick(outline.description, "fr"),
        "copyright": outline.copyright,
        "version": 1,
        "provider": outline.publisher,
        "packager": "qse-audit",
    }
    framework = {
        "urn": f"urn:qse-audit:risk:framework:{name}",
        "ref_id": outline.ref,
        "name": head["name"],
        "description": head["description"],
        **_translated({"name": outline.title, "description": outline.description}),
        "requirement_nodes": list(_ciso_nodes(outline, f"urn:qse-audit:risk:req_node:{name}")),
    }
    return yaml_bytes({**head, "objects": {"framework": framework}})


def _ciso_nodes(outline: Outline, prefix: str) -> Iterator[dict[str, Any]]:
    numbers = _numbers(outline)
    path: list[str] = []
    for depth, node in outline.walk():
        urn = f"{prefix}:{numbers[node.key].lower().replace(' ', '-')}"
        del path[depth:]
        content: dict[str, Any] = {
            "urn": urn,
            "assessable": node.assessable,
            "depth": depth + 1,
            "parent_urn": path[-1] if path else None,
            "ref_id": node.ref,
        }
        texts = {
            "name": node.title,
            "description": node.text,
            "annotation": node.guidance,
            "typical_evidence": node.expected_evidence,
        }
        content |= {key: pick(text, "fr") for key, text in texts.items()}
        content["implementation_groups"] = list(node.tags)
        content["weight"] = node.weight if node.weight != 1 else None
        content["questions"] = {
            f"{urn}:question:{n}": {
                "type": "text",
                "text": pick(ask.text, "fr"),
                **_translated({"text": ask.text}),
            }
            for n, ask in enumerate(node.questions, 1)
        }
        content |= _translated(texts)
        path.append(urn)
        yield {key: value for key, value in content.items() if value or key == "assessable"}


def _translated(texts: Mapping[str, Localized]) -> dict[str, Any]:
    """Return the English of some texts as a library writes it; nothing where there is none."""
    english = {key: text["en"] for key, text in texts.items() if text.get("en")}
    return {"translations": {"en": english}} if english else {}


def table_csv(outline: Outline) -> bytes:
    """Return an edition as CSV, with what it is in the lines before its header."""
    about = "".join(f"# {key}: {' '.join(value.split())}\r\n" for key, value in _about(outline))
    table = csv_bytes(_table(outline), locale="fr").decode("utf-8-sig")
    return (about + table).encode("utf-8-sig")


def table_xlsx(outline: Outline) -> bytes:
    """Return an edition as a workbook, with what it is on a sheet of its own."""
    about = Sheet("about", (Column("key", 20), Column("value", 80)), list(_about(outline)))
    return xlsx([_table(outline), about], title=outline.ref)


def _table(outline: Outline) -> Sheet:
    columns = tuple(Column(name, width) for name, width in TABLE_COLUMNS)
    return Sheet("requirements", columns, list(_rows(outline)))


def _about(outline: Outline) -> Iterator[tuple[str, str]]:
    """Give what an edition is, as keys and values that its reader knows."""
    values = {
        "ref": outline.ref,
        "edition": outline.edition,
        **{f"title_{code}": outline.title.get(code, "") for code in LOCALES},
        **{f"description_{code}": outline.description.get(code, "") for code in LOCALES},
        "publisher": outline.publisher,
        "domains": " ".join(outline.domains),
        "source": outline.source,
        "licence": outline.licence,
        "copyright": outline.copyright,
    }
    return ((key, value) for key, value in values.items() if value)


def _rows(outline: Outline) -> Iterator[Sequence[Cell]]:
    """Give a row for each requirement, and one for each further question."""
    numbers = _numbers(outline)
    path: list[str] = []
    for depth, node in outline.walk():
        del path[depth:]
        ref = numbers[node.key]
        asks = [_both(ask.text) for ask in node.questions]
        texts = [_both(node.title) or {"fr": _heading(node)}]
        texts += [_both(t) for t in (node.text, node.guidance, node.expected_evidence)]
        first = asks[0] if asks else {}
        yield (
            ref,
            path[-1] if path else None,
            *(text.get(code) for text in texts for code in LOCALES),
            *(first.get(code) for code in LOCALES),
            "oui" if node.assessable else "non",
            str(node.weight),
            " ".join(node.tags),
        )
        for ask in asks[1:]:
            yield (ref, *[None] * 9, *(ask.get(code) for code in LOCALES), *[None] * 3)
        path.append(ref)


EXPORTS: Mapping[str, Export] = {
    "yaml": Export(".yaml", "application/yaml", native_yaml),
    "xlsx": Export(".xlsx", MEDIA_TYPES["xlsx"], table_xlsx),
    "csv": Export(".csv", MEDIA_TYPES["csv"], table_csv),
    "ciso": Export(".ciso.yaml", "application/yaml", ciso_yaml),
}
"""The formats on offer, by their name in URLs."""
