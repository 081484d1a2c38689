"""The files in ``referentiels/``: well formed, bilingual, complete, and in our own words."""

import copy
import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

ROOT = Path(__file__).resolve().parents[2] / "referentiels"
FILES = sorted(ROOT.glob("**/*.yaml"))
AUDITS = [path for path in FILES if path.parent.name == "audits"]
CERTIFICATIONS = [path for path in FILES if path.parent.name == "certifications"]
INDICATORS = [path for path in FILES if path.parent.name == "indicateurs"]
COMMITMENTS = [path for path in FILES if path.parent.name == "engagements"]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
each_certification = pytest.mark.parametrize("path", CERTIFICATIONS, ids=lambda path: path.stem)
each_iso_outline = pytest.mark.parametrize(
    "path", [path for path in AUDITS if path.stem.startswith("iso-")], ids=lambda path: path.stem
)

Node = dict[str, Any]


class StrictLoader(yaml.CSafeLoader):
    """Read only ``true``, ``false``, ``null`` and whole numbers; all else is text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key written twice, which PyYAML would silently overwrite."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key, times in Counter(keys).items() if times > 1]
        if twice:
            raise yaml.YAMLError(f"{node.start_mark}: written twice: {twice}")
        return super().construct_mapping(node, deep=deep)


for tag, pattern, first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^(?:0|[1-9][0-9]*)$", "0123456789"),
    ("null", r"^null$", "n"),
):
    StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


@cache
def read(path: Path) -> Node:
    content: Node = yaml.load(path.read_text("utf-8"), StrictLoader)
    return content


def walk(nodes: list[Node], parent: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every requirement with the number of its parent, in reading order."""
    for node in nodes:
        yield parent, node
        yield from walk(node.get("children", []), node["ref"])


def requirements(content: Node) -> list[Node]:
    return [node for _, node in walk(content.get("requirements", []))]


def questions(content: Node) -> list[Node]:
    return [question for node in requirements(content) for question in node.get("questions", [])]


def texts(value: Any) -> Iterator[Node]:
    """Yield every text in several languages, questions included."""
    if isinstance(value, dict):
        if "fr" in value or "en" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def leaves_without_question(content: Node) -> list[str]:
    return [
        node["ref"]
        for node in requirements(content)
        if node["assessable"]
        and not node.get("children")
        and not any(q.get("fr") and q.get("en") for q in node.get("questions", []))
    ]


@each_file
def test_every_yaml_reader_reads_the_same_values(path: Path) -> None:
    # A clause 7.10 or a NO left unquoted is a number or a boolean for ordinary readers.
    assert yaml.safe_load(path.read_text("utf-8")) == read(path)


def test_a_key_written_twice_is_refused() -> None:
    with pytest.raises(yaml.YAMLError, match="written twice"):
        yaml.load("a: 1\na: 2", StrictLoader)


@each_file
def test_every_file_follows_the_schema(path: Path) -> None:
    validator = Draft202012Validator(json.loads((ROOT / "schema.json").read_text("utf-8")))
    error = best_match(validator.iter_errors(read(path)))
    assert error is None, f"{error.json_path}: {error.message[:300]}"


@each_file
def test_the_identifier_is_the_name_of_the_file(path: Path) -> None:
    assert read(path)["id"] == path.stem


def test_no_two_files_share_an_identifier() -> None:
    identifiers = [read(path)["id"] for path in FILES]
    assert sorted(set(identifiers)) == sorted(identifiers)


@each_file
def test_no_two_requirements_share_a_number(path: Path) -> None:
    refs = [node["ref"] for node in requirements(read(path))]
    assert [ref for ref, times in Counter(refs).items() if times > 1] == []


@each_file
def test_no_two_questions_share_an_identifier_or_a_wording(path: Path) -> None:
    for field in ("id", "fr", "en"):
        values = [question.get(field) for question in questions(read(path))]
        assert [value for value, times in Counter(values).items() if times > 1] == []


@each_file
def test_a_question_is_named_by_its_clause_and_a_rank(path: Path) -> None:
    strangers = [
        question["id"]
        for node in requirements(read(path))
        for question in node.get("questions", [])
        if not re.fullmatch(re.escape(node["ref"]) + r"-[1-9][0-9]*", question["id"])
    ]
    assert strangers == []


