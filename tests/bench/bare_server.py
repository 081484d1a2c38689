"""The smallest server: Flask, sqlite3 and waitress. Started as a plain script with its port."""

import sqlite3
import sys

import waitress
from flask import Flask

app = Flask("floor")


@app.get("/health")
def health() -> dict[str, str]:
    with sqlite3.connect(":memory:") as db:
        return {"version": db.execute("SELECT sqlite_version()").fetchone()[0]}


waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
