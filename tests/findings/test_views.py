"""The pages about findings, opened by everybody who may and may not."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event, EventText
from qse_audit.evidence.models import Evidence
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from tests.evidence import samples
from tests.factories import NOW, Cast, make_process

Browse = Callable[..., Any]
Draft = Callable[..., Finding]
AS_SCRIPT = {"Accept": "application/json"}
STATEMENT = {
    "grade": "major_nonconformity",
    "title": "Étalonnage échu",
    "requirement_text": "Étalonner chaque année",
    "evidence_text": "3 étiquettes échues sur 5",
    "gap_text": "Trois instruments servent encore",
    "impact_text": "Pièces hors cote",
    "referential_label": "ISO 9001:2015",
    "clause_ref": "7.1.5",
    "process_id": "",
}
CANARY = "canari-7f3a"


def finalise(session: Session, finding: Finding, *, closed: bool = False) -> Finding:
    """Put a finding in a later state without the workflow."""
    for name in ("requirement_text", "evidence_text", "gap_text"):
        setattr(finding, name, "Écrit")
    finding.status = FindingStatus.CLOSED if closed else FindingStatus.FINAL
    finding.finalised_at, finding.closed_at = NOW, NOW if closed else None
    session.commit()
    return finding


def ask(
    session: Session,
    cast: Cast,
    finding: Finding,
    *,
    status: ActionStatus = ActionStatus.OPEN,
    kind: ActionKind = ActionKind.CORRECTIVE,
) -> Action:
    """Store an action of Bob that a finding asks for."""
    number = session.scalar(select(func.count()).select_from(Action)) or 0
    finished = status in {ActionStatus.DONE, ActionStatus.EFFECTIVE}
    action = Action(
        organisation_id=finding.organisation_id,
        reference=f"ACT-2026-{number + 1:03d}",
        origin_kind=Kind.FINDING,
        origin_id=finding.id,
        context_kind=finding.origin_kind,
        context_id=finding.origin_id,
        kind=kind,
        title="Revoir le plan d’étalonnage",
        owner_id=cast.bob.user_id,
        due_on=NOW.date() + timedelta(days=30),
        due_set_on=NOW.date(),
        status=status,
        criterion="Aucune étiquette échue",
        done_at=NOW if finished else None,
        verified_at=NOW if status is ActionStatus.EFFECTIVE else None,
        verified_by_id=cast.claire.user_id if status is ActionStatus.EFFECTIVE else None,
        created_at=NOW,
    )
    session.add(action)
    session.commit()
    return action


# --- the list ---


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("claire", 200),
        ("emma", 200),
        ("farid", 200),
        ("jean", 200),
        ("david", 200),
        ("ines", 403),
        ("gaelle", 403),
        ("hugo", 403),
        ("karine", 403),
    ],
)
def test_the_company_sees_a_list(browse: Browse, cast: Cast, who: str, status: int) -> None:
    page = browse(getattr(cast, who), "GET", "/findings/", status=status)
    if status == 200:
        assert "Aucun constat pour l’instant" in page.text


def test_the_list_shows_and_counts_what_one_may_read(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    draft(title="Brouillon d’Alice")
    finalise(session, draft(title="Constat définitif", grade=Grade.MAJOR_NONCONFORMITY))
    page = browse(cast.claire, "GET", "/findings/")
    assert len(page.select("tbody tr")) == 2
    assert "2 constats" in page.text
    page = browse(cast.bob, "GET", "/findings/")
    assert [row.select_one("th a").text for row in page.select("tbody tr")] == ["Constat définitif"]
    assert "1 constat" in page.text
    assert browse(cast.emma, "GET", "/findings/").select("tbody tr") == []


def test_filters_are_in_the_address_and_may_be_taken_away(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    draft(title="Étiquette échue")
    draft(title="Tri des copeaux", grade=Grade.STRENGTH)
    page = browse(cast.claire, "GET", "/findings/?grade=strength&q=tri&year=2026&audit=7001")
    assert [row.select_one("th a").text for row in page.select("tbody tr")] == ["Tri des copeaux"]
    assert len(page.select(".filtered .chip")) == 4
    page = browse(cast.claire, "GET", "/findings/?status=closed")
    assert "Aucun constat ne correspond" in page.text
    odd = "/findings/?grade=x&status=x&process=x&year=99999999999&audit=-1&after=zzz&sort=x"
    assert len(browse(cast.claire, "GET", odd).select("tbody tr")) == 2


def test_a_long_list_is_paged_both_ways(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    for number in range(60):
        session.add(copy_of(draft(), number) if number == 0 else copy_of(last(session), number))
        session.commit()
    first = browse(cast.claire, "GET", "/findings/")
    assert len(first.select("tbody tr")) == 50
    second = browse(cast.claire, "GET", first.select_one('.pager a[rel="next"]')["href"])
    assert len(second.select("tbody tr")) == 11
    back = browse(cast.claire, "GET", second.select_one('.pager a[rel="prev"]')["href"])
    assert back.select("tbody th a")[0]["href"] == first.select("tbody th a")[0]["href"]


def last(session: Session) -> Finding:
    return session.scalars(select(Finding).order_by(Finding.id.desc())).first()


def copy_of(finding: Finding, number: int) -> Finding:
    return Finding(
        organisation_id=finding.organisation_id,
        reference=f"CST-2026-{number + 500}",
        origin_kind=finding.origin_kind,
        origin_id=finding.origin_id,
        grade=finding.grade,
        title=f"Constat {number}",
        created_at=NOW,
        created_by_id=finding.created_by_id,
    )


@pytest.mark.parametrize("who", ["claire", "alice"])
def test_pages_ask_few_statements(
    session: Session, browse: Browse, cast: Cast, draft: Draft, statements: list[str], who: str
) -> None:
    process = make_process(session, cast)
    for _ in range(8):
        finding = finalise(session, draft(process_id=process.id))
        ask(session, cast, finding)
    unfinished = draft(process_id=process.id)
    someone = getattr(cast, who)
    for path, most in [
        ("/findings/", 8),
        ("/findings/?audit=7001&q=a", 8),
        (f"/findings/{finding.id}", 12),
    ]:
        statements.clear()
        browse(someone, "GET", path)
        assert len(statements) <= most + 1, statements  # one is the sign-in of the test
    if who == "alice":
        statements.clear()
        browse(
            someone,
            "POST",
            f"/findings/{unfinished.id}/edit",
            headers=AS_SCRIPT,
            version=1,
            **STATEMENT,
        )
        assert len(statements) <= 12, statements


# --- exports ---


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_an_export_holds_what_the_list_shows_and_no_formula(
    session: Session, browse: Browse, cast: Cast, draft: Draft, extension: str
) -> None:
    draft(title="=1+1", requirement_text="@SUM(A1)")
    draft(title="Hors du filtre", grade=Grade.STRENGTH)
    draft(organisation_id=cast.other_company, origin=(Kind.AUDIT, 1), title=CANARY)
    path = f"/findings/export.{extension}?grade=minor_nonconformity"
    response = browse(cast.claire, "GET", path).response
    assert response.headers["Content-Disposition"].endswith(f"constats.{extension}")
    if extension == "csv":
        text = response.data.decode("utf-8-sig")
        assert "'=1+1" in text
        assert "'@SUM(A1)" in text
        assert CANARY not in text
        assert "Hors du filtre" not in text
    else:
        rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(response.data))
            .get_sheet_by_index(0)
            .to_python()
        )
        assert len(rows) == 2
        assert rows[1][3] == "=1+1"
    browse(cast.ines, "GET", path, status=403)


# --- who may know, who may do ---


@pytest.mark.parametrize(
    ("who", "as_draft", "as_final"),
    [
        ("alice", 200, 200),
        ("claire", 200, 200),
        ("jean", 200, 200),
        ("bob", 404, 200),
        ("emma", 404, 404),
        ("ines", 404, 404),
        ("david", 404, 404),
        ("gaelle", 404, 404),
        ("hugo", 404, 404),
    ],
)
def test_a_draft_is_for_the_team_and_the_final_for_those_concerned(
    session: Session,
    browse: Browse,
    cast: Cast,
    draft: Draft,
    who: str,
    as_draft: int,
    as_final: int,
) -> None:
    finding = draft()
    browse(getattr(cast, who), "GET", f"/findings/{finding.id}", status=as_draft)
    finalise(session, finding)
    browse(getattr(cast, who), "GET", f"/findings/{finding.id}", status=as_final)


@pytest.mark.parametrize(
    ("who", "status"), [("claire", 403), ("jean", 403), ("bob", 404), ("david", 404)]
)
@pytest.mark.parametrize("act", ["edit", "detach", "delete", "finalise"])
def test_only_the_auditors_write_a_draft(
    session: Session, browse: Browse, cast: Cast, draft: Draft, who: str, status: int, act: str
) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/{act}"
    browse(getattr(cast, who), "POST", path, status=status, **STATEMENT)
    if act == "edit":
        browse(getattr(cast, who), "GET", path, status=status)
    assert finding.title == "Pied à coulisse hors date"
    assert finding.status is FindingStatus.DRAFT


def test_nobody_signed_in_reads_nothing(browse: Browse, draft: Draft) -> None:
    finding = draft()
    browse(None, "GET", f"/findings/{finding.id}", status=303)
    browse(None, "POST", f"/findings/{finding.id}/edit", status=401, **STATEMENT)
    browse(None, "GET", "/findings/999999", status=303)


def test_the_foreign_and_the_missing_look_alike(browse: Browse, cast: Cast, draft: Draft) -> None:
    foreign = browse(cast.david, "GET", f"/findings/{draft().id}", status=404)
    missing = browse(cast.david, "GET", "/findings/999999", status=404)
    assert foreign.select_one("main").text == missing.select_one("main").text


# --- writing ---


def test_a_draft_is_saved_as_it_is_typed(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    process = make_process(session, cast)
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    page = browse(cast.alice, "GET", path)
    assert page.select_one("form[data-autosave]")["action"] == path
    sent = {**STATEMENT, "process_id": process.id, "gap_text": "", "version": finding.version}
    answer = browse(cast.alice, "POST", path, headers=AS_SCRIPT, **sent).response.json
    assert answer["version"] == 2
    assert [m["message"] for m in answer["missing"]] == [
        "Dites en une phrase en quoi l’exigence n’est pas tenue."
    ]
    assert finding.title == "Étalonnage échu"
    assert finding.grade is Grade.MAJOR_NONCONFORMITY
    assert finding.process_id == process.id
    again = browse(cast.alice, "POST", path, headers=AS_SCRIPT, **sent)
    assert again.response.json["version"] == 2, "the same words again change nothing"
    (edit,) = session.scalars(select(Event).where(Event.verb == "finding.edit")).all()
    assert "Étalonnage échu" not in edit.body


def test_a_form_saves_without_script(browse: Browse, cast: Cast, draft: Draft) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    page = browse(cast.alice, "POST", path, status=303, version=1, **STATEMENT)
    assert page.response.location == f"/findings/{finding.id}"
    assert finding.evidence_text == "3 étiquettes échues sur 5"


def test_a_stale_version_shows_both_texts_and_overwrites_nothing(
    browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    browse(cast.alice, "POST", path, status=303, version=1, **STATEMENT)
    mine = {**STATEMENT, "gap_text": "Mon texte", "version": 1}
    answer = browse(cast.alice, "POST", path, status=409, headers=AS_SCRIPT, **mine).response.json
    assert answer["theirs"]["gap_text"] == STATEMENT["gap_text"]
    assert answer["version"] == 2
    page = browse(cast.alice, "POST", path, status=409, **mine)
    assert "Mon texte" in page.text
    assert STATEMENT["gap_text"] in page.text
    assert finding.gap_text == STATEMENT["gap_text"]
    browse(cast.alice, "POST", path, status=303, **{**mine, "version": 2})
    assert finding.gap_text == "Mon texte"


def test_a_file_sent_meanwhile_does_not_disturb_who_types(
    browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    add = f"/evidence/add/finding/{finding.id}"
    sent = (io.BytesIO(samples.photo()), "photo.jpg")
    browse(cast.alice, "POST", add, status=201, headers=AS_SCRIPT, file=sent)
    assert finding.evidence_count == 1
    path = f"/findings/{finding.id}/edit"
    browse(cast.alice, "POST", path, headers=AS_SCRIPT, version=1, **STATEMENT)


@pytest.mark.parametrize("wrong", [{"grade": "terrible"}, {"grade": ""}, {"title": "x" * 10_000}])
def test_what_cannot_be_kept_is_said_and_kept_on_the_page(
    browse: Browse, cast: Cast, draft: Draft, wrong: dict[str, str]
) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    sent = {**STATEMENT, **wrong, "version": 1}
    answer = browse(cast.alice, "POST", path, status=422, headers=AS_SCRIPT, **sent).response.json
    assert set(answer["errors"]) == set(wrong)
    page = browse(cast.alice, "POST", path, status=422, **sent)
    assert STATEMENT["gap_text"] in page.select_one("#gap_text").text
    assert finding.version == 1


def test_a_foreign_process_is_not_found(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    process = make_process(session, cast)
    process.organisation_id = cast.other_company
    session.commit()
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    browse(
        cast.alice, "POST", path, status=404, version=1, **{**STATEMENT, "process_id": process.id}
    )
    assert finding.process_id is None


def test_hostile_words_stay_words(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    words = "</textarea><script>alert(1)</script>{{ 7*7 }}"
    finding = draft(title=words, requirement_text=words, clause_ref="<b>")
    finding.evidence_text = finding.gap_text = finding.impact_text = words
    session.commit()
    for path in ("/findings/", f"/findings/{finding.id}", f"/findings/{finding.id}/edit"):
        page = browse(cast.alice, "GET", path)
        assert not [s for s in page.select("script") if "alert(1)" in s.text]
        assert "49" not in page.select_one("main").text
    assert page.select_one("#gap_text").text.strip() == words


def test_text_with_nul_and_reversed_words_is_kept_without_nul(
    browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    sent = {**STATEMENT, "gap_text": "a\0b \u202egnp 📷", "version": 1}
    browse(cast.alice, "POST", path, status=303, **sent)
    assert finding.gap_text == "ab \u202egnp 📷"


# --- moving ---


def test_save_and_finalise_seals_the_words_and_the_files(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    sent = (io.BytesIO(samples.photo()), "photo.jpg")
    add = f"/evidence/add/finding/{finding.id}"
    browse(cast.alice, "POST", add, status=201, headers=AS_SCRIPT, file=sent)
    path = f"/findings/{finding.id}/edit"
    page = browse(cast.alice, "POST", path, status=303, version=1, then="finalise", **STATEMENT)
    assert page.response.location == f"/findings/{finding.id}"
    assert finding.status is FindingStatus.FINAL
    assert finding.finalised_at is not None
    assert session.scalars(select(Evidence)).one().sealed_at is not None
    event = session.scalars(select(Event).where(Event.verb == "finding.finalise")).one()
    texts = session.scalars(select(EventText.name).where(EventText.event_id == event.id)).all()
    assert {"title", "requirement_text", "evidence_text", "gap_text"} <= set(texts)
    browse(cast.alice, "POST", path, status=403, version=2, **STATEMENT)
    browse(cast.alice, "POST", add, status=403, headers=AS_SCRIPT, file=(io.BytesIO(b"x"), "a.txt"))


def test_what_is_missing_is_named_and_the_text_is_saved_all_the_same(
    browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    path = f"/findings/{finding.id}/edit"
    sent = {**STATEMENT, "clause_ref": "", "version": 1, "then": "finalise"}
    page = browse(cast.alice, "POST", path, status=303, **sent)
    assert page.response.location == path
    assert finding.status is FindingStatus.DRAFT
    assert finding.gap_text == STATEMENT["gap_text"]
    page = browse(cast.alice, "GET", f"/findings/{finding.id}")
    assert "cite l’article" in page.select_one(".refusals").text
    assert "ISO 19011, 6.4.8" in page.select_one(".refusals").text
    page = browse(
        cast.alice, "POST", f"/findings/{finding.id}/finalise", status=422, headers=AS_SCRIPT
    )
    assert [r["code"] for r in page.response.json["refusals"]] == ["no_clause"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 303), ("claire", 303), ("jean", 403), ("bob", 403), ("david", 404)],
)
def test_the_lead_auditor_and_the_coordinator_close(
    session: Session, browse: Browse, cast: Cast, draft: Draft, who: str, status: int
) -> None:
    finding = finalise(session, draft(grade=Grade.AREA_OF_CONCERN))
    browse(getattr(cast, who), "POST", f"/findings/{finding.id}/close", status=status)
    assert (finding.status is FindingStatus.CLOSED) == (status == 303)


def test_a_nonconformity_closes_when_its_actions_were_verified(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = finalise(session, draft())
    path = f"/findings/{finding.id}/close"

    def refused() -> list[str]:
        page = browse(cast.alice, "POST", path, status=422, headers=AS_SCRIPT)
        return [r["code"] for r in page.response.json["refusals"]]

    assert refused() == ["no_corrective_action"]
    action = ask(session, cast, finding)
    assert refused() == ["actions_unsettled"]
    page = browse(cast.alice, "GET", f"/findings/{finding.id}")
    assert "ACT-2026-001" in page.select_one(".refusals").text
    assert page.select_one(f'a[href="/actions/{action.id}"]')
    action.status, action.done_at = ActionStatus.EFFECTIVE, NOW
    action.verified_at, action.verified_by_id = NOW, cast.claire.user_id
    session.commit()
    ask(session, cast, finding, status=ActionStatus.CANCELLED)
    browse(cast.alice, "POST", path, status=303)
    assert finding.closed_at is not None


def test_the_owner_of_an_action_does_not_close(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = finalise(session, draft())
    action = ask(session, cast, finding, status=ActionStatus.EFFECTIVE)
    action.owner_id, action.verified_by_id = cast.alice.user_id, cast.claire.user_id
    session.commit()
    page = browse(
        cast.alice, "POST", f"/findings/{finding.id}/close", status=422, headers=AS_SCRIPT
    )
    assert [r["code"] for r in page.response.json["refusals"]] == ["closer_owns_an_action"]
    browse(cast.claire, "POST", f"/findings/{finding.id}/close", status=303)


def test_a_closed_finding_reopens_with_a_reason(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = finalise(session, draft(), closed=True)
    path = f"/findings/{finding.id}/reopen"
    browse(cast.claire, "POST", path, status=422, headers=AS_SCRIPT, reason=" ")
    assert finding.status is FindingStatus.CLOSED
    browse(cast.claire, "POST", path, status=303, reason="L’écart est revenu")
    assert finding.status is FindingStatus.FINAL
    assert finding.closed_at is None
    page = browse(cast.claire, "GET", f"/findings/{finding.id}")
    assert "L’écart est revenu" in page.select_one(".timeline").text


def test_an_unknown_move_is_not_found(browse: Browse, cast: Cast, draft: Draft) -> None:
    browse(cast.alice, "POST", f"/findings/{draft().id}/approve", status=404)


# --- evidence and deletion ---


def test_a_file_is_untied_and_stays_with_the_audit(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding, other = draft(), draft()
    sent = (io.BytesIO(samples.photo()), "photo.jpg")
    add = f"/evidence/add/finding/{finding.id}"
    browse(cast.alice, "POST", add, status=201, headers=AS_SCRIPT, file=sent)
    (evidence,) = finding.evidence
    browse(cast.alice, "POST", f"/findings/{other.id}/detach", status=404, evidence_id=evidence.id)
    assert finding.evidence_count == 1
    browse(
        cast.alice, "POST", f"/findings/{finding.id}/detach", status=303, evidence_id=evidence.id
    )
    assert finding.evidence == []
    assert finding.evidence_count == 0
    assert session.get(Evidence, evidence.id) is not None


def test_the_author_or_the_lead_auditor_deletes_a_draft(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    page = browse(cast.alice, "POST", f"/findings/{finding.id}/delete", status=303)
    assert page.response.location == "/findings/"
    assert session.scalar(select(func.count()).select_from(Finding)) == 0
    assert draft().reference == "CST-2026-002", "a reference is never used twice"


def test_a_draft_with_actions_is_not_deleted(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    finding = draft()
    ask(session, cast, finding)
    browse(cast.alice, "POST", f"/findings/{finding.id}/delete", status=422, headers=AS_SCRIPT)
    assert session.scalar(select(func.count()).select_from(Finding)) == 1


def test_a_process_owner_reads_the_finding_but_not_the_files_of_the_audit(
    session: Session, browse: Browse, cast: Cast, draft: Draft
) -> None:
    process = make_process(session, cast, owner=cast.emma)
    finding = draft(process_id=process.id)
    sent = (io.BytesIO(samples.photo()), "photo.jpg")
    add = f"/evidence/add/finding/{finding.id}"
    browse(cast.alice, "POST", add, status=201, headers=AS_SCRIPT, file=sent)
    finalise(session, finding)
    page = browse(cast.emma, "GET", f"/findings/{finding.id}")
    assert "1 fichier, réservé" in page.text
    assert not page.select(".thumb")
