import pytest

from qse_audit.accounts.models import Site
from qse_audit.processes.models import Process
from qse_audit.processes.rules import ProcessKind
from tests.audits.factories import make_edition


@pytest.fixture
def other(session, cast):
    """What David’s company has, by kind."""
    site = Site(organisation_id=cast.other_company, name="Forge")
    process = Process(
        organisation_id=cast.other_company, name="Forgeage", kind=ProcessKind.OPERATIONAL
    )
    session.add_all([site, process])
    session.commit()
    edition = make_edition(session, ref="Grille de David", organisation_id=cast.other_company)
    return {"site": site.id, "process": process.id, "edition": edition.id}
