"""Makers of referentials: files of any size, trees, and what is stored."""

from io import BytesIO
from pathlib import Path

import xlsxwriter
from sqlalchemy.orm import Session

from qse_audit.core.text import N_
from qse_audit.referentials import services
from qse_audit.referentials.models import Edition
from qse_audit.referentials.rules import Ask, Domain, Identity, Node, Outline
from tests.factories import NOW, Cast

FILES = Path(__file__).with_name("files")


def content(name: str) -> bytes:
    return (FILES / name).read_bytes()


def node(ref: str, *children: Node, questions: int = 0, assessable: bool = True, **more) -> Node:
    return Node(
        key=ref,
        ref=ref,
        title={"fr": f"Point {ref}", "en": f"Point {ref} (en)"},
        assessable=assessable and not children,
        questions=tuple(
            Ask(f"{ref}-{n}", {"fr": f"Question {n} de {ref} ?"}) for n in range(1, questions + 1)
        ),
        children=children,
        **more,
    )


def outline(*nodes: Node, ref: str = "GRILLE", edition: str = "1", sha256: str = "") -> Outline:
    return Outline(
        identifier=ref.lower(),
        ref=ref,
        edition=edition,
        title={"fr": f"Grille {ref}", "en": f"Grid {ref}"},
        domains=(Domain.SAFETY,),
        nodes=nodes or (node("1", node("1.1", questions=2), node("1.2", questions=1)), node("2")),
        format=N_("essai"),
        sha256=sha256,
    )


def large_outline(count: int = 1200) -> Outline:
    """Ten chapters, four levels, ``count`` requirements, a question each."""
    chapters = []
    left = count
    for chapter in range(1, 11):
        size = left // (11 - chapter)
        left -= size
        leaves = [node(f"{chapter}.1.{n}", questions=1) for n in range(1, size - 1)]
        chapters.append(node(f"{chapter}", node(f"{chapter}.1", *leaves)))
    return outline(*chapters, ref="GRAND")


def imported(session: Session, cast: Cast, made: Outline | None = None) -> Edition:
    """Store an imported referential of the company."""
    report = services.import_outline(
        session,
        made or outline(),
        organisation_id=cast.company,
        actor_id=cast.claire.user_id,
        now=NOW,
    )
    session.commit()
    return session.get_one(Edition, report.edition_id)


def shipped(session: Session, made: Outline | None = None) -> Edition:
    """Store a referential that everyone has."""
    report = services.import_outline(
        session, made or outline(ref="LIVRE"), organisation_id=None, actor_id=None, now=NOW
    )
    session.commit()
    return session.get_one(Edition, report.edition_id)


def in_house(session: Session, cast: Cast, ref: str = "ATELIER", **more) -> Edition:
    """Store a draft that Claire began."""
    identity = Identity(ref=ref, label="2026", title={"fr": f"Grille {ref}"}, **more)
    edition = services.create_in_house(session, identity, actor=cast.claire, now=NOW)
    session.commit()
    return edition


def workbook(rows: list[list[object]], *, sheet: str = "Feuille", **others) -> bytes:
    """An XLSX file with one sheet, and ``others`` by name."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, table in {**others, sheet: rows}.items():
            page = book.add_worksheet(name)
            for r, row in enumerate(table):
                for c, cell in enumerate(row):
                    page.write(r, c, cell)
    return file.getvalue()
