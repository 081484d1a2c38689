"""Signals logged once and explained, baselines, dated events: services and their pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.db.outbox import Notice
from qse_audit.indicators import services
from qse_audit.indicators.models import Baseline, LoggedSignal, RareEvent
from qse_audit.indicators.queries import readings
from qse_audit.indicators.rules import Chart
from tests.factories import today
from tests.indicators.factories import MONTH, make_indicator, measure

BOOK = (10, 12, 11, 13, 12, 11, 14, 12, 11, 13, 12, 11)
FIRST = MONTH.shift(-12)
TOLD = {"cause": "Presse déréglée.", "analysis": "Réglage revu, surveillé un mois."}


@pytest.fixture
def indicator(session, cast):
    """Give an indicator with a year of quiet values: accidents for as many hours."""
    made = make_indicator(session, cast, starts_on=MONTH.shift(-12).starts_on)
    fill(session, cast, made, BOOK)
    return made


def fill(session, cast, indicator, values, first=FIRST):
    rows = {
        first.shift(n): {"accidents": value, "heures": 1_000_000} for n, value in enumerate(values)
    }
    measure(session, indicator, rows, by=cast.bob, reason="reprise")


def jump(session, cast, indicator):
    """Lock the limits, then enter one value far outside instead of the last."""
    services.lock_baseline(session, indicator, draft(-12, -2), actor=cast.claire, now=now())
    fill(session, cast, indicator, (60,), first=MONTH.shift(-1))


def logged(session):
    session.expire_all()
    return session.scalars(select(LoggedSignal).order_by(LoggedSignal.id)).all()


# --- signals ---


def test_quiet_values_log_nothing(session, indicator):
    assert services.watch(session, indicator, now=now()) == 0
    assert logged(session) == []


def test_a_signal_is_logged_when_the_value_is_entered_and_its_owner_hears_once(
    session, cast, indicator
):
    session.query(Notice).delete()
    jump(session, cast, indicator)
    services.watch(session, indicator, now=now())
    session.commit()
    (signal,) = logged(session)
    assert (signal.rule, signal.is_favourable) == ("W1", False)
    notices = session.scalars(select(Notice).where(Notice.msgid.contains("Signal"))).all()
    assert [notice.person_id for notice in notices] == [cast.bob.user_id]


def test_an_explained_signal_is_history_on_the_page(session, cast, indicator, browse):
    jump(session, cast, indicator)
    path = f"/indicators/{indicator.id}/chart"
    page = browse(cast.bob, "GET", path)
    assert page.select_one("#signals > ul, #signals > div > ul")
    assert not page.select("#past-signals")
    (signal,) = logged(session)
    services.explain_signal(
        session, signal, services.Explanation(**TOLD), version=signal.version, actor=cast.bob,
        now=now(),
    )  # fmt: skip
    session.commit()
    page = browse(cast.bob, "GET", path)
    assert TOLD["cause"] in page.select_one("#past-signals").text
    assert "Signal expliqué" in page.select_one("figure.chart").text


def test_a_signal_that_goes_on_stays_one(session, cast):
    made = make_indicator(session, cast, starts_on=MONTH.shift(-24).starts_on)
    fill(session, cast, made, BOOK, first=MONTH.shift(-24))
    services.lock_baseline(
        session,
        made,
        services.BaselineDraft(first=MONTH.shift(-24), last=MONTH.shift(-13)),
        actor=cast.claire,
        now=now(),
    )
    fill(session, cast, made, (14,) * 8, first=MONTH.shift(-12))
    before = next(each for each in logged(session) if each.rule == "W2").until_on
    fill(session, cast, made, (14,) * 2, first=MONTH.shift(-4))
    runs = [each for each in logged(session) if each.rule == "W2"]
    assert len(runs) == 1
    assert runs[0].until_on > before


def test_a_draft_is_not_watched(session, cast):
    draft = make_indicator(session, cast, active=False)
    assert services.watch(session, draft, now=now()) == 0


@pytest.mark.parametrize("missing", ["cause", "analysis"])
def test_an_explanation_needs_a_cause_and_what_is_done(session, cast, indicator, missing):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    told = services.Explanation(**{**TOLD, missing: "  "})
    with pytest.raises(Refused) as refused:
        services.explain_signal(
            session, signal, told, version=signal.version, actor=cast.bob, now=now()
        )
    assert [each.code for each in refused.value.refusals] == [f"{missing}_missing"]


def test_a_signal_explained_meanwhile_is_a_conflict(session, cast, indicator):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    told = services.Explanation(**TOLD)
    with pytest.raises(Conflict):
        services.explain_signal(session, signal, told, version=99, actor=cast.bob, now=now())


def test_a_finding_that_does_not_exist_is_refused(session, cast, indicator):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    told = services.Explanation(**TOLD, finding="CST-1999-001")
    with pytest.raises(Refused) as refused:
        services.explain_signal(
            session, signal, told, version=signal.version, actor=cast.bob, now=now()
        )
    assert refused.value.refusals[0].code == "finding_unknown"


# --- baselines ---


def draft(first, last, cause=""):
    return services.BaselineDraft(first=MONTH.shift(first), last=MONTH.shift(last), cause=cause)


def test_a_locked_baseline_keeps_its_limits_when_values_follow(session, cast, indicator):
    services.lock_baseline(session, indicator, draft(-12, -3), actor=cast.claire, now=now())
    session.commit()
    before = readings.reading_of(session, indicator, today()).analysis.xmr.current.limits
    fill(session, cast, indicator, (13, 10), first=MONTH.shift(-2))
    after = readings.reading_of(session, indicator, today()).analysis.xmr.current.limits
    assert after == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (draft(-12, -10), "few_values"),
        (draft(-8, -2), "cause_missing"),
        (draft(-8, -2, "x" * 5000), "text_long"),
    ],
)
def test_a_baseline_is_refused_for_a_reason(session, cast, indicator, asked, code):
    with pytest.raises(Refused) as refused:
        services.lock_baseline(session, indicator, asked, actor=cast.claire, now=now())
    assert [each.code for each in refused.value.refusals] == [code]


def test_two_phases_do_not_overlap(session, cast, indicator):
    services.lock_baseline(
        session, indicator, draft(-6, -2, "Machine neuve"), actor=cast.claire, now=now()
    )
    with pytest.raises(Refused) as refused:
        services.lock_baseline(session, indicator, draft(-12, -4), actor=cast.claire, now=now())
    assert [each.code for each in refused.value.refusals] == ["phases_overlap"]


# --- pages ---


@pytest.mark.parametrize("who", ["claire", "bob", "alice", "jean", "emma", "farid"])
def test_the_company_reads_the_chart(cast, indicator, browse, who):
    page = browse(getattr(cast, who), "GET", f"/indicators/{indicator.id}/chart")
    assert page.select_one("figure.chart svg")
    assert "la cible de 10 par million d’heures n’est atteinte que par hasard" in page.text.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("who", ["david", "gaelle", "karine", "ines"])
@pytest.mark.parametrize("path", ["chart", "chart.png"])
def test_others_do_not_know_of_the_chart(cast, indicator, browse, who, path):
    browse(getattr(cast, who), "GET", f"/indicators/{indicator.id}/{path}", status=404)


def test_an_indicator_without_values_says_what_to_do_first(session, cast, browse):
    made = make_indicator(session, cast)
    page = browse(cast.bob, "GET", f"/indicators/{made.id}/chart")
    assert "Aucune valeur pour l’instant" in page.text


def test_the_owner_explains_a_signal_and_it_leaves_the_list(session, cast, indicator, browse):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    home = browse(cast.bob, "GET", "/")
    assert home.select_one(f'a[href="/indicators/{indicator.id}/chart"]')
    assert "Signaux à expliquer" not in browse(cast.alice, "GET", "/").text
    assert "un point hors des limites" in browse(cast.bob, "GET", "/indicators/signals").text
    path = f"/indicators/signals/{signal.id}"
    page = browse(cast.bob, "GET", path)
    assert page.select_one("textarea[name=cause]")
    assert page.select(f'a[href="/causes/new/signal/{signal.id}"]')
    browse(cast.bob, "POST", path, status=303, version=signal.version, **TOLD)
    (signal,) = logged(session)
    assert (signal.cause, signal.analysed_by_id) == (TOLD["cause"], cast.bob.user_id)
    assert "Aucun signal n’attend" in browse(cast.bob, "GET", "/indicators/signals").text
    assert TOLD["analysis"] in browse(cast.bob, "GET", f"/indicators/{indicator.id}/chart").text


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("jean", 403), ("david", 404)])
def test_others_do_not_explain_it(session, cast, indicator, browse, who, status):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    path = f"/indicators/signals/{signal.id}"
    browse(getattr(cast, who), "POST", path, status=status, version=1, **TOLD)
    assert logged(session)[0].analysed_at is None


def test_an_empty_explanation_loses_nothing(session, cast, indicator, browse):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    path = f"/indicators/signals/{signal.id}"
    page = browse(
        cast.bob, "POST", path, status=422, version=signal.version, cause="", analysis="ok"
    )
    assert page.select_one("textarea[name=analysis]").text.strip() == "ok"


def test_an_action_can_be_asked_for_a_signal(session, cast, indicator, browse):
    jump(session, cast, indicator)
    (signal,) = logged(session)
    path = f"/actions/new/signal/{signal.id}"
    assert browse(cast.claire, "GET", path).select_one("form [name=criterion]")
    browse(cast.david, "GET", path, status=404)


def test_the_coordinator_locks_and_unlocks_a_baseline(session, cast, indicator, browse):
    path = f"/indicators/{indicator.id}/baseline"
    asked = {"first": FIRST.iso, "last": MONTH.shift(-1).iso}
    browse(cast.alice, "POST", path, status=403, **asked)
    browse(cast.claire, "POST", path, status=303, **asked)
    baseline = session.scalars(select(Baseline)).one()
    assert baseline.locked_by_id == cast.claire.user_id
    unlock = "/indicators/baselines/{}/unlock"
    browse(cast.claire, "POST", unlock.format(baseline.id + 1), status=404)
    browse(cast.david, "POST", unlock.format(baseline.id), status=404)
    browse(cast.claire, "POST", unlock.format(baseline.id), status=303)
    session.expire_all()
    assert session.scalars(select(Baseline)).all() == []


def test_a_wrong_baseline_is_refused_on_its_page(session, cast, indicator, browse):
    path = f"/indicators/{indicator.id}/baseline"
    asked = {"first": MONTH.shift(-2).iso, "last": MONTH.shift(-1).iso}
    page = browse(cast.claire, "POST", path, status=422, **asked)
    assert "attendu : au moins 5" in page.text


def test_rare_events_are_dated_and_withdrawn_with_a_reason(session, cast, browse):
    made = make_indicator(session, cast, chart=Chart.G)
    path = f"/indicators/{made.id}/events"
    day = today() - timedelta(days=40)
    browse(cast.bob, "POST", path, status=303, happened_on=day.isoformat(), note="Doigt coupé")
    event = session.scalars(select(RareEvent)).one()
    assert (
        "40 jours depuis le dernier événement"
        in browse(cast.alice, "GET", f"/indicators/{made.id}/chart").text
    )
    withdraw = f"/indicators/events/{event.id}/withdraw"
    browse(cast.david, "GET", withdraw, status=404)
    browse(cast.bob, "POST", withdraw, status=422, reason=" ")
    browse(cast.bob, "POST", withdraw, status=303, reason="Accident de trajet")
    session.expire_all()
    assert session.get(RareEvent, event.id).withdrawn_reason == "Accident de trajet"


def test_an_event_to_come_is_refused(session, cast, browse):
    made = make_indicator(session, cast, chart=Chart.G)
    tomorrow = today() + timedelta(days=1)
    page = browse(
        cast.bob, "POST", f"/indicators/{made.id}/events", status=422,
        happened_on=tomorrow.isoformat(),
    )  # fmt: skip
    assert "Choisissez un jour déjà écoulé." in page.text
    assert session.scalars(select(RareEvent)).all() == []


@pytest.mark.parametrize("chart", [Chart.XMR, Chart.G, Chart.P])
def test_a_chart_costs_eight_statements_at_most(session, cast, client_of, statements, chart):
    made = make_indicator(session, cast, chart=chart, starts_on=FIRST.starts_on)
    fill(session, cast, made, BOOK)
    client, path = client_of(cast.alice), f"/indicators/{made.id}/chart"
    statements.clear()
    assert client.get(path).status_code == 200
    assert len(statements) <= 8, "\n".join(statements)


def test_the_chart_leaves_as_a_picture(cast, indicator, client_of):
    answer = client_of(cast.alice).get(f"/indicators/{indicator.id}/chart.png")
    assert answer.content_type == "image/png"
    assert answer.data.startswith(b"\x89PNG")
