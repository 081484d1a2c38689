import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Site
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity

pytestmark = pytest.mark.own_app


def add_counting_route(app):
    @app.post("/count")
    @requires(Permission.OWN_SPACE)
    @commits
    def count():
        row = Site(organisation_id=identity().organisation_id, name=f"Site {now().isoformat()}")
        session().add(row)
        session().flush()
        return {"id": row.id}


def test_the_same_key_acts_once_and_gets_the_same_answer(app, browse, session, cast):
    add_counting_route(app)
    key = {"Idempotency-Key": "k1"}
    first = browse(cast.claire, "POST", "/count", headers=key).response.json
    again = browse(cast.claire, "POST", "/count", headers=key).response.json
    assert first == again
    made = session.scalars(select(Site.id).where(Site.name.startswith("Site 2"))).all()
    assert made == [first["id"]]


def test_the_key_of_another_person_is_another_key(app, browse, session, cast):
    add_counting_route(app)
    key = {"Idempotency-Key": "k1"}
    first = browse(cast.claire, "POST", "/count", headers=key).response.json
    other = browse(cast.david, "POST", "/count", headers=key).response.json
    assert first != other


def test_without_a_key_each_request_acts(app, browse, cast):
    add_counting_route(app)
    answers = {browse(cast.claire, "POST", "/count").response.json["id"] for _ in range(2)}
    assert len(answers) == 2
