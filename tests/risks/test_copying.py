"""An analysis begins from another; a line leads to the indicator that watches it."""

from sqlalchemy import select

from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import RiskMethod
from tests.indicators.factories import make_indicator
from tests.risks.factories import make_action, make_analysis, make_lines, make_risk


def test_a_copy_has_the_lines_and_sections_and_no_rating(session, cast, browse, statements):
    model = make_analysis(session, cast.claire, scope="Vierzon")
    make_lines(session, model, cast.claire, 500)
    make_action(session, session.scalars(select(Risk)).first(), cast)
    key = model.id
    page = browse(cast.claire, "GET", f"/risks/{key}/copy")
    assert "500 lignes sont copiées, sans leur cotation" in page.text
    statements.clear()
    done = browse(cast.claire, "POST", f"/risks/{key}/copy", status=303, title="Tournage, ligne 3")
    assert len(statements) <= 55, len(statements)
    made = session.scalars(select(RiskAnalysis).order_by(RiskAnalysis.id.desc())).first()
    assert done.response.location.endswith(f"/risks/{made.id}")
    assert (made.title, made.scope, made.status) == ("Tournage, ligne 3", "Vierzon", "draft")
    lines = queries.lines_of(session, made.id)
    assert (len(lines), {line.band for line in lines}) == (500, {None})
    assert not any(line.open_count for line in lines)
    paths = [queries.section_paths(session, each).values() for each in (key, made.id)]
    assert list(paths[0]) == list(paths[1])
    assert made.scale == session.get_one(RiskAnalysis, key).scale


def test_a_copy_is_for_those_who_read_the_model_and_may_begin_one(session, cast, browse):
    model = make_analysis(session, cast.claire)
    path = f"/risks/{model.id}/copy"
    browse(cast.david, "GET", path, status=404)
    browse(cast.jean, "GET", path, status=403)
    browse(cast.claire, "POST", path, status=422, title="")
    single = make_analysis(session, cast.claire, method=RiskMethod.OCCUPATIONAL,
                           scale="duerp-gravite-probabilite-maitrise")  # fmt: skip
    page = browse(cast.claire, "POST", f"/risks/{single.id}/copy", status=422, title="Deuxième")
    assert "ne se copie pas" in page.text


def test_a_line_leads_to_the_indicator_that_it_names(session, cast, browse):
    indicator = make_indicator(session, cast)
    analysis = make_analysis(session, cast.claire)
    named = make_risk(session, analysis, cast.claire, details={"indicator": indicator.reference})
    other = make_risk(session, analysis, cast.claire, details={"indicator": "TF9"}, name="Coup")
    found, key = f"/indicators/{indicator.id}/chart", other.id
    page = browse(cast.claire, "GET", f"/risks/lines/{named.id}")
    assert page.select_one(f'a[href="{found}"]')
    assert not browse(cast.claire, "GET", f"/risks/lines/{key}").select(f'a[href="{found}"]')


def test_thresholds_are_set_before_anything_is_rated(session, cast, browse):
    analysis = make_analysis(session, cast.claire, scale="amdec-ipr-10")
    key, path = analysis.id, f"/risks/{analysis.id}/thresholds"
    page = browse(cast.claire, "GET", path)
    assert page.select_one("#t_high")["value"] == "100"
    for wrong in ({"t_medium": "50", "t_high": "40"}, {"t_medium": "", "t_high": "100"},
                  {"t_medium": "50", "t_high": "1001"}):  # fmt: skip
        browse(cast.claire, "POST", path, status=422, **wrong)
    browse(cast.claire, "POST", path, status=303, t_medium="50", t_high="80")
    risk = make_risk(session, session.get_one(RiskAnalysis, key), cast.claire, 4, 4, 5)
    assert risk.band == "high"  # 80: the threshold of the house
    page = browse(cast.claire, "POST", path, status=422, t_medium="50", t_high="120")
    assert "les seuils ne bougent plus" in page.text
    browse(cast.claire, "POST", path, status=303, t_medium="50", t_high="80")  # the same again
    assert "Les seuils ne bougent plus" in browse(cast.claire, "GET", path).text
    assert (
        "n’a pas de seuils"
        in browse(
            cast.claire, "GET", f"/risks/{make_analysis(session, cast.claire).id}/thresholds"
        ).text
    )
    browse(cast.jean, "GET", path, status=403)
