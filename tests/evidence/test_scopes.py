"""The scope of evidence says in SQL what the policy says, for everybody."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.evidence import queries
from qse_audit.evidence.intake import TakenIn
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import keep_evidence
from qse_audit.findings import services as findings
from qse_audit.findings.models import Finding
from qse_audit.policies import Identity, allows
from tests.factories import NOW, Cast

TAKEN = TakenIn(
    file_name="a.pdf",
    media_type="application/pdf",
    size_bytes=1,
    sha256="a" * 64,
    received_sha256="a" * 64,
)


def test_the_scope_agrees_with_the_policy_for_everybody(session: Session, cast: Cast) -> None:
    number = 0
    for kind in (Kind.AUDIT, Kind.ACTION, Kind.CANDIDACY):
        for link in Link:
            number += 1
            people = [p.user_id for p in cast.everyone().values()][number % 2 :: 2]
            write_links(session, kind, number, {link: people})
            for author, organisation in (
                (cast.alice, cast.company),
                (cast.david, cast.other_company),
            ):
                keep_evidence(
                    session,
                    TAKEN,
                    organisation_id=organisation,
                    origin=(kind, number),
                    title="Pièce",
                    type=EvidenceType.DOCUMENT,
                    happened_on=NOW.date(),
                    place="",
                    actor=author,
                    now=NOW,
                )
    session.commit()
    files = session.scalars(select(Evidence)).all()
    assert len(files) == 3 * len(Link) * 2
    for name, who in cast.everyone().items():
        scope = set(session.scalars(select(Evidence.id).where(queries.readable_by(who))))
        policy = {f.id for f in files if allows(who, Permission.EVIDENCE_READ, f.access())}
        assert scope == policy, name
        for file in files[:6]:
            lines = queries.evidence_of(session, file.origin_kind, file.origin_id, who)
            assert {line.id for line in lines} <= policy, name


def test_who_must_act_on_a_final_finding_opens_its_files(
    session: Session, cast: Cast, keep: Callable[..., Evidence], finding: Finding
) -> None:
    shown, other = keep(), keep(title="Autre pièce")
    findings.attach_evidence(session, finding, shown, actor=cast.alice, now=NOW)
    write_links(session, Kind.FINDING, finding.id, {Link.OWNER: [cast.farid.user_id]})

    def opened(who: Identity) -> set[int]:
        session.commit()
        session.expire_all()
        scope = set(session.scalars(select(Evidence.id).where(queries.readable_by(who))))
        files = session.scalars(select(Evidence)).all()
        assert scope == {
            f.id for f in files if allows(who, Permission.EVIDENCE_READ, f.access())
        }, "the scope says what the policy says"
        return scope

    assert opened(cast.farid) == set(), "a draft is no business of theirs"
    finding.gap_text = finding.evidence_text = finding.requirement_text = "Vu"
    findings.move_finding(session, finding, "finalise", actor=cast.alice, now=NOW)
    assert opened(cast.farid) == {shown.id}
    assert opened(cast.emma) == set()
    assert opened(cast.alice) == {shown.id, other.id}
    gone = replace(cast.farid, organisation_id=cast.other_company)
    assert opened(gone) == set()


def test_the_coordinator_does_not_open_what_belongs_to_a_candidacy(
    session: Session, cast: Cast, keep: Callable[..., Evidence]
) -> None:
    evidence = keep(origin=(Kind.CANDIDACY, 5), actor=cast.emma)
    assert queries.evidence_of(session, Kind.CANDIDACY, 5, cast.claire) == ()
    assert [e.id for e in queries.evidence_of(session, Kind.CANDIDACY, 5, cast.emma)] == [
        evidence.id
    ]
