"""Writing analyses: what is saved, refused, recorded, frozen."""

import hashlib
import json

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from qse_audit.core.clock import now
from qse_audit.core.domains import Domain
from qse_audit.core.errors import Conflict, NotFound, Refused, TransitionRefused
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.risks import queries, services
from qse_audit.risks.models import Risk, RiskRating, RiskSection, RiskVersion
from qse_audit.risks.rules import RatingStage, RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import AnalysisStatus, MemberDraft
from qse_audit.risks.services.batches import Line
from tests.risks.factories import (
    DUERP,
    approve,
    fmea_line,
    line_numbered,
    make_action,
    make_analysis,
    make_draft,
    make_lines,
    make_ready,
    make_risk,
    notes,
    rate,
    verify,
)


@pytest.fixture
def analysis(session, cast):
    return make_analysis(session, cast.claire)


def codes(refused):
    return {refusal.code for refusal in refused.value.refusals}


# --- beginning, the team ---


def test_a_scale_of_another_method_is_refused_and_names_of_elsewhere_too(session, cast):
    with pytest.raises(Refused) as refused:
        services.create_analysis(
            session,
            make_draft(scale=DUERP, domains=(), owner_id=cast.david.user_id, title=" "),
            actor=cast.claire,
            now=now(),
        )
    assert codes(refused) == {"scale", "domains", "owner_id", "title"}


def test_a_scale_is_copied_so_that_old_notes_keep_their_meaning(session, cast, analysis):
    assert analysis.scale["key"] == "amdec-priorite-action"
    assert analysis.scale["criteria"][0]["code"] == "severity"


def test_a_team_opens_the_analysis_to_its_people_and_refuses_strangers(session, cast, analysis):
    make_ready(session, analysis, cast)
    assert cast.bob.user_id in analysis.access().links["member"]
    with pytest.raises(Refused):
        services.set_team(
            session,
            analysis,
            [MemberDraft(function="", person_id=cast.david.user_id)],
            actor=cast.claire,
            now=now(),
        )


# --- sections ---


def test_sections_are_made_by_their_paths_once_whatever_the_case(session, cast, analysis):
    lines = [
        Line(draft=fmea_line("A", "Tournage", "Ébauche")),
        Line(draft=fmea_line("B", "tournage", "Finition")),
        Line(draft=fmea_line("C", "Lavage")),
    ]
    services.write_lines(session, analysis, lines, actor=cast.claire, now=now())
    nodes = queries.sections_of(session, analysis.id)
    assert [(n.title, n.depth, n.risk_count) for n in nodes] == [
        ("Tournage", 0, 0),
        ("Ébauche", 1, 1),
        ("Finition", 1, 1),
        ("Lavage", 0, 1),
    ]


def test_a_section_is_never_its_own_parent_even_from_far(session, cast, analysis):
    for title in ("Bas", "Milieu"):
        services.add_section(session, analysis, title, actor=cast.claire, now=now())
    low, middle = session.scalars(select(RiskSection).order_by(RiskSection.position)).all()
    services.place_section(session, middle, low.id, actor=cast.claire, now=now())
    for parent in (low.id, middle.id):
        with pytest.raises(Refused, match="sous elle-même"):
            services.place_section(session, low, parent, actor=cast.claire, now=now())
    with pytest.raises(NotFound):
        services.place_section(session, low, 999_999, actor=cast.claire, now=now())
    session.commit()
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE risk_section SET parent_id = id"))


def test_a_section_that_holds_lines_is_not_removed(session, cast, analysis):
    make_risk(session, analysis, cast.claire)
    section = session.scalars(select(RiskSection)).one()
    with pytest.raises(Refused, match="n’est pas vide"):
        services.remove_section(session, section, actor=cast.claire, now=now())


# --- lines and ratings ---


def test_a_line_is_rated_whole_or_not_at_all(session, cast, analysis):
    rated = make_risk(session, analysis, cast.claire, 9, 2, 7)
    assert (rated.band, rated.score, rated.risk_rank) == ("H", 126, RiskRank.HIGH)
    unrated = make_risk(session, analysis, cast.claire)
    assert (unrated.band, unrated.risk_rank) == (None, None)
    for given in ({"severity": 9}, notes(0, 2, 7), notes(11, 2, 7)):
        with pytest.raises(Refused):
            services.add_risk(
                session, analysis, fmea_line(), notes=given, actor=cast.claire, now=now()
            )
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE risk SET notes = NULL WHERE score IS NOT NULL"))


