import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.web.paging import decode, encode, page
from tests.factories import NOW

NAMES = ["a", "b", "b", "b", "c", "d", "e"]


@pytest.fixture
def turn(session):
    session.add_all(
        Organisation(name=name, kind=OrganisationKind.COMPANY, created_at=NOW) for name in NAMES
    )
    session.commit()

    def turn(cursor=None, *, descending=False):
        statement = select(Organisation.id, Organisation.name)
        return page(
            session,
            statement,
            [(Organisation.name, descending), (Organisation.id, descending)],
            cursor=cursor,
            size=3,
            make=lambda row: row.name,
        )

    return turn


@pytest.mark.parametrize("descending", [False, True])
def test_every_row_is_met_once_going_on(turn, descending):
    met, cursor = [], None
    while True:
        found = turn(cursor, descending=descending)
        met += found.rows
        if found.next is None:
            break
        cursor = found.next
    assert met == sorted(NAMES, reverse=descending)


def test_going_back_gives_the_page_before(turn):
    first = turn()
    second = turn(first.next)
    back = turn(second.previous)
    assert back.rows == first.rows
    assert (back.previous, first.previous) == (None, None)
    assert back.next is not None


@pytest.mark.parametrize("cursor", ["", "x", "%%%", encode([1]), encode([{"a": 1}, 2]), "e30"])
def test_a_cursor_that_makes_no_sense_gives_the_first_page(turn, cursor):
    assert turn(cursor).rows == ["a", "b", "b"]


def test_a_cursor_keeps_its_values():
    assert decode(encode(["é", 3])) == (False, ["é", 3])
