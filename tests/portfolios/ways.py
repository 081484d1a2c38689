"""Every way to take part in a record: who did what, and how the portfolio must call it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.actions.rules import ActionStatus
from qse_audit.core.involvement import Involvement as I
from qse_audit.core.permissions import Kind, Link
from qse_audit.documents.store import FileStore
from qse_audit.policies import Identity
from tests.factories import NOW, Cast
from tests.portfolios import factories as make


@dataclass(frozen=True)
class Stage:
    """What a record is made with."""

    session: Session
    cast: Cast
    files: FileStore


@dataclass(frozen=True)
class Way:
    """One way to take part in a record of one kind."""

    kind: Kind
    involvement: I
    make: Callable[[Stage, Identity], int]
    """Make a record in which this person, and nobody else of the cast but the usual, took part so;
    return its id."""

    def __str__(self) -> str:
        return f"{self.kind}-{self.involvement}"


def _audit(stage: Stage, who: Identity) -> Any:
    return make.make_audit(stage.session, stage.cast, lead=who)


def _joined(link: Link) -> Callable[[Stage, Identity], int]:
    def joined(stage: Stage, who: Identity) -> int:
        team = {link: [who.user_id]}
        return make.make_audit(stage.session, stage.cast, lead=stage.cast.claire, team=team).id

    return joined


def _finding(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_finding(stage.session, stage.cast, audit, author=who).id


def _finding_of_team(stage: Stage, who: Identity) -> int:
    return make.make_finding(
        stage.session, stage.cast, _audit(stage, who), author=stage.cast.claire
    ).id


def _report(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_report(stage.session, stage.cast, stage.files, audit, by=who).id


def _report_of_team(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, who)
    return make.make_report(stage.session, stage.cast, stage.files, audit, by=stage.cast.claire).id


def _evidence(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_evidence(stage.session, stage.cast, stage.files, audit, by=who).id


def _action(stage: Stage, who: Identity) -> int:
    finding = make.make_finding(stage.session, stage.cast, _audit(stage, stage.cast.claire))
    return make.make_action(stage.session, stage.cast, finding, owner=who).id


def _verified(stage: Stage, who: Identity) -> int:
    finding = make.make_finding(stage.session, stage.cast, _audit(stage, stage.cast.claire))
    action = make.make_action(stage.session, stage.cast, finding, owner=stage.cast.bob)
    action.status, action.criterion = (
        ActionStatus.EFFECTIVE,
        "Aucune gamme périmée en six semaines.",
    )
    action.done_at = NOW
    action.verified_by_id, action.verified_at = who.user_id, NOW
    stage.session.commit()
    return action.id


WAYS = (
    Way(Kind.AUDIT, I.LEAD_AUDITOR, lambda stage, who: _audit(stage, who).id),
    Way(Kind.AUDIT, I.TRAINEE_AUDITOR, _joined(Link.TRAINEE_AUDITOR)),
    Way(Kind.AUDIT, I.OBSERVER, _joined(Link.OBSERVER)),
    Way(Kind.FINDING, I.AUTHOR, _finding),
    Way(Kind.FINDING, I.LEAD_AUDITOR, _finding_of_team),
    Way(Kind.REPORT, I.AUTHOR, _report),
    Way(Kind.REPORT, I.LEAD_AUDITOR, _report_of_team),
    Way(Kind.EVIDENCE, I.AUTHOR, _evidence),
    Way(Kind.ACTION, I.OWNER, _action),
    Way(Kind.ACTION, I.VERIFIER, _verified),
)
