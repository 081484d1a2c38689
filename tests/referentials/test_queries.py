"""What lists and choices hold, for whom, and at what price."""

import pytest

from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.policies import allows
from qse_audit.referentials import queries, services
from qse_audit.referentials.models import Referential
from qse_audit.referentials.rules import Domain, EditionStatus, Origin
from tests.factories import CAST, NOW
from tests.referentials.factories import imported, in_house, node, outline, shipped


def refs(session, who, **filters):
    found = queries.referentials_readable_by(session, who, queries.Filters(**filters))
    count = queries.count_readable_by(session, who, queries.Filters(**filters))
    assert count == len(found.rows)
    return [line.ref for line in found.rows]


def everything(session, cast):
    shipped(session)
    imported(session, cast)
    in_house(session, cast)
    return session.query(Referential).all()


@pytest.mark.parametrize("name", CAST)
def test_the_list_is_the_policy_said_in_sql(session, cast, name):
    who = getattr(cast, name)
    stored = everything(session, cast)
    allowed = {r.ref for r in stored if allows(who, Permission.REFERENTIAL_READ, r.access())}
    assert set(refs(session, who)) == allowed


def test_a_stranger_sees_what_is_shipped_and_nothing_of_ours(session, cast):
    everything(session, cast)
    assert refs(session, cast.david) == ["LIVRE"]
    assert [c.name for c in queries.editions_for(session, cast.other_company)] == ["LIVRE (1)"]


def test_the_list_is_searched_and_filtered(session, cast):
    everything(session, cast)
    imported(session, cast, outline(ref="MÉTAL"))
    assert refs(session, cast.claire) == ["ATELIER", "GRILLE", "LIVRE", "MÉTAL"]
    assert refs(session, cast.claire, text="grille métal") == ["MÉTAL"]
    assert refs(session, cast.claire, text="100%_") == []
    assert refs(session, cast.claire, origin=Origin.SHIPPED) == ["LIVRE"]
    assert refs(session, cast.claire, origin=Origin.IN_HOUSE) == ["ATELIER"]
    assert refs(session, cast.claire, origin=Origin.IMPORTED) == ["GRILLE", "MÉTAL"]
    assert refs(session, cast.claire, domain=Domain.SAFETY) == ["GRILLE", "LIVRE", "MÉTAL"]
    assert refs(session, cast.claire, status=EditionStatus.DRAFT) == ["ATELIER"]


def test_the_list_takes_at_most_four_statements(session, cast, statements):
    for number in range(60):
        imported(session, cast, outline(node("1"), ref=f"R{number:03}"))
    statements.clear()
    found = queries.referentials_readable_by(session, cast.claire, queries.Filters())
    queries.count_readable_by(session, cast.claire, queries.Filters())
    assert len(found.rows) == 50
    assert found.next
    assert len(statements) <= 4
    following = queries.referentials_readable_by(
        session, cast.claire, queries.Filters(), cursor=found.next
    )
    assert [line.ref for line in following.rows] == [f"R{n:03}" for n in range(50, 60)]


def test_the_newest_content_of_each_edition_is_shown_the_current_one_first(session, cast):
    first = imported(session, cast, outline(edition="2024", sha256="a" * 64))
    services.freeze_edition(session, first, NOW)
    imported(session, cast, outline(node("5"), edition="2024", sha256="b" * 64))
    services.next_edition(session, first, label="2027", actor=cast.claire, now=NOW)
    session.commit()
    (line,) = queries.referentials_readable_by(session, cast.claire, queries.Filters()).rows
    assert [(e.label, e.content_version) for e in line.editions] == [("2024", 2), ("2027", 1)]


def test_audits_choose_among_published_editions_of_newest_content(session, cast):
    first = imported(session, cast, outline(sha256="a" * 64))
    services.freeze_edition(session, first, NOW)
    imported(session, cast, outline(node("5"), sha256="b" * 64))
    in_house(session, cast)
    (choice,) = queries.editions_for(session, cast.company)
    assert (choice.name, choice.assessable_count) == ("GRILLE (1)", 1)


def test_sections_are_chapters_with_the_clauses_below(session, cast):
    edition = imported(session, cast)
    found = queries.sections_of(session, edition.id)
    assert [(s.key, [c.key for c in s.children]) for s in found] == [
        ("1", ["1.1", "1.2"]),
        ("2", []),
    ]


def test_the_tree_takes_two_statements_at_any_size(session, cast, statements):
    edition = imported(session, cast).id
    statements.clear()
    queries.tree_of(session, edition)
    assert len(statements) == 2


@pytest.mark.parametrize(
    "get", [queries.get_referential, queries.get_edition, queries.get_requirement]
)
def test_what_does_not_exist_is_not_found(session, get):
    with pytest.raises(NotFound):
        get(session, 123456)
