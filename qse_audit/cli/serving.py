"""Commands that run the application and look after it: serve, demo, init-db, run-job, doctor."""

import argparse
import json
from dataclasses import replace

import waitress
from sqlalchemy import Engine

from qse_audit import __version__
from qse_audit.app import create_app
from qse_audit.cli.base import Commands, prepare, say, seal_key, store
from qse_audit.core.clock import now
from qse_audit.core.errors import SettingsError
from qse_audit.db.engine import make_engine, read_only_options
from qse_audit.db.schema import current_revision, head_revision
from qse_audit.db.wall import system_session, warn_above_the_wall
from qse_audit.demo.loader import is_demo, load_demo, report_demo
from qse_audit.doctor.examining import examine
from qse_audit.doctor.heads import heads_of
from qse_audit.scheduler import run_job, start
from qse_audit.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_serving(commands: Commands) -> None:
    """Declare the commands."""
    serve = commands.add_parser("serve", help="serve for real use; migrations and scheduler inside")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(command=serve_command)

    demo = commands.add_parser("demo", help="load the demo company and serve it on loopback")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--no-serve", action="store_true", help="only load it")
    demo.add_argument("--json", action="store_true", help="print accounts and ids as JSON")
    demo.set_defaults(command=demo_command)

    init = commands.add_parser("init-db", help="bring the database to the newest schema")
    init.set_defaults(command=init_command)

    job = commands.add_parser("run-job", help="run one scheduled job now")
    job.add_argument("name")
    job.set_defaults(command=run_job_command)

    doctor = commands.add_parser("doctor", help="check the register, the rows and every file")
    doctor.add_argument("--json", action="store_true", help="print everything found as JSON")
    doctor.set_defaults(command=doctor_command)


def init_command(_: argparse.Namespace, settings: Settings) -> int:
    """Bring the database to the newest schema."""
    prepare(settings).dispose()
    say("database ready")
    return 0


def serve_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until interrupted."""
    engine = prepare(settings)
    with system_session(engine) as session:
        if is_demo(session) and arguments.host not in LOOPBACK:
            raise SettingsError(
                f"--host {arguments.host}: the demo company is served on loopback only, "
                "its passwords are known to everyone"
            )
    return run_server(settings, engine, host=arguments.host, port=arguments.port)


def run_server(settings: Settings, engine: Engine, *, host: str, port: int) -> int:
    """Serve with waitress, the scheduler beside it, until interrupted."""
    warn_above_the_wall(engine)
    app = create_app(settings, engine)
    server = waitress.create_server(
        app, host=host, port=port, connection_limit=1000, threads=8, ident="qse-audit"
    )
    scheduler = start(engine, settings)
    say(f"qse-audit {__version__}: http://{host}:{port}/")
    try:
        server.run()
    finally:
        if scheduler is not None:
            scheduler.stop()
        app.extensions["worker"].stop()
        server.close()
        engine.dispose()
    return 0


def demo_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Load the demo company, then serve it on loopback unless told not to."""
    settings = replace(settings, demo=True)
    engine = prepare(settings)
    with system_session(engine) as session:
        load_demo(session, files=store(settings), seal_key=seal_key(settings), now=now())
        session.commit()
        report = report_demo(session)
    if arguments.json:
        say(json.dumps(report.as_json(settings.database), ensure_ascii=False, indent=2))
    elif arguments.no_serve:
        say(f"demo company loaded into {settings.database}")
    if arguments.no_serve:
        engine.dispose()
        return 0
    return run_server(settings, engine, host="127.0.0.1", port=arguments.port)


def run_job_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run one scheduled job now and say how much it did."""
    engine = prepare(settings)
    say(f"{arguments.name}: {run_job(arguments.name, engine, settings)}")
    engine.dispose()
    return 0


def doctor_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check that all is what was recorded; exit code 1 tells the first thing that is not."""
    engine = make_engine(settings.database)
    reading = engine.execution_options(**read_only_options(engine))
    with reading.connect() as connection:
        if current_revision(connection) != head_revision():
            raise SettingsError("the database is not at the newest schema: run qse-audit init-db")
    with system_session(reading) as session:
        found = examine(session, store(settings), heads=heads_of(settings), now=now())
    warn_above_the_wall(engine)
    engine.dispose()
    if arguments.json:
        say(json.dumps(found.as_json(), ensure_ascii=False))
        return 0 if found.is_sound else 1
    for name, number in found.counts.items():
        say(f"{name}: {number}")
    if found.is_sound:
        say("sound")
        return 0
    first = found.faults[0]
    say(f"{first.message} ({first.subject})")
    say(f"faults: {len(found.faults)}")
    return 1
