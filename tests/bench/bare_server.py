"""The smallest server: Flask, sqlite3 and waitress. A plain script: its port, and a database."""

import sqlite3
import sys
from pathlib import Path

import waitress
from flask import Flask

if len(sys.argv) > 2:
    from tests.bench.floors import bare_app  # late: the bare start loads nothing of ours

    app = bare_app(Path(sys.argv[2]))
else:
    app = Flask("floor")

    @app.get("/health")
    def health() -> dict[str, str]:
        with sqlite3.connect(":memory:") as db:
            return {"version": db.execute("SELECT sqlite_version()").fetchone()[0]}


waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
