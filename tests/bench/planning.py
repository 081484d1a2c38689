"""Importing a referential, and creating an audit with its checklist."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from qse_audit.referentials.services import import_file
from tests.bench.measuring import Line, against, count_sql, figure, side_by_side
from tests.bench.stage import Stage
from tests.factories import NOW

CHAPTERS, CLAUSES = 10, 119
REQUIREMENT = (
    "INSERT INTO requirement (id, edition_id, parent_id, position, depth, key, ref, title, text, "
    "guidance, expected_evidence, assessable, weight, tags, version) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}', ?, ?, ?, 1, '[]', 1)"
)
QUESTION = (
    "INSERT INTO question (edition_id, requirement_id, position, key, text) VALUES (?, ?, 0, ?, ?)"
)


def lines(folder: Path, empty: Stage, small: Stage) -> Iterator[Line]:
    yield importing(folder, empty)
    yield from creating(empty, small)


def importing(folder: Path, stage: Stage) -> Line:
    numbers = itertools.count()

    def ours() -> None:
        with Session(stage.engine) as session:
            path = written(folder, next(numbers))
            import_file(session, path, organisation_id=stage.cast.company, now=NOW)
            session.commit()

    def floor() -> None:
        number = next(numbers)
        tree = yaml.load(written(folder, number).read_bytes(), yaml.CSafeLoader)
        with closing(sqlite3.connect(stage.path)) as db, db:
            store(db, tree["requirements"], 1_000_000 + number)

    times = side_by_side(ours, floor, repeat=5)
    sql = count_sql(stage.engine, ours)
    return against("import 1,200 requirements (YAML)", *times, most=4, sql=sql, most_sql=30)


def written(folder: Path, number: int) -> Path:
    """Write a referential of 1,200 requirements, each with guidance and a question."""
    path = folder / f"banc-{number}.yaml"
    path.write_text(
        "format: qse-audit/referential/1\n"
        f'kind: audit\nid: banc-{number}\nref: BANC-{number}\nedition: "1"\n'
        "title: {fr: Grille de banc, en: Bench grid}\ndomains: [quality]\nrequirements:\n"
        + "".join(chapter(c) for c in range(1, CHAPTERS + 1))
    )
    return path


def chapter(c: int) -> str:
    clauses = "".join(
        f'      - ref: "{c}.{n}"\n'
        f"        title: {{fr: Tenue du poste {n}, en: Workstation {n}}}\n"
        f"        assessable: true\n"
        f"        guidance: {{fr: Regarder le registre puis deux postes au hasard.}}\n"
        f"        expected_evidence: {{fr: Un enregistrement daté du mois.}}\n"
        f'        questions: [{{id: "{c}.{n}-1", fr: Le poste {n} est-il tenu à jour ?}}]\n'
        for n in range(1, CLAUSES + 1)
    )
    title = f"{{fr: Chapitre {c}, en: Chapter {c}}}"
    return f'  - ref: "{c}"\n    title: {title}\n    assessable: false\n    children:\n{clauses}'


def store(db: sqlite3.Connection, chapters: list, edition: int) -> None:
    """Write a tree as barely as can be."""
    base = db.execute("SELECT coalesce(max(id), 0) FROM requirement").fetchone()[0]
    nodes, questions = [], []

    def add(node: dict, parent: int | None, depth: int) -> None:
        key, ref = base + len(nodes) + 1, node["ref"]
        texts = [
            json.dumps(node.get(n, {}), ensure_ascii=False)
            for n in ("title", "guidance", "expected_evidence")
        ]
        place = (key, edition, parent, len(nodes), depth, ref, ref)
        nodes.append((*place, *texts, node["assessable"]))
        for asked in node.get("questions", ()):
            text = json.dumps({"fr": asked["fr"]}, ensure_ascii=False)
            questions.append((edition, key, asked["id"], text))
        for child in node.get("children", ()):
            add(child, key, depth + 1)

    for node in chapters:
        add(node, None, 0)
    db.executemany(REQUIREMENT, nodes)
    db.executemany(QUESTION, questions)


class Creating:
    """An audit on 1,200 questions, created again and again."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        with Session(stage.engine) as session:
            self.chosen = stage.criteria(session, 1200)

    def __call__(self) -> None:
        with Session(self.stage.engine) as session:
            self.stage.new_audit(session, *self.chosen)
            session.commit()


def creating(empty: Stage, small: Stage) -> Iterator[Line]:
    first, later = Creating(empty), Creating(small)

    def floor() -> None:
        with closing(sqlite3.connect(empty.path)) as db, db:
            db.execute("PRAGMA synchronous = FULL")
            (key,) = db.execute("SELECT max(id) FROM audit").fetchone()
            db.execute("DELETE FROM checklist_item WHERE audit_id = ?", (key,))
            db.execute(
                "INSERT INTO checklist_item (audit_id, position, referential_label, section_ref, "
                "section_title, clause_ref, clause_title, question, guidance, expected_evidence, "
                "weight, observation, version) SELECT ?, r.position, 'B', '1', '{}', r.ref, "
                "r.title, q.text, r.guidance, r.expected_evidence, 1, '', 1 FROM requirement r "
                "JOIN question q ON q.requirement_id = r.id WHERE r.edition_id = ?",
                (key, first.chosen[0]),
            )

    one, thousand, bare = side_by_side(first, later, floor, repeat=7)
    sql = count_sql(small.engine, later)
    yield against("create an audit on 1,200 questions", one, bare, sql=sql, most_sql=15)
    best = sorted(one.cpu)[len(one.cpu) // 2] * 1000
    yield figure("  its CPU time", best, unit="ms", most=31, why="P/5")
    yield against("  among 1,200 audits / the first", thousand, one, most=1.2, unit="growth")
