"""A family: an analysis remembers its model, and sees what changed there."""

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.core.errors import Refused
from qse_audit.risks import queries, services
from qse_audit.risks.models import Risk, RiskAnalysis, RiskCopy
from qse_audit.risks.rules import RiskMethod
from qse_audit.risks.rules.families import Copied, LineChange, digest_of, model_changes
from tests.risks.factories import DUERP, fmea_line, make_analysis, make_lines, make_risk


@pytest.fixture
def model(session, cast):
    """A model of three lines, the second withdrawn before anybody began from it."""
    made = make_analysis(session, cast.claire)
    lines = [make_risk(session, made, cast.claire, name=f"Mode {n}") for n in (1, 2, 3)]
    services.withdraw_risk(session, lines[1], "Doublon", actor=cast.claire, now=now())
    session.commit()
    return made


def copied(session, cast, model, title="Ligne 3"):
    made = services.copy_analysis(session, model, title, actor=cast.claire, now=now())
    session.commit()
    return made.id


def edit(session, cast, model, number, **texts):
    line = session.scalars(select(Risk).filter_by(analysis_id=model.id, number=number)).one()
    draft = fmea_line(f"Mode {number}", **texts)
    services.edit_risk(session, line, draft, actor=cast.claire, now=now())
    session.commit()


def changes(session, cast, key):
    found = queries.model_of(session, queries.get_analysis(session, key), cast.claire)
    return [(each.number, each.change, each.here and each.here.number) for each in found.changes]


def test_what_became_of_each_line_is_told_once():
    same, other, new = (fmea_line(name) for name in ("a", "b", "c"))
    before = {1: Copied(1, digest_of(same)), 2: Copied(2, digest_of(same)), 3: Copied(3, "x")}
    assert model_changes(before, {1: same, 2: other, 4: new}) == [
        (2, LineChange.CHANGED), (3, LineChange.WITHDRAWN), (4, LineChange.ADDED),
    ]  # fmt: skip
    moved = fmea_line("a", "Lavage")
    assert digest_of(moved) != digest_of(same)
    assert digest_of(fmea_line("a", details={"indicator": ""})) == digest_of(same)


def test_a_copy_sees_what_changed_in_its_model_beside_its_own_words(session, cast, browse, model):
    key = copied(session, cast, model)
    assert changes(session, cast, key) == []
    edit(session, cast, model, 3, cause="Vibration")
    make_risk(session, model, cast.claire, name="Mode 4")
    first = session.scalars(select(Risk).filter_by(analysis_id=model.id, number=1)).one()
    services.withdraw_risk(session, first, "Rien vu", actor=cast.claire, now=now())
    session.commit()
    assert changes(session, cast, key) == [
        (1, "withdrawn", 1), (3, "changed", 2), (4, "added", None),
    ]  # fmt: skip
    assert "3 lignes du modèle ont changé" in browse(cast.claire, "GET", f"/risks/{key}").text
    page = browse(cast.claire, "GET", f"/risks/{key}/family")
    cell = page.select("#model tbody tr")[1].select("td")[1].text
    assert "Vibration" in cell and "Dérive d’outil" in cell  # noqa: PT018  # one cell
    browse(cast.claire, "POST", f"/risks/{key}/family/seen", status=303)
    assert changes(session, cast, key) == []
    edit(session, cast, model, 3, cause="Fatigue")
    assert changes(session, cast, key) == [(3, "changed", 2)]


def test_a_model_shows_what_began_from_it_and_how_far_it_went_since(session, cast, browse, model):
    keys = [copied(session, cast, model, f"Ligne {n}") for n in (1, 2)]
    edit(session, cast, model, 1, effect="Fuite")
    browse(cast.claire, "POST", f"/risks/{keys[0]}/family/seen", status=303)
    here = f"/risks/{model.id}"
    page = browse(cast.claire, "GET", f"{here}/family")
    rows = [row.select("td.num")[0].text for row in page.select("#copies tbody tr")]
    assert rows == ["—", "1"]
    choose = "modèle de famille"
    assert choose not in browse(cast.claire, "GET", "/risks/new").text
    browse(cast.claire, "POST", f"{here}/family/mark", status=303, family="yes")
    assert choose in browse(cast.claire, "GET", "/risks/new").text
    assert "Modèle de famille" in browse(cast.claire, "GET", f"{here}/family").text
    browse(cast.claire, "POST", f"{here}/family/mark", status=303)
    assert choose not in browse(cast.claire, "GET", "/risks/new").text


def test_only_who_reads_the_model_is_told_of_it_and_only_who_works_marks_it(
    session, cast, browse, model
):
    key = copied(session, cast, model)
    assert "Tournage des axes" in browse(cast.claire, "GET", f"/risks/{key}/family").text
    copy = queries.get_analysis(session, key)
    assert queries.model_of(session, copy, cast.bob).analysis is None  # the model is a draft
    assert queries.copies_of(session, model, cast.bob) == []
    assert queries.model_of(session, model, cast.claire) is None
    browse(cast.david, "GET", f"/risks/{key}/family", status=404)
    session.execute(RiskAnalysis.__table__.update().values(status="in_force"))
    session.commit()
    for act in ("mark", "seen"):
        browse(cast.jean, "POST", f"/risks/{key}/family/{act}", status=403)
    single = make_analysis(session, cast.claire, method=RiskMethod.OCCUPATIONAL, scale=DUERP)
    with pytest.raises(Refused):
        services.mark_family(session, single, is_family=True, actor=cast.claire, now=now())
    with pytest.raises(Refused):
        services.look_at_model(session, single, actor=cast.claire, now=now())


def test_a_family_costs_the_same_whatever_its_size(session, cast, browse, statements, model):
    key = copied(session, cast, model)

    def cost():
        browse(cast.claire, "GET", f"/risks/{key}/family")
        statements.clear()
        browse(cast.claire, "GET", f"/risks/{key}/family")
        return len(statements)

    edit(session, cast, model, 1, effect="Fuite")
    before = cost()
    make_lines(session, session.get_one(RiskAnalysis, model.id), cast.claire, 60)
    assert session.scalars(select(RiskCopy)).one().analysis_id == key
    assert cost() == before
