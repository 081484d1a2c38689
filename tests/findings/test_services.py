"""Acts on findings, on real databases."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.db.trail import Event, first_broken, read_chain
from qse_audit.findings import queries, services
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import TEXT_FIELDS, FindingStatus, Grade, Statement
from tests.factories import NOW, Cast, make_process

Draft = Callable[..., Finding]


def test_a_drafted_finding_gets_a_reference_of_the_year(draft: Draft) -> None:
    assert [draft().reference, draft().reference] == ["CST-2026-001", "CST-2026-002"]


def test_a_long_question_becomes_a_title_cut_at_a_word(draft: Draft) -> None:
    title = draft(title="exigence " * 100).title
    assert len(title) <= 200
    assert title.endswith("exigence…")


def test_a_foreign_process_cannot_be_named(session: Session, cast: Cast, draft: Draft) -> None:
    process = make_process(session, cast)
    process.organisation_id = cast.other_company
    session.commit()
    with pytest.raises(NotFound):
        draft(process_id=process.id)


def test_an_auditee_does_not_know_of_drafts(session: Session, cast: Cast, draft: Draft) -> None:
    origin = draft().origin_kind, draft().origin_id
    assert len(queries.findings_of(session, *origin, who=cast.alice)) == 2
    assert queries.findings_of(session, *origin, who=cast.bob) == ()
    assert queries.findings_of(session, *origin)[0].status is FindingStatus.DRAFT


def words(finding: Finding) -> tuple[str, ...]:
    return tuple(getattr(finding, name) for name in (*TEXT_FIELDS, "grade"))


def test_no_sequence_of_acts_changes_a_final_finding(
    session: Session, cast: Cast, draft: Draft
) -> None:
    chance = random.Random(11)
    finding = draft()
    frozen: tuple[str, ...] | None = None
    for step in range(400):
        act = chance.choice(["edit", "edit", "finalise", "close", "reopen", "detach", "delete"])
        at = NOW + timedelta(minutes=step)
        with suppress(Refused, NotFound):
            if act == "edit":
                text = chance.choice(["", "Écrit", f"Écrit {step}"])
                statement = Statement(
                    grade=chance.choice(list(Grade)),
                    title="Titre",
                    requirement_text=text,
                    evidence_text=text,
                    gap_text=text,
                    clause_ref="7.1",
                )
                services.edit_finding(
                    session, finding, statement, version=None, actor=cast.alice, now=at
                )
            elif act == "detach":
                services.detach_evidence(session, finding, 1, actor=cast.alice, now=at)
            elif act == "delete" and finding.status is not FindingStatus.DRAFT:
                services.delete_finding(session, finding, actor=cast.alice, now=at)
            else:
                services.move_finding(
                    session, finding, act, reason="Motif", actor=cast.alice, now=at
                )
        session.flush()
        if finding.status is not FindingStatus.DRAFT:
            frozen = frozen or words(finding)
            assert words(finding) == frozen, act
    assert frozen is not None, "the sequence made it final"
    assert first_broken(read_chain(session, cast.company)) is None


def test_a_refused_act_is_not_recorded(session: Session, cast: Cast, draft: Draft) -> None:
    finding = draft(clause_ref="")
    before = session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(Refused):
        services.move_finding(session, finding, "finalise", actor=cast.alice, now=NOW)
    assert session.scalar(select(func.count()).select_from(Event)) == before
    assert finding.status is FindingStatus.DRAFT


def test_two_people_who_write_at_once_are_told(session: Session, cast: Cast, draft: Draft) -> None:
    finding = draft()
    for gap in ("Premier", "Second"):
        statement = Statement(grade=finding.grade, title="Titre", gap_text=gap)
        if gap == "Premier":
            services.edit_finding(session, finding, statement, version=1, actor=cast.alice, now=NOW)
            session.commit()
            continue
        with pytest.raises(Conflict) as conflict:
            services.edit_finding(session, finding, statement, version=1, actor=cast.alice, now=NOW)
        assert conflict.value.theirs["gap_text"] == "Premier"
        assert conflict.value.yours["gap_text"] == "Second"