def test_a_plan_stays_a_plan_until_an_action_is_verified_and_proof_is_shown(
    session, cast, analysis
):
    risk = make_risk(session, analysis, cast.claire, 8, 5, 5)
    action = make_action(session, risk, cast)
    rate(session, risk, cast.claire, RatingStage.PLANNED, notes=notes(8, 2, 3), reason="Mesure")
    assert (risk.score, risk.planned_score) == (200, 48)
    with pytest.raises(Refused):  # nobody verified the action yet
        rate(session, risk, cast.claire, RatingStage.VERIFIED, notes=notes(8, 2, 3), proof="Cpk")
    session.rollback()
    verify(session, action, cast)
    assert queries.effective_since(session, risk) == [action.id]
    with pytest.raises(Refused) as refused:
        rate(session, risk, cast.claire, RatingStage.VERIFIED, notes=notes(8, 2, 3))
    assert "proof_missing" in codes(refused)
    session.rollback()
    rate(
        session,
        risk,
        cast.claire,
        RatingStage.VERIFIED,
        notes=notes(8, 2, 3),
        reason="Trois séries mesurées",
        proof="Relevé Cpk de mars",
    )
    assert (risk.score, risk.stage, risk.planned_score) == (48, RatingStage.VERIFIED, None)
    kept = session.scalars(select(RiskRating).order_by(RiskRating.id)).all()
    assert [each.stage for each in kept] == ["net", "planned", "verified"]
    assert kept[-1].action_ids == [action.id]
    assert queries.effective_since(session, risk) == []


def test_a_gross_rating_never_replaces_the_net_one(session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire, 5, 3, 4)
    rate(session, risk, cast.claire, RatingStage.GROSS, notes=notes(5, 8, 9))
    assert (risk.score, risk.stage) == (60, RatingStage.NET)
    assert queries.lines_of(session, analysis.id)[0].gross_score == 360


def test_a_high_risk_answered_by_equipment_alone_draws_a_warning_of_the_law(session, cast):
    analysis = make_analysis(session, cast.claire, domains=(Domain.QUALITY, Domain.SAFETY))
    risk = make_risk(session, analysis, cast.claire, 9, 8, 8)
    assert queries.tally_of(session, analysis.id).unanswered == 1
    make_action(session, risk, cast, PreventionPrinciple.INDIVIDUAL)
    assert queries.tally_of(session, analysis.id).unanswered == 0
    warnings = queries.prevention_warnings_of(session, risk)
    assert [each.code for each in warnings] == ["only_protection"]
    assert "L4121-2" in warnings[0].source
    make_action(session, risk, cast, PreventionPrinciple.REPLACE)
    assert queries.prevention_warnings_of(session, risk) == ()
    parts = make_analysis(session, cast.claire, domains=(Domain.QUALITY,))
    scrap = make_risk(session, parts, cast.claire, 9, 8, 8)
    assert queries.prevention_warnings_of(session, scrap) == ()  # it asks nothing about parts


def test_lines_are_read_in_the_order_of_the_tree_whenever_they_were_written(
    session, cast, browse, analysis
):
    sections = ("Lavage",), ("Tournage", "Finition"), ()
    lines = [Line(draft=fmea_line(f"Mode {n}", *path)) for n, path in enumerate(sections)]
    lines[2] = Line(draft=fmea_line("Mode 2", section=()))
    services.write_lines(session, analysis, lines, actor=cast.claire, now=now())
    turning = session.scalars(select(RiskSection).where(RiskSection.title == "Tournage")).one()
    services.step_section(session, turning, "up", actor=cast.claire, now=now())
    session.commit()
    wanted = ["Mode 2", "Mode 1", "Mode 0"]
    assert [line["event"] for line in queries.content_of(session, analysis)["lines"]] == wanted
    page = browse(cast.claire, "GET", f"/risks/{analysis.id}/lines")
    assert [each.text for each in page.select("th[scope=row] a")] == wanted


def test_a_line_that_somebody_else_changed_is_a_conflict(session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire)
    seen = risk.version
    services.edit_risk(
        session, risk, fmea_line(cause="Usure"), version=seen, actor=cast.claire, now=now()
    )
    session.commit()
    with pytest.raises(Conflict):
        services.edit_risk(
            session, risk, fmea_line(cause="Choc"), version=seen, actor=cast.claire, now=now()
        )


def test_a_withdrawn_line_keeps_its_reason_and_is_counted_no_more(session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire, 9, 8, 8)
    with pytest.raises(Refused):
        services.withdraw_risk(session, risk, " ", actor=cast.claire, now=now())
    services.withdraw_risk(session, risk, "Machine vendue", actor=cast.claire, now=now())
    session.commit()
    assert queries.tally_of(session, analysis.id).total == 0
    with pytest.raises(Refused):
        rate(session, risk, cast.claire, RatingStage.NET, notes=notes(1, 1, 1))
    services.restore_risk(session, risk, actor=cast.claire, now=now())
    session.commit()
    assert queries.tally_of(session, analysis.id).high == 1