@each_file
def test_every_assessable_leaf_asks_a_question_in_both_languages(path: Path) -> None:
    assert leaves_without_question(read(path)) == []


def test_a_missing_question_or_translation_is_noticed() -> None:
    content = copy.deepcopy(read(ROOT / "audits" / "iso-9001-2015.yaml"))
    by_ref = {node["ref"]: node for node in requirements(content)}
    by_ref["7.2"]["questions"] = []
    for question in by_ref["8.6"]["questions"]:
        del question["en"]
    assert leaves_without_question(content) == ["7.2", "8.6"]


@each_file
def test_a_requirement_that_is_not_assessed_asks_nothing(path: Path) -> None:
    nodes = requirements(read(path))
    assert [n["ref"] for n in nodes if not n["assessable"] and n.get("questions")] == []


@each_file
def test_every_text_is_in_french_and_in_english(path: Path) -> None:
    assert [text for text in texts(read(path)) if not (text.get("fr") and text.get("en"))] == []


@each_file
def test_french_has_typographic_apostrophes(path: Path) -> None:
    assert [text["fr"] for text in texts(read(path)) if "'" in text["fr"]] == []


FORBIDDEN = re.compile(
    r"\bshall\b|\bl[’']organisme doit|\bl[’']organisation doit|\bthe organi[sz]ation must"
    r"|\btop management must|\bla direction doit\b",
    re.IGNORECASE,
)


@each_file
def test_no_text_speaks_like_a_standard(path: Path) -> None:
    assert [text for text in strings(read(path)) if FORBIDDEN.search(text)] == []


@each_iso_outline
def test_a_clause_stands_under_the_clause_its_number_names(path: Path) -> None:
    for parent, node in walk(read(path)["requirements"]):
        assert node["ref"].rpartition(".")[0] == parent


@each_iso_outline
def test_clauses_stand_in_their_order(path: Path) -> None:
    numbers = [[int(part) for part in n["ref"].split(".")] for n in requirements(read(path))]
    assert numbers == sorted(numbers)


@each_iso_outline
def test_an_outline_carries_no_text_of_the_standard(path: Path) -> None:
    content = read(path)
    assert [node["ref"] for node in requirements(content) if "text" in node] == []
    assert max(len(node["title"]["fr"]) for node in requirements(content)) <= 80
    assert {"licence", "copyright", "source"} <= content.keys()


@each_iso_outline
def test_every_assessable_clause_gives_guidance_and_expected_evidence(path: Path) -> None:
    bare = [
        node["ref"]
        for node in requirements(read(path))
        if node["assessable"] and not (node.get("guidance") and node.get("expected_evidence"))
    ]
    assert bare == []


CLAUSES = {
    "iso-9001-2015": """
        4 4.1 4.2 4.3 4.4 4.4.1 4.4.2
        5 5.1 5.1.1 5.1.2 5.2 5.2.1 5.2.2 5.3
        6 6.1 6.1.1 6.1.2 6.2 6.2.1 6.2.2 6.3
        7 7.1 7.1.1 7.1.2 7.1.3 7.1.4 7.1.5 7.1.5.1 7.1.5.2 7.1.6 7.2 7.3 7.4
        7.5 7.5.1 7.5.2 7.5.3 7.5.3.1 7.5.3.2
        8 8.1 8.2 8.2.1 8.2.2 8.2.3 8.2.3.1 8.2.3.2 8.2.4
        8.3 8.3.1 8.3.2 8.3.3 8.3.4 8.3.5 8.3.6 8.4 8.4.1 8.4.2 8.4.3
        8.5 8.5.1 8.5.2 8.5.3 8.5.4 8.5.5 8.5.6 8.6 8.7 8.7.1 8.7.2
        9 9.1 9.1.1 9.1.2 9.1.3 9.2 9.2.1 9.2.2 9.3 9.3.1 9.3.2 9.3.3
        10 10.1 10.2 10.2.1 10.2.2 10.3
    """,
    "iso-45001-2018": """
        4 4.1 4.2 4.3 4.4 5 5.1 5.2 5.3 5.4
        6 6.1 6.1.1 6.1.2 6.1.2.1 6.1.2.2 6.1.2.3 6.1.3 6.1.4 6.2 6.2.1 6.2.2
        7 7.1 7.2 7.3 7.4 7.4.1 7.4.2 7.4.3 7.5 7.5.1 7.5.2 7.5.3
        8 8.1 8.1.1 8.1.2 8.1.3 8.1.4 8.1.4.1 8.1.4.2 8.1.4.3 8.2
        9 9.1 9.1.1 9.1.2 9.2 9.2.1 9.2.2 9.3 10 10.1 10.2 10.3
    """,
}


