"""The rules of findings, as tables."""

from dataclasses import replace

import pytest

from qse_audit.core.errors import TransitionRefused
from qse_audit.findings.rules import (
    FINDING_WORKFLOW,
    MAX_TEXT_LETTERS,
    NONCONFORMITIES,
    FindingFacts,
    FindingStatus,
    Grade,
    Statement,
    advice,
    blaming_words,
    deletion_refusals,
    short_title,
    statement_refusals,
)

S = FindingStatus
COMPLETE = FindingFacts(
    grade=Grade.MAJOR_NONCONFORMITY,
    title="Pied à coulisse hors date",
    requirement_text="Étalonner chaque année",
    evidence_text="3 sur 5 étiquettes échues",
    gap_text="L’étalonnage est échu",
    impact_text="Des pièces hors cote",
    clause_ref="7.1.5",
    corrective_actions=1,
    action_owner_ids=frozenset({2}),
    actor_id=1,
)
PRAISE = FindingFacts(grade=Grade.STRENGTH, title="Tri des copeaux", evidence_text="Trois bennes")


def codes(facts: FindingFacts, status: FindingStatus, name: str) -> list[str]:
    return [r.code for r in FINDING_WORKFLOW.refusals(status, name, facts)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": " "}, ["no_title"]),
        ({"clause_ref": ""}, ["no_clause"]),
        ({"requirement_text": "\n"}, ["no_requirement"]),
        ({"evidence_text": ""}, ["no_evidence"]),
        ({"evidence_text": "", "evidence_count": 1}, []),
        ({"gap_text": ""}, ["no_gap"]),
        ({"impact_text": ""}, []),
        (
            {
                "title": "",
                "clause_ref": "",
                "requirement_text": "",
                "evidence_text": "",
                "gap_text": "",
            },
            ["no_title", "no_clause", "no_requirement", "no_evidence", "no_gap"],
        ),
    ],
)
def test_a_nonconformity_is_final_with_its_clause_evidence_and_statement(
    changes: dict[str, object], expected: list[str]
) -> None:
    assert codes(replace(COMPLETE, **changes), S.DRAFT, "finalise") == expected


@pytest.mark.parametrize("grade", [g for g in Grade if g not in NONCONFORMITIES])
def test_other_grades_need_a_title_and_what_was_seen(grade: Grade) -> None:
    assert codes(replace(PRAISE, grade=grade), S.DRAFT, "finalise") == []
    assert codes(replace(PRAISE, title="", evidence_text=""), S.DRAFT, "finalise") == [
        "no_title",
        "no_evidence",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"corrective_actions": 0}, ["no_corrective_action"]),
        ({"unsettled_actions": ("ACT-2026-001",)}, ["actions_unsettled"]),
        ({"actor_id": 2}, ["closer_owns_an_action"]),
        (
            {"corrective_actions": 0, "unsettled_actions": ("A", "B"), "actor_id": 2},
            ["no_corrective_action", "actions_unsettled", "closer_owns_an_action"],
        ),
    ],
)
def test_a_nonconformity_is_closed_once_treated_by_someone_else(
    changes: dict[str, object], expected: list[str]
) -> None:
    assert codes(replace(COMPLETE, **changes), S.FINAL, "close") == expected


def test_another_finding_closes_without_action_but_not_over_an_open_one() -> None:
    assert codes(PRAISE, S.FINAL, "close") == []
    assert codes(replace(PRAISE, unsettled_actions=("A",)), S.FINAL, "close") == [
        "actions_unsettled"
    ]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (S.DRAFT, "close"),
        (S.DRAFT, "reopen"),
        (S.FINAL, "finalise"),
        (S.FINAL, "reopen"),
        (S.CLOSED, "finalise"),
        (S.CLOSED, "close"),
        (S.DRAFT, "nothing"),
    ],
)
def test_no_other_move_exists(status: FindingStatus, name: str) -> None:
    with pytest.raises(TransitionRefused):
        FINDING_WORKFLOW.decide(status, name, COMPLETE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Par négligence, l’étiquette manque", ("négligence",)),
        ("L’opérateur a oublié de contrôler", ("a oublié",)),
        ("M. Durand n’a pas fait son travail", ("M. Durand", "n’a pas fait son travail")),
        ("Mme Élise Martin refuse de porter ses lunettes", ("Mme Élise", "refuse de")),
        ("Erreur humaine ; c’est sa faute", ("Erreur humaine", "sa faute")),
        ("Faute de l’opérateur", ("Faute de l’opérateur",)),
        ("The operator was careless, human error", ("careless", "human error")),
        ("Mr Smith forgot", ("Mr Smith", "forgot")),
        ("Incompétence du service, incompetent", ("Incompétence", "incompetent")),
        ("Négligence, puis NÉGLIGENCE", ("Négligence",)),
        ("Faute de temps, le contrôle n’est pas fait", ()),
        ("Un risque négligeable", ()),
        ("Défaut de surface, fautes de frappe", ()),
        ("Le fichier MS Excel et la vis M. 8", ()),
        ("La fiche refuse l’encre", ()),
        ("La pièce est refusée", ()),
        ("Compétences à jour ; responsable nommé", ()),
        ("", ()),
    ],
)
def test_words_that_blame_a_person_are_found(text: str, found: tuple[str, ...]) -> None:
    assert blaming_words(text) == found


def test_blaming_words_are_a_warning_and_never_a_refusal() -> None:
    facts = replace(COMPLETE, gap_text="Par négligence de M. Durand")
    assert [a.code for a in advice(facts)] == ["blames_a_person"]
    assert "M. Durand" in advice(facts)[0].message
    assert codes(facts, S.DRAFT, "finalise") == []


def test_a_nonconformity_without_impact_gets_an_advice() -> None:
    assert [a.code for a in advice(replace(COMPLETE, impact_text=""))] == ["no_impact"]
    assert advice(COMPLETE) == ()
    assert advice(PRAISE) == ()


def test_a_text_beyond_measure_is_refused_with_both_figures() -> None:
    (refusal,) = statement_refusals(
        Statement(grade=Grade.STRENGTH, title="T", gap_text="x" * (MAX_TEXT_LETTERS + 1))
    )
    assert "20001" in refusal.message
    assert "20000" in refusal.message


@pytest.mark.parametrize(
    ("status", "owners", "expected"),
    [
        (S.DRAFT, frozenset(), []),
        (S.FINAL, frozenset(), ["not_a_draft"]),
        (S.DRAFT, frozenset({1}), ["has_actions"]),
        (S.CLOSED, frozenset({1}), ["not_a_draft", "has_actions"]),
    ],
)
def test_only_a_draft_without_actions_is_deleted(
    status: FindingStatus, owners: frozenset[int], expected: list[str]
) -> None:
    facts = replace(COMPLETE, action_owner_ids=owners)
    assert [r.code for r in deletion_refusals(status, facts)] == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Court", "Court"),
        ("  Deux\n lignes ", "Deux lignes"),
        ("", ""),
        ("x" * 300, "x" * 199 + "…"),
        ("mot " * 60, ("mot " * 49).strip() + "…"),
    ],
)
def test_a_title_fits_in_a_line(text: str, title: str) -> None:
    assert short_title(text) == title
