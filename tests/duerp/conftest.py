"""A DUERP with its assessment, and its versions as the services make them."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from qse_audit.duerp import services
from qse_audit.duerp.models import DuerpRecord, DuerpVersion
from qse_audit.duerp.rules import Contribution, Headcount, Part
from qse_audit.policies import Identity
from qse_audit.risks.models import RiskAnalysis
from tests.duerp.stored import make_duerp
from tests.factories import NOW, Cast

UNRATED_NOTE = "Mesure de bruit commandée pour mars"
"""Why versions are approved although a line of the DUERP is not rated."""


def consult(session: Session, version: DuerpVersion, who: Identity, now: datetime = NOW) -> None:
    """Note that all whom the law names were asked, and say so."""
    for part in (Part.CSE, Part.DESIGNATED, Part.HEALTH_SERVICE):
        asked = Contribution(part=part, who=f"{part} consulté", consulted_on=now.date())
        services.add_contribution(session, version, asked, actor=who, now=now)
    services.move_version(session, version, "consult", actor=who, now=now)
    session.commit()


def approved_by(
    session: Session, version: DuerpVersion, who: Identity, now: datetime = NOW
) -> DuerpRecord | None:
    """Approve a version whatever is not rated."""
    return services.move_version(
        session, version, "approve", reason=UNRATED_NOTE, actor=who, now=now
    )


def approve(
    session: Session,
    duerp: RiskAnalysis,
    cast: Cast,
    *,
    now: datetime = NOW,
    reason: str = "Première évaluation",
) -> DuerpVersion:
    """Approve a version of Claire’s."""
    return approve_of(session, duerp, cast.claire, cast.jean, now=now, reason=reason)


def approve_of(
    session: Session,
    duerp: RiskAnalysis,
    author: Identity,
    employer: Identity,
    *,
    now: datetime = NOW,
    reason: str = "Première évaluation",
) -> DuerpVersion:
    """Prepare a version, have everybody asked, approve it."""
    version = services.prepare_version(session, duerp.id, reason, actor=author, now=now)
    consult(session, version, author, now)
    approved_by(session, version, employer, now)
    session.commit()
    return version


def count_employees(
    session: Session, who: Identity, employees: int, since: date = date(2020, 1, 1)
) -> None:
    services.note_headcount(session, Headcount(since, employees), actor=who, now=NOW)
    session.commit()


@pytest.fixture
def duerp(session: Session, cast: Cast) -> RiskAnalysis:
    """A DUERP of Claire’s company: two units, three risks, one of them not rated."""
    found = make_duerp(session, cast.claire)
    count_employees(session, cast.claire, 20)
    return found
