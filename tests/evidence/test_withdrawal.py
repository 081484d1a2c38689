"""What should not have been kept is withdrawn: the hash and the reason stay, the bytes go."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Event, first_broken, read_chain
from qse_audit.documents.store import FileStore
from qse_audit.evidence import services
from qse_audit.evidence.jobs import erase_withdrawn, sweep
from qse_audit.evidence.models import Evidence, Withdrawal
from qse_audit.evidence.queries import evidence_of
from qse_audit.findings.models import Finding
from qse_audit.findings.services import attach_evidence, move_finding
from tests.evidence.conftest import AUDIT
from tests.factories import NOW, Cast

Keep = Callable[..., Evidence]
REASON = "Le visage d’une personne était visible."


@pytest.fixture
def led(session: Session, cast: Cast) -> None:
    """The audit of the photos: Alice leads it, Farid audits with her, Bob is audited."""
    links = {
        Link.LEAD_AUDITOR: [cast.alice.user_id],
        Link.AUDITOR: [cast.farid.user_id],
        Link.AUDITEE: [cast.bob.user_id],
    }
    write_links(session, *AUDIT, links)
    session.commit()


def withdraw(session: Session, evidence: Evidence, cast: Cast) -> None:
    services.withdraw_evidence(session, evidence, reason=REASON, actor=cast.alice, now=now())
    session.commit()


def written_before(files: FileStore, evidence: Evidence) -> None:
    """Make the bytes as old as they are in life: written before their row."""
    for sha256 in (evidence.sha256, evidence.thumbnail_sha256):
        at = (evidence.uploaded_at - timedelta(seconds=1)).timestamp()
        os.utime(files.path(str(sha256)), (at, at))


def test_a_withdrawn_photo_leaves_a_tombstone_and_is_opened_by_nobody(
    browse: Callable[..., BeautifulSoup], session: Session, cast: Cast, keep: Keep, led: None
) -> None:
    evidence = keep()
    key, sha256 = evidence.id, evidence.sha256
    page = browse(cast.alice, "GET", f"/evidence/{key}")
    assert page.select_one(f'a[href="/evidence/{key}/withdraw"]')
    assert "visage" in browse(cast.alice, "GET", f"/evidence/{key}/withdraw").get_text()
    browse(cast.alice, "POST", f"/evidence/{key}/withdraw", status=303, reason=REASON)
    for path in ("file", "image", "thumbnail"):
        browse(cast.alice, "GET", f"/evidence/{key}/{path}", status=404)
    text = browse(cast.bob, "GET", f"/evidence/{key}").get_text()
    assert REASON in text
    assert "par Alice Moreau" in text
    assert sha256 in text
    browse(cast.alice, "GET", f"/evidence/{key}/edit", status=403)
    stored = session.scalars(select(Withdrawal)).one()
    assert (stored.evidence_id, stored.reason, stored.erased_at) == (key, REASON, None)
    event = session.scalars(select(Event).where(Event.verb == "evidence.withdraw")).one()
    assert f'"sha256":"{sha256}"' in event.body
    assert first_broken(read_chain(session, cast.company)) is None


def test_a_list_says_when_by_whom_and_why(session: Session, cast: Cast, keep: Keep) -> None:
    gone, kept = keep(), keep(title="Autre")
    withdraw(session, gone, cast)
    lines = {line.id: line for line in evidence_of(session, *AUDIT)}
    message = lines[gone.id].tombstone("fr")
    assert message is not None
    assert message.values["who"] == "Alice Moreau"
    assert message.values["reason"] == REASON
    assert not lines[gone.id].has_thumbnail
    assert lines[kept.id].tombstone("fr") is None
    assert lines[kept.id].has_thumbnail


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("claire", 200), ("farid", 403), ("bob", 403), ("jean", 403), ("david", 404)],
)
def test_only_who_added_it_the_lead_auditor_and_the_coordinator_withdraw(
    browse: Callable[..., BeautifulSoup],
    cast: Cast,
    keep: Keep,
    led: None,
    who: str,
    status: int,
) -> None:
    key = keep().id
    browse(getattr(cast, who), "GET", f"/evidence/{key}/withdraw", status=status)


def test_who_added_it_withdraws_it(
    browse: Callable[..., BeautifulSoup], cast: Cast, keep: Keep, led: None
) -> None:
    key = keep(actor=cast.farid).id
    browse(cast.farid, "POST", f"/evidence/{key}/withdraw", status=303, reason=REASON)


def test_a_reason_is_asked(
    browse: Callable[..., BeautifulSoup], session: Session, cast: Cast, keep: Keep, led: None
) -> None:
    key = keep().id
    browse(cast.alice, "POST", f"/evidence/{key}/withdraw", status=422, reason="  ")
    assert session.scalars(select(Withdrawal)).all() == []


def test_what_a_final_finding_relies_on_is_not_withdrawn(
    browse: Callable[..., BeautifulSoup],
    session: Session,
    cast: Cast,
    keep: Keep,
    finding: Finding,
    led: None,
) -> None:
    evidence = keep()
    attach_evidence(session, finding, evidence, actor=cast.alice, now=NOW)
    finding.gap_text = finding.evidence_text = finding.requirement_text = "Vu"
    move_finding(session, finding, "finalise", actor=cast.alice, now=NOW)
    session.commit()
    path = f"/evidence/{evidence.id}/withdraw"
    page = browse(cast.alice, "POST", path, status=422, reason=REASON)
    assert "document définitif" in page.get_text()
    assert not page.select("textarea")
    with pytest.raises(Refused):
        withdraw(session, session.get_one(Evidence, evidence.id), cast)


def test_a_draft_no_longer_relies_on_what_was_withdrawn(
    browse: Callable[..., BeautifulSoup],
    session: Session,
    cast: Cast,
    keep: Keep,
    finding: Finding,
    led: None,
) -> None:
    evidence = keep()
    attach_evidence(session, finding, evidence, actor=cast.alice, now=NOW)
    session.commit()
    path = f"/evidence/{evidence.id}/withdraw"
    browse(cast.alice, "POST", path, status=303, reason=REASON)
    session.refresh(finding)
    assert finding.evidence == []
    assert finding.evidence_count == 0
    with pytest.raises(Refused):
        attach_evidence(session, finding, evidence, actor=cast.alice, now=NOW)


def test_the_bytes_go_when_nothing_else_uses_them(
    session: Session, cast: Cast, keep: Keep, files: FileStore
) -> None:
    evidence = keep()
    written_before(files, evidence)
    assert erase_withdrawn(session, files, now()) == 0
    withdraw(session, evidence, cast)
    assert erase_withdrawn(session, files, now()) == 1
    session.commit()
    assert not files.path(evidence.sha256).exists()
    assert not files.path(str(evidence.thumbnail_sha256)).exists()
    session.refresh(evidence)
    assert evidence.withdrawal is not None
    assert evidence.withdrawal.erased_at is not None
    assert erase_withdrawn(session, files, now()) == 0


def test_the_bytes_stay_while_another_row_uses_them(
    session: Session, cast: Cast, keep: Keep, files: FileStore
) -> None:
    one, other = keep(), keep(title="La même photo", organisation_id=cast.other_company)
    assert one.sha256 == other.sha256
    written_before(files, one)
    withdraw(session, one, cast)
    assert erase_withdrawn(session, files, now()) == 0
    assert files.path(one.sha256).exists()
    withdraw(session, other, cast)
    assert erase_withdrawn(session, files, now()) == 2
    assert not files.path(one.sha256).exists()


def test_bytes_sent_again_meanwhile_wait_for_the_sweep(
    session: Session, cast: Cast, keep: Keep, files: FileStore
) -> None:
    evidence = keep()
    written_before(files, evidence)
    withdraw(session, evidence, cast)
    at = now().timestamp()
    os.utime(files.path(evidence.sha256), (at, at))
    assert erase_withdrawn(session, files, now()) == 0, "its new row may be on its way"
    assert sweep(session, files, now() + timedelta(days=2)) >= 1
    assert not files.path(evidence.sha256).exists()


def test_nothing_is_withdrawn_twice_nor_without_words(
    session: Session, cast: Cast, keep: Keep
) -> None:
    evidence = keep()
    withdraw(session, evidence, cast)
    with pytest.raises(Refused):
        withdraw(session, evidence, cast)
    session.rollback()
    session.add(
        Withdrawal(
            organisation_id=cast.company,
            evidence_id=keep(title="Autre").id,
            reason=" ",
            withdrawn_at=NOW,
            withdrawn_by_id=cast.alice.user_id,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_withdrawn_file_is_never_sealed(session: Session, cast: Cast, keep: Keep) -> None:
    evidence = keep()
    withdraw(session, evidence, cast)
    services.seal_evidence(session, [evidence.id], now=NOW)
    session.commit()
    session.refresh(evidence)
    assert evidence.sealed_at is None
    assert evidence.origin_kind is Kind.AUDIT
