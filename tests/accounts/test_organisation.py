"""The organisation: its name, its sites, and opening another."""

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Membership, Organisation, Site
from qse_audit.accounts.queries import sites_of
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission, Role
from qse_audit.db.trail import Event
from qse_audit.policies import allows


def test_the_page_opens_to_those_whom_the_policy_names(browse, cast):
    for who in cast.everyone().values():
        allowed = allows(who, Permission.ORGANISATION_READ)
        browse(who, "GET", "/organisation", status=200 if allowed else 403)


def test_a_coordinator_reads_without_buttons(browse, cast):
    page = browse(cast.claire, "GET", "/organisation")
    assert "Usine de Vierzon" in page.text
    assert not page.select("main form, main a.btn")


def test_the_name_changes_and_the_trail_knows(browse, session, cast):
    browse(cast.ines, "POST", "/organisation/edit", status=303, name="Martin SA", version=1)
    assert session.get(Organisation, cast.company).name == "Martin SA"
    assert session.scalars(select(Event.verb)).all() == ["organisation.rename"]


def test_two_people_renaming_see_both_names(browse, session, cast):
    browse(cast.ines, "POST", "/organisation/edit", status=303, name="Martin SA", version=1)
    page = browse(
        cast.ines, "POST", "/organisation/edit", status=409, name="Martin & fils", version=1
    )
    assert "Martin SA" in page.text
    assert page.select_one("textarea[name=name]").text.strip() == "Martin & fils"
    assert session.get(Organisation, cast.company).name == "Martin SA"
    again = {i["name"]: i["value"] for i in page.select("main input[type=hidden]")}
    browse(cast.ines, "POST", "/organisation/edit", status=303, name="Martin & fils", **again)
    assert session.get(Organisation, cast.company).name == "Martin & fils"


@pytest.mark.parametrize("who", ["claire", "bob"])
def test_only_administrators_change_the_organisation(browse, cast, who):
    someone = getattr(cast, who)
    for path in ("/organisation/edit", "/organisation/sites/new", "/organisations/new"):
        browse(someone, "GET", path, status=403)
        browse(someone, "POST", path, status=403, name="X")
    hidden = 403 if who == "claire" else 404
    browse(someone, "POST", f"/organisation/sites/{cast.site}/archive", status=hidden)


def test_a_site_is_added_renamed_archived_and_put_back(browse, session, cast):
    browse(cast.ines, "POST", "/organisation/sites/new", status=303, name="Bourges", address="Gare")
    site = session.scalars(select(Site).where(Site.name == "Bourges")).one()
    path = f"/organisation/sites/{site.id}"
    browse(cast.ines, "POST", path, status=303, name="Bourges nord", address="")
    assert session.get(Site, site.id).name == "Bourges nord"
    browse(cast.ines, "POST", f"{path}/archive", status=303)
    assert "Bourges nord" not in {s.name for s in sites_of(session, cast.company)}
    browse(cast.ines, "POST", f"{path}/restore", status=303)
    assert "Bourges nord" in {s.name for s in sites_of(session, cast.company)}
    verbs = session.scalars(select(Event.verb).order_by(Event.seq)).all()
    assert verbs == ["site.create", "site.edit", "site.archive", "site.restore"]


@pytest.mark.parametrize("name", ["", "usine de vierzon", "x" * 121, "\x00"])
def test_a_site_needs_a_name_of_its_own(browse, session, cast, name):
    browse(cast.ines, "POST", "/organisation/sites/new", status=422, name=name, address="ici")
    assert len(session.scalars(select(Site)).all()) == 1


def test_a_foreign_site_looks_missing(browse, session, cast):
    foreign = Site(organisation_id=cast.other_company, name="Forge")
    session.add(foreign)
    session.commit()
    for key in (foreign.id, 99999):
        browse(cast.ines, "GET", f"/organisation/sites/{key}", status=404)
        for act in ("", "/archive", "/restore"):
            browse(cast.ines, "POST", f"/organisation/sites/{key}{act}", status=404, name="X")


def test_an_administrator_opens_another_organisation_and_acts_in_it(session, cast, client_of):
    client = client_of(cast.ines)
    data = {"organisation": "Centre de Bourges", "kind": "exam_centre"}
    assert client.post("/organisations/new", data=data).status_code == 303
    assert "Centre de Bourges" in client.get("/organisation").text
    made = session.scalars(
        select(Organisation).where(Organisation.name == "Centre de Bourges")
    ).one()
    roles = session.scalars(
        select(Membership.role).where(Membership.organisation_id == made.id)
    ).all()
    assert roles == [Role.ADMINISTRATOR]
    back = client.post("/switch-organisation", data={"organisation_id": cast.company})
    assert back.status_code == 303
    assert "Atelier Martin" in client.get("/organisation").text


def test_an_empty_organisation_says_what_a_site_is_for(browse, session, cast):
    session.delete(session.get(Site, cast.site))
    session.commit()
    page = browse(cast.ines, "GET", "/organisation")
    assert "Un site est un lieu" in page.text
    assert page.select_one(".empty a[href='/organisation/sites/new']")
    assert now()


LIMITS = "/organisation/limits"


def test_an_organisation_says_what_is_too_much_and_too_long(browse, session, cast):
    page = browse(cast.ines, "GET", LIMITS)
    shown = {each["name"]: each["value"] for each in page.select("input[type=number]")}
    assert shown == {"objectives_per_owner": "7", "objective_review_months": "6"}
    chosen = {"objectives_per_owner": "3", "objective_review_months": "12"}
    browse(cast.ines, "POST", LIMITS, status=303, version=1, **chosen)
    stored = session.get(Organisation, cast.company)
    assert (stored.objectives_per_owner, stored.objective_review_months) == (3, 12)
    event = session.scalars(select(Event)).one()
    assert event.verb == "organisation.limit"
    assert '"after":{"objective_review_months":12,"objectives_per_owner":3}' in event.body
    told = [each.text.strip() for each in browse(cast.claire, "GET", "/organisation").select("dd")]
    assert told == ["3", "12"]


@pytest.mark.parametrize(("name", "typed"), [
    ("objectives_per_owner", "0"), ("objectives_per_owner", "100"), ("objectives_per_owner", "x"),
    ("objective_review_months", "37"), ("objective_review_months", ""),
])  # fmt: skip
def test_a_limit_out_of_range_is_refused_at_its_field(browse, session, cast, name, typed):
    given = {"objectives_per_owner": "3", "objective_review_months": "12", name: typed}
    page = browse(cast.ines, "POST", LIMITS, status=422, version=1, **given)
    assert page.select_one(f"[name={name}][aria-invalid=true]")
    assert session.get(Organisation, cast.company).objectives_per_owner == 7


@pytest.mark.parametrize("who", ["claire", "bob"])
def test_only_administrators_change_the_limits(browse, cast, who):
    browse(getattr(cast, who), "POST", LIMITS, status=403, version=1)


def test_limits_changed_meanwhile_show_both(browse, session, cast):
    chosen = {"objectives_per_owner": "3", "objective_review_months": "12"}
    browse(cast.ines, "POST", LIMITS, status=303, version=1, **chosen)
    page = browse(cast.ines, "POST", LIMITS, status=409, version=1,
                  objectives_per_owner="5", objective_review_months="12")  # fmt: skip
    assert "5" in page.text
    assert session.get(Organisation, cast.company).objectives_per_owner == 3
