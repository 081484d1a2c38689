"""The floor: bare Flask and sqlite3, without a person, a right or a form; the same bytes."""

import hashlib
import json
import secrets
import sqlite3
import threading
from pathlib import Path

from flask import Flask, request
from flask.testing import FlaskClient
from jinja2 import Environment
from markupsafe import Markup

JINJA = Environment(autoescape=True)
CHECKLIST = JINJA.from_string(
    '{% for row in rows %}<li id="q{{ row[0] }}" data-v="{{ row[3] or "" }}">'
    '<a href="/audits/1/checklist/{{ row[0] }}"><b>{{ row[1] }}</b><span>{{ row[2] }}</span>'
    '<i>{{ labels[row[3]] or "" }}</i></a>{% if row[4] %}<p>{{ row[4] }}</p>{% endif %}</li>'
    "{% endfor %}{{ rest }}"
)
LIST = JINJA.from_string(
    '{% for row in rows %}<tr><th scope="row"><a href="/audits/{{ row[0] }}">{{ row[2] }}</a>'
    "<small>{{ row[1] }}</small></th><td>{{ labels[row[3]] }}</td><td>{{ row[4] }}</td>"
    "<td>{{ row[5] }}</td><td>{{ row[6] }} / {{ row[7] }}</td></tr>{% endfor %}{{ rest }}"
)
SERIES = JINJA.from_string(
    '{% for row in rows %}<tr><th scope="row">{{ row[1] }}</th><td>{{ row[2] }}</td></tr>'
    "{% endfor %}{{ rest }}"
)
LABELS = {None: "", "conforming": "Conforme", "minor_nonconformity": "Non-conformité mineure"}
LABELS |= {"strength": "Point fort", "in_progress": "En cours", "reported": "Rapport émis"}
LABELS |= {"closed": "Clos", "draft": "Brouillon", "planned": "Planifié"}


def bare_client(path: Path) -> FlaskClient:
    """Return a client of :func:`bare_app`."""
    return bare_app(path).test_client()


def bare_app(path: Path) -> Flask:
    """Serve a stage’s database as barely as can be; ``?size=`` pads a page to so many bytes."""
    app = Flask("floor")
    local = threading.local()

    def opened() -> sqlite3.Connection:
        if not hasattr(local, "db"):
            local.db = sqlite3.connect(path, timeout=15)
            local.db.execute("PRAGMA synchronous = FULL")
        return local.db

    def page(template, rows):
        bare = template.render(rows=rows, labels=LABELS, rest="")
        missing = request.args.get("size", 0, int) - len(bare.encode())
        return bare + Markup("x" * missing)

    @app.get("/health")
    def health():
        return {"ready": True}

    @app.get("/checklist/<int:audit_id>")
    def checklist(audit_id):
        rows = opened().execute(
            "SELECT position, clause_ref, question, verdict, observation FROM checklist_item "
            "WHERE audit_id = ? ORDER BY position",
            (audit_id,),
        )
        return page(CHECKLIST, [(a, b, json.loads(q)["fr"], v, o) for a, b, q, v, o in rows])

    @app.get("/audits")
    def audits():
        rows = opened().execute(
            "SELECT a.id, reference, title, status, starts_on, p.name, answered_count, "
            "question_count FROM audit a JOIN participation l ON l.subject_kind = 'audit' AND "
            "l.subject_id = a.id AND l.link = 'lead_auditor' JOIN person p ON p.id = l.person_id "
            "WHERE a.organisation_id = 1 ORDER BY a.listed_on DESC, a.id DESC LIMIT 50"
        )
        return page(LIST, rows.fetchall())

    add_series(app, opened, page)

    @app.post("/checklist/<int:audit_id>/<int:position>")
    def save(audit_id, position):
        verdict, observation = request.form["verdict"], request.form["observation"]
        where, db = (audit_id, position), opened()
        with db:
            db.execute("BEGIN IMMEDIATE")
            key, version = db.execute(
                "SELECT id, version FROM checklist_item WHERE audit_id = ? AND position = ?", where
            ).fetchone()
            db.execute(
                "UPDATE checklist_item SET verdict = ?, observation = ?, version = version + 1, "
                "answered_at = '2026-03-02 09:00:00.000000' WHERE id = ?",
                (verdict, observation, key),
            )
            db.execute(
                "UPDATE audit SET answered_count = answered_count + 1 WHERE id = ?", (audit_id,)
            )
            seq, prev = db.execute(
                "SELECT seq, hash FROM event WHERE organisation_id = 1 ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            body = json.dumps({"verdict": verdict, "salt": secrets.token_hex(16)})
            digest = hashlib.sha256((prev + body).encode()).hexdigest()
            db.execute(
                "INSERT INTO event (organisation_id, seq, at, verb, subject_kind, subject_id, "
                "body, prev, hash) VALUES (1, ?, '2026-03-02 09:00:00.000000', 'audit.answer', "
                "'checklist_item', ?, ?, ?, ?)",
                (seq + 1, key, body, prev, digest),
            )
        return {"version": version + 1}

    return app


def add_series(app: Flask, opened, page) -> None:
    """Add a page of the values of some indicators, one after the other."""

    @app.get("/series")
    def series():
        first, count = request.args.get("first", type=int), request.args.get("count", 1, int)
        rows = opened().execute(
            "SELECT indicator_id, period_on, value, inputs, 0 FROM measurement "
            "WHERE indicator_id >= ? AND indicator_id < ? ORDER BY indicator_id, period_on",
            (first, first + count),
        )
        return page(SERIES, [(a, b, c, json.loads(d), e) for a, b, c, d, e in rows])
