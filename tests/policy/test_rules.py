"""What is refused, what is covered, what changed: pure rules."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.errors import BadInput
from qse_audit.paths import referentials_dir
from qse_audit.policy.commitments import read_checklist, shipped
from qse_audit.policy.rules import (
    POLICY_WORKFLOW,
    PROPOSAL_WORKFLOW,
    Answer,
    Change,
    Domain,
    IssueDraft,
    IssueKind,
    NeedDraft,
    Pestel,
    PolicyFacts,
    PolicyStatus,
    ProposalFacts,
    ProposalStatus,
    Sentence,
    ShownBy,
    Swot,
    compare,
    issue_refusals,
    judge,
    missing_places,
    need_refusals,
    word_spans,
)

Q = Domain.QUALITY
ISSUE = IssueDraft(
    title="Des machines anciennes",
    kind=IssueKind.INTERNAL,
    swot=Swot.WEAKNESS,
    pestel=None,
    domains=(Q,),
    fact="Sept sur douze ont plus de quinze ans.",
    review_on=date(2027, 1, 1),
)
READY = PolicyFacts(
    today=date(2026, 3, 2),
    sentence_count=3,
    commitment_count=3,
    signature="Jean Garnier, directeur",
    review_on=date(2027, 3, 1),
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"domains": ()}, "no_domain"),
        ({"fact": "  "}, "no_issue_fact"),
        ({"swot": Swot.THREAT}, "swot_mismatch"),
        ({"kind": IssueKind.EXTERNAL, "swot": Swot.THREAT}, "no_pestel"),
        (
            {"kind": IssueKind.EXTERNAL, "swot": Swot.THREAT, "pestel": Pestel.LEGAL},
            None,
        ),
    ],
)
def test_an_issue_has_a_domain_a_fact_and_its_place(change: dict[str, object], code: str) -> None:
    found = [refusal.code for refusal in issue_refusals(replace(ISSUE, **change))]  # type: ignore[arg-type]  # a table of changes
    assert found == ([code] if code else [])


def test_an_obligation_says_where_it_comes_from() -> None:
    need = NeedDraft(text="Des rejets maîtrisés", domains=(Q,), is_obligation=True)
    assert [r.code for r in need_refusals(need)] == ["no_obligation_source"]
    assert need_refusals(replace(need, obligation="Arrêté préfectoral")) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"commitment_count": 0}, "no_commitment"),
        ({"has_checklist": False}, "no_checklist"),
        ({"uncovered": ("ISO 9001:2015, 5.2.1 d",)}, "uncovered"),
        ({"signature": " "}, "no_signature"),
        ({"review_on": None}, "no_review"),
        ({"review_on": date(2026, 3, 2)}, "no_review"),
        ({"follows": True}, "no_change_reason"),
        ({"follows": True, "change_reason": "Édition 2026"}, None),
    ],
)
def test_a_draft_is_submitted_once_it_is_whole(change: dict[str, object], code: str) -> None:
    facts = replace(READY, **change)  # type: ignore[arg-type]  # a table of changes
    refusals = POLICY_WORKFLOW.refusals(PolicyStatus.DRAFT, "submit", facts)
    assert [refusal.code for refusal in refusals] == ([code] if code else [])


def test_what_was_submitted_is_looked_at_again_when_it_is_approved() -> None:
    late = replace(READY, review_on=date(2026, 3, 1))
    refusals = POLICY_WORKFLOW.refusals(PolicyStatus.SUBMITTED, "approve", late)
    assert [refusal.code for refusal in refusals] == ["no_review"]


def test_management_accepts_only_what_rests_on_a_fact() -> None:
    open_ = ProposalStatus.OPEN
    assert PROPOSAL_WORKFLOW.refusals(open_, "accept", ProposalFacts())
    assert not PROPOSAL_WORKFLOW.refusals(open_, "accept", ProposalFacts(1))
    assert not PROPOSAL_WORKFLOW.refusals(open_, "reject", ProposalFacts())


def test_an_answer_counts_while_its_sentence_is_there() -> None:
    checklist = next(each for each in shipped() if each.edition == "iso-9001-2015")
    key = checklist.expected[0].key
    answers = {key: Answer(("a", "gone", "b"))}
    judged = judge([checklist], answers, {"a": 4, "b": 2}, is_communicated=False)
    assert judged[0].lines[0].positions == (2, 4)
    assert not judge([checklist], answers, {}, is_communicated=False)[0].lines[0].is_met
    assert missing_places(judged) == (
        "ISO 9001:2015, 5.2.1 b",
        "ISO 9001:2015, 5.2.1 c",
        "ISO 9001:2015, 5.2.1 d",
    )


def test_the_checklists_name_shipped_outlines_and_never_share_a_key() -> None:
    outlines = {path.stem for path in (referentials_dir() / "audits").glob("*.yaml")}
    keys = [expected.key for each in shipped() for expected in each.expected]
    assert {each.edition for each in shipped()} <= outlines
    assert len(set(keys)) == len(keys)
    assert {each.name for each in shipped()} == {
        "ISO 9001:2015",
        "ISO 14001:2015",
        "ISO 14001:2026",
        "ISO 45001:2018",
    }


def test_every_checklist_asks_for_a_text_and_for_its_communication() -> None:
    for checklist in shipped():
        assert {each.shown_by for each in checklist.expected} == set(ShownBy)


def test_a_checklist_that_makes_no_sense_is_refused_with_its_line() -> None:
    content = (referentials_dir() / "engagements" / "politique-iso-9001-2015.yaml").read_bytes()
    with pytest.raises(BadInput) as wrong:
        read_checklist(content.replace(b"domain: quality", b"domain: music"))
    assert "domain" in str(wrong.value)


def sentence(key: str, position: int, text: str) -> Sentence:
    return Sentence(key=key, position=position, text=text, is_commitment=True, domains=("quality",))


def test_two_versions_are_compared_by_the_keys_of_their_sentences() -> None:
    before = [sentence("a", 1, "Un."), sentence("b", 2, "Deux."), sentence("c", 3, "Trois.")]
    after = [sentence("a", 1, "Un."), sentence("d", 2, "Neuf."), sentence("c", 3, "Trois fois.")]
    found = [(each.change, (each.after or each.before)) for each in compare(before, after)]
    assert [(change, each.key) for change, each in found if each] == [
        (Change.SAME, "a"),
        (Change.REMOVED, "b"),
        (Change.ADDED, "d"),
        (Change.REWORDED, "c"),
    ]


def test_a_sentence_that_changed_places_alone_has_moved() -> None:
    before = [sentence(key, place, key) for place, key in enumerate("abcd", 1)]
    after = [sentence(key, place, key) for place, key in enumerate("dabc", 1)]
    moved = [
        each.after.key for each in compare(before, after) if each.after and each.change == "moved"
    ]
    assert moved == ["d"]


TEXT = st.text(st.sampled_from("ab ,é"), max_size=40)


@given(TEXT, TEXT)
def test_woven_words_give_both_texts_back(before: str, after: str) -> None:
    before, after = before.strip(), after.strip()
    spans = word_spans(before, after)
    assert "".join(s.text for s in spans if s.tag != "added") == before
    assert "".join(s.text for s in spans if s.tag != "removed") == after


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.permutations("abcdefgh"))
def test_every_sentence_of_both_versions_is_there_once(old: list[str], new: list[str]) -> None:
    kept = new[:5]
    before = [sentence(key, place, key) for place, key in enumerate(old, 1)]
    after = [sentence(key, place, key) for place, key in enumerate(kept, 1)]
    keys = [(each.after or each.before) for each in compare(before, after)]
    assert sorted(each.key for each in keys if each) == sorted({*old, *kept})
    assert [each.key for each in keys if each and each.key in kept] == kept
