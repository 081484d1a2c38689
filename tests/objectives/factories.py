"""Makers of what the tests of objectives need, most of it through the services."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction
from qse_audit.indicators.models import Indicator, Measurement
from qse_audit.indicators.rules import Chart, IndicatorDomain, IndicatorStatus, Timing
from qse_audit.objectives import services
from qse_audit.objectives.rules import Level, ObjectiveDraft, TalkKind
from qse_audit.policy.models import Policy, PolicySentence
from qse_audit.policy.rules import PolicyStatus
from qse_audit.referentials.rules import Domain
from tests.factories import NOW

TODAY = NOW.date()


def make_policy(session, cast, *texts, domains=("safety",)):
    """Put a policy with these commitments (keys c1, c2…) in force."""
    policy = Policy(
        organisation_id=cast.company,
        number=1,
        title="Politique QSE",
        status=PolicyStatus.IN_FORCE,
        decided_at=NOW,
        decided_by_id=cast.jean.user_id,
        created_at=NOW,
        created_by_id=cast.claire.user_id,
    )
    session.add(policy)
    session.flush()
    session.add_all(
        PolicySentence(
            policy_id=policy.id, position=n, key=f"c{n}", text=text, domains=list(domains)
        )
        for n, text in enumerate(texts or ("Prévenir les accidents",), start=1)
    )
    session.flush()
    return policy


def make_indicator(session, cast, title="Accidents avec arrêt", *values, **changes):
    """Store an indicator with one value a month."""
    given = {
        "organisation_id": cast.company,
        "reference": f"IND-{title[:14]}",
        "status": IndicatorStatus.ACTIVE,
        "domain": IndicatorDomain.SAFETY,
        "timing": Timing.LAGGING,
        "owner_id": cast.claire.user_id,
        "measure_unit": "accidents",
        "frequency": Frequency.MONTH,
        "starts_on": date(2026, 1, 1),
        "direction": Direction.DOWN,
        "chart": Chart.XMR,
        "created_at": NOW,
        "created_by_id": cast.claire.user_id,
    }
    indicator = Indicator(title=title, **{**given, **changes})
    session.add(indicator)
    session.flush()
    session.add_all(
        Measurement(
            organisation_id=cast.company,
            indicator_id=indicator.id,
            period_on=date(2026, n, 1),
            inputs={},
            value=Decimal(value),
            is_complete=True,
            late_days=0,
            entered_at=NOW,
        )
        for n, value in enumerate(values, start=1)
    )
    session.flush()
    return indicator


def draft(cast, **changes):
    given = {
        "title": "Réduire les accidents avec arrêt",
        "level": Level.COMPANY,
        "domain": Domain.SAFETY,
        "commitments": frozenset({"c1"}),
        "owner_id": cast.bob.user_id,
        "resources": "Budget de 5 000 €",
        "starts_on": TODAY,
        "due_on": TODAY + timedelta(days=300),
        "direction": Direction.DOWN,
        "baseline": Fraction(9),
        "target": Fraction(4),
    }
    return ObjectiveDraft(**{**given, **changes})


def make_objective(session, cast, *, actor=None, **changes):
    """Create an objective by the services."""
    made = services.create_objective(
        session, draft(cast, **changes), actor=actor or cast.claire, now=NOW
    )
    session.flush()
    return made


def running(session, cast, **changes):
    """Create an objective, have it agreed and started."""
    made = make_objective(session, cast, **changes)
    services.move_objective(session, made, "propose", "", actor=cast.claire, now=NOW)
    services.say(session, made, TalkKind.AGREEMENT, text="", actor=cast.bob, now=NOW)
    services.move_objective(session, made, "start", "", actor=cast.claire, now=NOW)
    session.flush()
    return made