@pytest.mark.parametrize("name", CLAUSES)
def test_the_outline_has_every_numbered_clause_and_no_other(name: str) -> None:
    content = read(ROOT / "audits" / f"{name}.yaml")
    assert [node["ref"] for node in requirements(content)] == CLAUSES[name].split()


@pytest.mark.parametrize("name", CLAUSES)
@pytest.mark.parametrize("ref", ["4.1", "4.2"])
def test_the_climate_amendment_is_asked_about(name: str, ref: str) -> None:
    content = read(ROOT / "audits" / f"{name}.yaml")
    node = next(node for node in requirements(content) if node["ref"] == ref)
    assert "climate" in node["tags"]
    assert any("climat" in q["fr"] or "chaleur" in q["fr"] for q in node["questions"])


# The themes of an integrated audit, and the clauses that speak of them in each standard.
CONCORDANCE: dict[str, tuple[str, str]] = {
    "context": ("4", "4"),
    "leadership": ("5", "5.1 5.2 5.3"),
    "participation": ("", "5.4"),
    "risks": ("6.1", "6.1.1 6.1.4"),
    "aspects-hazards": ("", "6.1.2"),
    "compliance": ("8.2.2 8.2.3", "6.1.3"),
    "objectives": ("6.2", "6.2"),
    "changes": ("6.3 8.5.6", "8.1.3"),
    "support": ("7", "7"),
    "suppliers": ("8.4", "8.1.4"),
    "emergency": ("", "8.2"),
    "compliance-evaluation": ("", "9.1.2"),
    "internal-audit": ("9.2", "9.2"),
    "management-review": ("9.3", "9.3"),
    "corrective-action": ("10.2", "10.2"),
    "continual-improvement": ("10.3", "10.3"),
}


@pytest.mark.parametrize("theme", CONCORDANCE)
def test_tags_give_the_concordance_of_an_integrated_audit(theme: str) -> None:
    for name, clauses in zip(CLAUSES, CONCORDANCE[theme], strict=True):
        starts = tuple(f"{clause}." for clause in clauses.split())
        for node in requirements(read(ROOT / "audits" / f"{name}.yaml")):
            if node["assessable"] and f"{node['ref']}.".startswith(starts):
                assert theme in node["tags"], f"{name} {node['ref']}"


@each_certification
def test_codes_of_a_certification_hang_together(path: Path) -> None:
    content = read(path)
    capabilities = [c for block in content["blocks"] for c in block["capabilities"]]
    criteria = [(c["code"], criterion["id"]) for c in capabilities for criterion in c["criteria"]]
    assert content["id"] == re.sub(r"^(rncp|rs)", r"\1-", content["code"].lower())
    for codes in (
        [block["code"] for block in content["blocks"]],
        [capability["code"] for capability in capabilities],
        [route["code"] for route in content["routes"]],
        [modality["code"] for modality in content["modalities"]],
        [identifier for _, identifier in criteria],
    ):
        assert len(set(codes)) == len(codes)
    assert [i for code, i in criteria if i.rpartition("-")[0] != code] == []


@each_certification
def test_blocks_of_a_certification_carry_its_official_number(path: Path) -> None:
    content = read(path)
    for block in content["blocks"]:
        rank = int(block["code"].removeprefix("BC"))
        assert block["official_code"] == f"{content['code']}BC{rank:02d}"


@each_certification
def test_readiness_names_only_modalities_of_the_certification(path: Path) -> None:
    content = read(path)
    known = {modality["code"] for modality in content["modalities"]}
    assert set(content["readiness"]["any_of"]) | set(content["readiness"]["all_of"]) <= known


@each_certification
def test_a_registration_ends_after_it_starts(path: Path) -> None:
    registration = read(path)["registration"]
    assert registration["decided_on"] <= registration["published_on"]
    assert registration["starts_on"] < registration["ends_on"]
