"""Heat maps and evolution: what is counted where, and what counts when."""

from datetime import date, timedelta

from qse_audit.core.clock import day_in_paris, now
from qse_audit.risks import queries
from qse_audit.risks.library import scale_named
from qse_audit.risks.models import RiskRating
from qse_audit.risks.reports.charts import charts_of
from qse_audit.risks.rules import RatingStage, RiskRank, scale_from
from qse_audit.risks.rules.pictures import Life, Moment, heat_map, rank_on, ranks_over_time
from tests.risks.factories import (
    make_action,
    make_analysis,
    make_lines,
    make_risk,
    notes,
    rate,
    verify,
)

DAY = date(2026, 5, 10)
LOW, MEDIUM, HIGH = RiskRank


def moment(days, stage, rank):
    return Moment(DAY + timedelta(days), stage, rank)


def test_lines_are_counted_where_their_first_two_notes_meet():
    scale = scale_named("amdec-priorite-action")
    found = heat_map(scale, [(notes(9, 2, 7), 3), (notes(9, 2, 1), 1), (notes(1, 10, 5), 1)])
    assert [spot.count for spot in found.spots[1]] == [0, 2, *[0] * 8]
    assert found.spots[1][1].rank is HIGH  # the worst of the two: detection decides too
    assert (found.spots[9][9].count, found.spots[0][0].rank) == (1, None)


def test_a_cell_of_a_matrix_means_the_same_with_or_without_lines():
    scale = scale_named("apr-matrice-4x4")
    found = heat_map(scale, [({"gravity": 1, "likelihood": 1}, 1)])
    assert [spot.rank for spot in found.spots[0]] == [MEDIUM, HIGH, HIGH, HIGH]
    assert found.spots[3][0].count == 1


def test_a_plan_never_holds_and_gross_never_comes_back_over_net():
    life = Life(
        DAY,
        DAY + timedelta(30),
        [
            moment(0, RatingStage.GROSS, 3),
            moment(2, RatingStage.NET, 2),
            moment(4, RatingStage.PLANNED, 1),
            moment(6, RatingStage.GROSS, 3),
            moment(8, RatingStage.VERIFIED, 1),
        ],
    )
    held = [rank_on(life, DAY + timedelta(n)) for n in (-1, 0, 2, 4, 6, 8)]
    assert held == [None, HIGH, MEDIUM, MEDIUM, MEDIUM, LOW]
    unrated = Life(DAY, None, [])
    days = [DAY + timedelta(n) for n in (-1, 5, 29, 30)]
    counts = ranks_over_time([life, unrated], days)
    assert counts == [{}, {MEDIUM: 1, None: 1}, {LOW: 1, None: 1}, {None: 1}]


def test_the_page_shows_what_holds_and_what_is_planned(session, cast, browse):
    analysis = make_analysis(session, cast.claire)
    path = f"/risks/{analysis.id}/map"
    assert "Rien à montrer" in browse(cast.claire, "GET", path).text
    risk = make_risk(session, analysis, cast.claire, 9, 5, 5)
    make_risk(session, analysis, cast.claire, name="Non coté")
    action = make_action(session, risk, cast)
    rate(session, risk, cast.claire, RatingStage.PLANNED, notes=notes(9, 2, 2))
    found = queries.drawn(session, analysis.id)
    assert (len(found.now), found.unrated, found.plan_count) == (1, 1, 1)
    page = browse(cast.claire, "GET", path)
    titles = [each.text for each in page.select(".chart__title")]
    assert titles == ["Sévérité × Occurrence : aujourd’hui",
                      "Sévérité × Occurrence : après les actions prévues",
                      "Lignes par niveau, mois par mois"]  # fmt: skip
    assert "Risques élevés : 1 aujourd’hui. Une" in page.text
    verify(session, action, cast)
    rate(session, risk, cast.claire, RatingStage.VERIFIED, notes=notes(9, 2, 2), proof="Essai")
    page = browse(cast.claire, "GET", path)
    assert "Risques élevés : 0 aujourd’hui" in page.text
    browse(cast.david, "GET", path, status=404)


def test_the_pictures_of_2000_lines_take_few_statements(session, cast, browse, statements):
    analysis = make_analysis(session, cast.claire)
    make_lines(session, analysis, cast.claire, 2000)
    assert session.query(RiskRating).count() == 2000
    key, scale = analysis.id, scale_from(analysis.scale)
    statements.clear()
    found = queries.drawn(session, key)
    assert len(statements) == 2
    first, *_ = charts_of(found, scale, today=day_in_paris(now()), locale="en")
    assert sum(int(cell.text) for row in first.heat.cells for cell in row) == 2000
    statements.clear()
    browse(cast.claire, "GET", f"/risks/{key}/map")
    assert len(statements) <= 10, statements
