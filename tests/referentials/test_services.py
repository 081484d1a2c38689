"""Acts on referentials: importing, writing, freezing; and what each leaves behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import BadInput, NotFound, Refused
from qse_audit.db.trail import Event
from qse_audit.referentials import queries, services
from qse_audit.referentials.formats.any_file import read_outline
from qse_audit.referentials.models import Edition, Question, Referential, Requirement
from qse_audit.referentials.rules import Draft, EditionStatus, Identity, ImportOutcome, Place
from tests.factories import NOW
from tests.referentials.factories import (
    FILES,
    content,
    imported,
    in_house,
    large_outline,
    node,
    outline,
    shipped,
)


def rows(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def verbs(session) -> list[str]:
    return list(session.scalars(select(Event.verb).order_by(Event.id)))


def draft(ref: str, **more) -> Draft:
    return Draft(ref=ref, title={"fr": f"Point {ref}"}, **more)


def again(session, cast, made, **more):
    return services.import_outline(
        session, made, organisation_id=cast.company, actor_id=None, now=NOW, **more
    )


# Importing --------------------------------------------------------------------------------------


def test_what_is_stored_is_what_was_read(session, cast):
    for name in ("grid.yaml", "library.yaml"):
        read = read_outline(content(name), name)
        edition = imported(session, cast, read)
        assert queries.tree_of(session, edition.id) == read.nodes
        assert edition.sha256 == read.sha256
        assert edition.requirement_count == read.counts.requirements


def test_an_import_of_1200_requirements_takes_at_most_30_statements(session, cast, statements):
    made = large_outline(1200)
    assert made.counts.requirements == 1200
    statements.clear()
    again(session, cast, made)
    session.commit()
    assert len(statements) <= 30, statements


def test_a_dry_run_reports_the_same_and_changes_nothing(session, cast):
    made = outline()
    dry = again(session, cast, made, dry_run=True)
    assert rows(session, Edition) == rows(session, Referential) == rows(session, Event) == 0
    real = again(session, cast, made)
    assert dry.as_json() == real.as_json()
    assert dry.outcome is real.outcome is ImportOutcome.NEW_REFERENTIAL


def test_the_json_report_has_the_promised_keys(session, cast):
    report = services.import_file(
        session, FILES / "grid.yaml", organisation_id=cast.company, now=NOW
    )
    assert report.as_json() == {
        "referential": "VISITE",
        "edition": "2026",
        "requirements": 3,
        "assessable": 2,
        "warnings": [
            "Points à vérifier sans question : 1. La grille d’audit reprendra leur intitulé."
        ],
    }


def test_a_file_that_is_not_there_is_bad_input(session, cast, tmp_path):
    with pytest.raises(BadInput, match="illisible"):
        services.import_file(session, tmp_path / "no.yaml", organisation_id=cast.company, now=NOW)


def test_the_same_content_again_changes_nothing(session, cast):
    imported(session, cast, outline(sha256="a" * 64))
    before = verbs(session)
    report = again(session, cast, outline(sha256="a" * 64))
    assert report.outcome is ImportOutcome.UNCHANGED
    assert (rows(session, Edition), verbs(session)) == (1, before)


def test_other_content_of_an_unused_edition_takes_its_place(session, cast):
    first = imported(session, cast, outline(sha256="a" * 64))
    report = again(session, cast, outline(node("9", questions=1), sha256="b" * 64))
    assert report.outcome is ImportOutcome.NEW_CONTENT
    assert report.edition_id == first.id
    session.refresh(first)
    assert (first.content_version, first.requirement_count) == (2, 1)
    assert [n.ref for n in queries.tree_of(session, first.id)] == ["9"]


def test_other_content_never_touches_an_edition_that_an_audit_used(session, cast):
    first = imported(session, cast, outline(sha256="a" * 64))
    services.freeze_edition(session, first, NOW)
    before = queries.tree_of(session, first.id)
    report = again(session, cast, outline(node("9"), sha256="b" * 64))
    session.refresh(first)
    assert report.edition_id != first.id
    assert queries.tree_of(session, first.id) == before
    assert (first.sha256, first.status) == ("a" * 64, EditionStatus.SUPERSEDED)
    assert session.get_one(Edition, report.edition_id).content_version == 2


def test_an_import_never_overwrites_what_people_wrote_here(session, cast):
    written = imported(session, cast, outline(sha256="a" * 64))
    services.add_requirement(session, written, draft("X"), actor=cast.claire, now=NOW)
    report = again(session, cast, outline(node("9"), sha256="b" * 64))
    assert report.edition_id != written.id
    assert "X" in {n.ref for n in queries.tree_of(session, written.id)}


def test_another_edition_stands_beside_the_first(session, cast):
    imported(session, cast)
    report = again(session, cast, outline(edition="2"))
    assert report.outcome is ImportOutcome.NEW_EDITION
    assert (rows(session, Referential), rows(session, Edition)) == (1, 2)


def test_two_companies_may_import_the_same_file(session, cast):
    imported(session, cast)
    services.import_outline(
        session, outline(), organisation_id=cast.other_company, actor_id=None, now=NOW
    )
    assert rows(session, Referential) == 2


def test_an_import_is_in_the_trail_of_its_organisation(session, cast):
    imported(session, cast)
    assert verbs(session) == ["referential.import"]


def test_what_is_shipped_is_loaded_once(session):
    assert services.load_shipped(session, NOW) == 5
    session.commit()
    assert services.load_shipped(session, now=NOW) == 0
    found = {(e.referential.ref, e.label): e for e in session.scalars(select(Edition))}
    assert set(found) == {
        ("ISO 9001", "2015"),
        ("ISO 14001", "2015"),
        ("ISO 14001", "2026"),
        ("ISO 45001", "2018"),
        ("GRILLE-ATELIER", "2026"),
    }
    assert found["ISO 9001", "2015"].assessable_count == 65
    assert rows(session, Referential) == 4


# Writing ----------------------------------------------------------------------------------------


def test_an_in_house_referential_begins_as_an_empty_draft(session, cast):
    edition = in_house(session, cast)
    assert edition.status is EditionStatus.DRAFT
    assert edition.referential.in_house
    assert edition.referential.organisation_id == cast.company
    assert verbs(session) == ["referential.create"]


def test_a_shipped_referential_can_be_copied(session, cast):
    source = shipped(session)
    identity = Identity(ref="MIEN", label="1", title={"fr": "Le mien"})
    edition = services.create_in_house(session, identity, copied=source, actor=cast.claire, now=NOW)
    assert queries.tree_of(session, edition.id) == queries.tree_of(session, source.id)
    assert edition.question_count == 3


def test_a_name_is_used_once_in_an_organisation(session, cast):
    in_house(session, cast)
    with pytest.raises(Refused) as refused:
        in_house(session, cast)
    assert refused.value.refusals[0].code == "referential_taken"


def test_requirements_are_added_where_asked_and_counted(session, cast):
    edition = in_house(session, cast)
    one = services.add_requirement(
        session, edition, draft("1", assessable=False), actor=cast.claire, now=NOW
    )
    services.add_requirement(session, edition, draft("2"), actor=cast.claire, now=NOW)
    services.add_requirement(
        session,
        edition,
        draft("1.1", questions={"fr": ["Est-ce propre ?", "Rangé ?"], "en": ["Clean?"]}),
        parent=session.get_one(Requirement, one),
        actor=cast.claire,
        now=NOW,
    )
    tree = queries.tree_of(session, edition.id)
    assert [n.ref for n in tree] == ["1", "2"]
    child = tree[0].children[0]
    assert [dict(ask.text) for ask in child.questions] == [
        {"fr": "Est-ce propre ?", "en": "Clean?"},
        {"fr": "Rangé ?"},
    ]
    assert (edition.requirement_count, edition.assessable_count, edition.question_count) == (
        3,
        2,
        2,
    )


def test_a_number_is_given_once(session, cast):
    edition = in_house(session, cast)
    services.add_requirement(session, edition, draft("1"), actor=cast.claire, now=NOW)
    with pytest.raises(Refused) as refused:
        services.add_requirement(session, edition, draft("1"), actor=cast.claire, now=NOW)
    assert refused.value.refusals[0].code == "ref_taken"


def test_a_requirement_cannot_be_put_under_one_of_another_edition(session, cast):
    edition, other = in_house(session, cast), in_house(session, cast, "AUTRE")
    far = services.add_requirement(session, other, draft("1"), actor=cast.claire, now=NOW)
    with pytest.raises(NotFound):
        services.add_requirement(
            session,
            edition,
            draft("1.1"),
            parent=session.get_one(Requirement, far),
            actor=cast.claire,
            now=NOW,
        )


def requirement(session, edition, ref):
    return session.scalars(
        select(Requirement).where(Requirement.edition_id == edition.id, Requirement.ref == ref)
    ).one()


def test_a_reworded_question_keeps_its_key_and_a_new_one_takes_the_next(session, cast):
    edition = imported(session, cast)
    changed = requirement(session, edition, "1.1")
    version = changed.version
    lines = {"fr": ["Question 1 de 1.1 ?", "Autrement dite ?"]}
    services.write_requirement(
        session, changed, draft("1.1", questions=lines), actor=cast.claire, now=NOW
    )
    assert asks(session, edition) == [
        ("1.1-1", "Question 1 de 1.1 ?"),
        ("1.1-2", "Autrement dite ?"),
    ]
    lines = {"fr": ["Une nouvelle ?", *lines["fr"]]}
    services.write_requirement(
        session, changed, draft("1.1", questions=lines), actor=cast.claire, now=NOW
    )
    assert asks(session, edition)[0] == ("1.1-3", "Une nouvelle ?")
    assert changed.version == version + 2


def asks(session, edition):
    found = requirement(session, edition, "1.1")
    questions = queries.questions_of(session, Question.requirement_id == found.id)[found.id]
    return [(ask.key, ask.text["fr"]) for ask in questions]


def test_a_requirement_goes_with_all_below_it(session, cast):
    edition = imported(session, cast)
    services.remove_requirement(
        session, requirement(session, edition, "1"), actor=cast.claire, now=NOW
    )
    assert [n.ref for n in queries.tree_of(session, edition.id)] == ["2"]
    assert (edition.requirement_count, edition.question_count) == (1, 0)
    assert rows(session, Question) == 0


def test_moves_change_order_and_level(session, cast):
    edition = imported(session, cast)
    moving = requirement(session, edition, "2").id

    def after(direction):
        services.move_requirement(
            session, edition, moving, direction=direction, actor=cast.claire, now=NOW
        )
        session.expire_all()
        return shape(queries.items_of(session, edition.id))

    assert after("up") == {"2": {}, "1": {"1.1": {}, "1.2": {}}}
    assert after("down") == {"1": {"1.1": {}, "1.2": {}}, "2": {}}
    assert after("in") == {"1": {"1.1": {}, "1.2": {}, "2": {}}}
    assert requirement(session, edition, "2").depth == 1
    assert after("up") == {"1": {"1.1": {}, "2": {}, "1.2": {}}}
    assert after("out") == {"1": {"1.1": {}, "1.2": {}}, "2": {}}
    assert after("sideways") == {"1": {"1.1": {}, "1.2": {}}, "2": {}}


def shape(items):
    return {item.ref: shape(item.children) for item in items}


def test_an_order_must_be_of_the_same_tree_and_without_cycle(session, cast):
    edition = imported(session, cast)
    places = queries.places_of(session, edition.id)
    one, inner = places[0], places[1]
    for wrong, code in (
        (places[1:], "tree_changed"),
        ([*places[1:], Place(10**6, None)], "tree_changed"),
        ([Place(one.id, inner.id), *places[1:]], "not_a_tree"),
    ):
        with pytest.raises(Refused) as refused:
            services.reorder(session, edition, wrong, actor=cast.claire, now=NOW)
        assert refused.value.refusals[0].code == code


def test_a_draft_is_published_when_it_has_something_to_assess(session, cast):
    edition = in_house(session, cast)
    with pytest.raises(Refused) as refused:
        services.publish(session, edition, actor=cast.claire, now=NOW)
    assert refused.value.refusals[0].code == "nothing_to_assess"
    empty = edition.sha256
    services.add_requirement(session, edition, draft("1"), actor=cast.claire, now=NOW)
    services.publish(session, edition, actor=cast.claire, now=NOW)
    assert edition.status is EditionStatus.IN_FORCE
    assert edition.sha256 != empty


def test_a_published_edition_replaces_the_one_before(session, cast):
    first = imported(session, cast)
    second = services.next_edition(session, first, label="2", actor=cast.claire, now=NOW)
    assert second.status is EditionStatus.DRAFT
    assert queries.tree_of(session, second.id) == queries.tree_of(session, first.id)
    services.publish(session, second, actor=cast.claire, now=NOW)
    session.refresh(first)
    assert first.status is EditionStatus.SUPERSEDED


def test_an_edition_has_a_label_of_its_own(session, cast):
    first = imported(session, cast)
    with pytest.raises(Refused) as refused:
        services.next_edition(session, first, label="1", actor=cast.claire, now=NOW)
    assert refused.value.refusals[0].code == "label_taken"


ACTS = {
    "add": lambda s, e, c: services.add_requirement(s, e, draft("X"), actor=c.claire, now=NOW),
    "write": lambda s, e, c: services.write_requirement(
        s, requirement(s, e, "2"), draft("2b"), actor=c.claire, now=NOW
    ),
    "remove": lambda s, e, c: services.remove_requirement(
        s, requirement(s, e, "2"), actor=c.claire, now=NOW
    ),
    "move": lambda s, e, c: services.move_requirement(
        s, e, requirement(s, e, "2").id, direction="up", actor=c.claire, now=NOW
    ),
    "describe": lambda s, e, c: services.describe_edition(
        s, e, Identity(ref="Y", label="1", title={}), actor=c.claire, now=NOW
    ),
    "publish": lambda s, e, c: services.publish(s, e, actor=c.claire, now=NOW),
    "delete": lambda s, e, c: services.delete_draft(s, e, actor=c.claire, now=NOW),
}


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_edition_that_an_audit_used_never_changes(session, cast, act):
    edition = imported(session, cast)
    services.freeze_edition(session, edition, NOW)
    session.commit()
    before = queries.tree_of(session, edition.id)
    with pytest.raises(Refused) as refused:
        ACTS[act](session, edition, cast)
    session.rollback()
    assert refused.value.refusals[0].code == "edition_is_frozen"
    assert queries.tree_of(session, edition.id) == before


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_shipped_edition_never_changes(session, cast, act):
    edition = shipped(session)
    with pytest.raises(Refused) as refused:
        ACTS[act](session, edition, cast)
    assert refused.value.refusals[0].code == "shipped_is_read_only"


def test_a_draft_can_be_deleted_and_its_referential_with_the_last_one(session, cast):
    edition = in_house(session, cast)
    services.add_requirement(session, edition, draft("1"), actor=cast.claire, now=NOW)
    services.delete_draft(session, edition, actor=cast.claire, now=NOW)
    session.commit()
    assert rows(session, Referential) == rows(session, Requirement) == 0


def test_a_published_edition_cannot_be_deleted(session, cast):
    with pytest.raises(Refused) as refused:
        services.delete_draft(session, imported(session, cast), actor=cast.claire, now=NOW)
    assert refused.value.refusals[0].code == "not_a_draft"


def test_two_imports_at_once_make_one_edition(engine, session, cast):
    company = cast.company
    session.commit()

    def act(_: int) -> ImportOutcome:
        with Session(engine) as own:
            report = services.import_outline(
                own, outline(sha256="c" * 64), organisation_id=company, actor_id=None, now=NOW
            )
            own.commit()
            return report.outcome

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(act, range(4)))
    assert outcomes == [ImportOutcome.NEW_REFERENTIAL, *[ImportOutcome.UNCHANGED] * 3]
    assert rows(session, Edition) == 1