def test_a_fact_that_counts_whatever_the_notes_rates_a_line_again(session, cast):
    analysis = make_analysis(
        session,
        cast.claire,
        method=RiskMethod.ENVIRONMENTAL,
        scale="aspects-gravite-frequence-maitrise",
    )
    details = {"stage": "manufacture", "influence": "direct"}
    draft = fmea_line(family="normal", details=details)
    given = {"gravity": 1, "frequency": 1, "mastery": 1}
    risk = services.add_risk(session, analysis, draft, notes=given, actor=cast.claire, now=now())
    assert risk.risk_rank == RiskRank.LOW
    breach = fmea_line(family="normal", details={**details, "overrides": ["legal_breach"]})
    services.edit_risk(session, risk, breach, actor=cast.claire, now=now())
    assert risk.risk_rank == RiskRank.HIGH
    batch = [Line(draft=draft, number=1)]
    services.write_lines(session, analysis, batch, actor=cast.claire, now=now())
    assert risk.risk_rank == RiskRank.LOW
    batch = [Line(draft=breach, number=1, notes=given)]
    done = services.write_lines(session, analysis, batch, actor=cast.claire, now=now())
    assert (risk.risk_rank, risk.stage, done.rated) == (RiskRank.HIGH, RatingStage.NET, 1)


# --- many at once ---


def test_a_batch_is_all_or_nothing_and_says_where(session, cast, analysis):
    good = Line(draft=fmea_line(), notes=notes(5, 5, 5), place="ligne 2")
    bad = Line(draft=fmea_line(effect=""), notes=notes(0, 5, 5), place="ligne 3")
    gone = Line(draft=fmea_line(), number=99, place="ligne 4")
    with pytest.raises(Refused) as refused:
        services.write_lines(session, analysis, [good, bad, gone], actor=cast.claire, now=now())
    told = [str(each.message) for each in refused.value.refusals]
    assert [each[:8] for each in told] == ["ligne 3,", "ligne 3,", "ligne 4,"]
    assert session.scalar(select(func.count()).select_from(Risk)) == 0


def test_five_hundred_lines_are_written_in_thirty_statements(session, cast, analysis, statements):
    make_lines(session, analysis, cast.claire, 40)
    lines = [
        Line(draft=fmea_line(f"Neuf {n}", f"Étape {n % 40:02}"), notes=notes(5, 4, 5))
        for n in range(480)
    ]
    lines += [
        Line(draft=fmea_line(f"Revu {n}", "Étape 00"), notes=notes(2, 2, 2), number=n)
        for n in range(1, 21)
    ]
    statements.clear()
    done = services.write_lines(session, analysis, lines, actor=cast.claire, now=now())
    session.commit()
    assert len(statements) <= 30
    assert (done.added, done.changed, done.rated) == (480, 20, 500)
    again = line_numbered(session, analysis, 20)
    assert (again.event, again.score, again.version) == ("Revu 20", 8, 4)
    same = [line for line in lines if line.number]
    done = services.write_lines(session, analysis, same, actor=cast.claire, now=now())
    assert (done.added, done.changed, done.rated) == (0, 0, 0)


# --- versions ---


def test_approving_says_everything_that_still_lacks(session, cast, analysis):
    analysis.review_on = None
    make_risk(session, analysis, cast.claire)
    with pytest.raises(TransitionRefused) as refused:
        services.move_analysis(session, analysis, "approve", "", actor=cast.claire, now=now())
    assert codes(refused) == {"unrated", "team", "review_on", "note"}


def test_a_version_is_exactly_what_was_approved_and_never_changes(session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire, 8, 5, 5)
    make_action(session, risk, cast)
    make_ready(session, analysis, cast)
    approve(session, analysis, cast.jean)
    assert analysis.status is AnalysisStatus.IN_FORCE
    services.edit_risk(session, risk, fmea_line("Autre chose"), actor=cast.claire, now=now())
    session.commit()
    version = session.scalars(select(RiskVersion)).one()
    content = json.loads(version.document)
    assert hashlib.sha256(version.document.encode()).hexdigest() == version.sha256
    assert content["lines"][0]["event"] == "Diamètre hors tolérance"
    assert content["lines"][0]["rating"]["band"] == "M"
    assert content["actions"][0]["principle"] == "source"
    for act in ("UPDATE risk_version SET reason = 'autre'", "DELETE FROM risk_version",
                "UPDATE risk_rating SET score = 1", "DELETE FROM risk_rating"):  # fmt: skip
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(act))
    approve(session, analysis, cast.jean)
    assert queries.last_version_number(session, analysis.id) == 2


def test_an_archived_analysis_does_not_change(session, cast, analysis):
    risk = make_risk(session, analysis, cast.claire)
    services.move_analysis(session, analysis, "archive", "Ligne vendue", actor=cast.jean, now=now())
    session.commit()
    for act in (
        lambda: make_risk(session, analysis, cast.claire),
        lambda: rate(session, risk, cast.claire, RatingStage.NET, notes=notes(1, 1, 1)),
        lambda: make_ready(session, analysis, cast),
    ):
        with pytest.raises(Refused):
            act()
        session.rollback()
