"""The list of versions says in SQL what the policy says, for everybody."""

from itertools import product

from sqlalchemy import select

from qse_audit.core.permissions import Permission
from qse_audit.duerp import queries
from qse_audit.duerp.models import DuerpVersion
from qse_audit.duerp.rules import VersionStatus
from qse_audit.policies import allows
from tests.duerp.stored import make_duerp
from tests.factories import NOW


def test_the_versions_that_a_list_shows_are_those_that_the_policy_opens(session, cast):
    for maker, status in product((cast.claire, cast.emma, cast.david), VersionStatus):
        duerp = make_duerp(session, maker)
        is_approved = status is VersionStatus.APPROVED
        session.add(
            DuerpVersion(
                organisation_id=maker.organisation_id,
                analysis_id=duerp.id,
                number=1,
                status=status,
                reason="Annuelle",
                prepared_at=NOW,
                prepared_by_id=maker.user_id,
                approved_at=NOW if is_approved else None,
                approved_on=NOW.date() if is_approved else None,
                approved_by_id=cast.jean.user_id if is_approved else None,
            )
        )
        session.commit()
    versions = session.scalars(select(DuerpVersion)).all()
    seen = set()
    for name, who in cast.everyone().items():
        shown = {line.id for line in queries.version_lines(session, who)}
        opened = {v.id for v in versions if allows(who, Permission.DUERP_READ, v.access())}
        assert shown == opened, name
        seen.add(len(shown))
    assert len(seen) > 3
