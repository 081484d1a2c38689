"""The command line: ``qse-audit …``. Each command reads the settings, acts, and says what it did.

Exit codes: 0 done; 1 the answer is no (a dossier that does not verify); 2 bad input or setting.
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import waitress
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from qse_audit import __version__
from qse_audit.accounts.models import Organisation
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.app import create_app
from qse_audit.certifications import services as certifications
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput, NotFound, QseError, SettingsError
from qse_audit.core.series import RuleSet, read_series, xmr
from qse_audit.core.text import N_
from qse_audit.db.engine import make_engine, read_only_options
from qse_audit.db.schema import current_revision, head_revision, upgrade
from qse_audit.db.wall import system_session, warn_above_the_wall
from qse_audit.demo.loader import is_demo, load_demo, report_demo
from qse_audit.doctor.examining import examine
from qse_audit.doctor.heads import heads_of
from qse_audit.documents.seal import SealKey, load_or_make_key, read_public_keys
from qse_audit.documents.store import FileStore
from qse_audit.indicators import services as indicators
from qse_audit.indicators.reports.xmr import xmr_told
from qse_audit.objectives.queries import check_of
from qse_audit.objectives.reports import listing as reports
from qse_audit.portfolios.queries.candidacies import get_dossier
from qse_audit.portfolios.services.dossiers import export_dossier, verify_file
from qse_audit.referentials import services as referentials
from qse_audit.scheduler import run_job, start
from qse_audit.settings import Settings, load_settings

MAX_SERIES_BYTES = 4 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for chatty in ("waitress", "alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        code: int = arguments.command(arguments, load_settings())
    except BadInput as error:
        told = (
            f"{e.place} : {e.message}" if e.place else str(e.message)
            for e in (error, *error.others)
        )
        return complain("\n".join(told))
    except (SettingsError, QseError, OSError) as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return 130
    return code


def complain(text: str) -> int:
    """Say what is wrong on the error stream; return exit code 2."""
    sys.stderr.write(f"qse-audit: {text}\n")
    return 2


def say(text: str) -> None:
    """Print one line of answer."""
    sys.stdout.write(f"{text}\n")


def build_parser() -> argparse.ArgumentParser:
    """Return the commands and their options."""
    parser = argparse.ArgumentParser(prog="qse-audit", description=__doc__.split("\n")[0])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

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

    _add_referential(commands)
    _add_dossier(commands)
    _add_indicator(commands)
    _add_objective(commands)
    return parser


def _add_referential(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("referential", help="import or check a referential")
    acts = group.add_subparsers(required=True, metavar="ACT")
    load = acts.add_parser("import", help="import YAML, CSV, XLSX or a CISO Assistant library")
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="read and report, change nothing")
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    load.add_argument("--organisation", help="whose it is; needed when there are several")
    load.set_defaults(command=import_command)


def _add_dossier(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("dossier", help="export or verify a sealed dossier")
    acts = group.add_subparsers(required=True, metavar="ACT")
    export = acts.add_parser("export", help="write the sealed ZIP of a submitted dossier")
    export.add_argument("id", type=int)
    export.add_argument("-o", "--output", type=Path, required=True)
    export.set_defaults(command=export_command)
    verify = acts.add_parser("verify", help="check every byte of a dossier and its seal")
    verify.add_argument("file", type=Path)
    verify.add_argument("--key", type=Path, help="public key (PEM); by default this instance’s")
    verify.set_defaults(command=verify_command)


def _add_indicator(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("indicator", help="read the variation of a series")
    acts = group.add_subparsers(required=True, metavar="ACT")
    limits = acts.add_parser("xmr", help="natural limits and signals of individual values")
    limits.add_argument("file", type=Path, help="one value a line, or period;value")
    limits.add_argument(
        "--rules", type=RuleSet, choices=[*RuleSet], default=RuleSet.WHEELER, metavar="SET",
        help=f"one of {', '.join(RuleSet)}; wheeler by default",
    )  # fmt: skip
    limits.add_argument("--json", action="store_true", help="print JSON: signals from … to …")
    limits.set_defaults(command=xmr_command)
    values = acts.add_parser("import", help="import the values of an indicator from CSV or XLSX")
    values.add_argument("file", type=Path, help="period; one column a quantity; comment")
    values.add_argument("--indicator", required=True, help="its reference or its short name")
    values.add_argument("--dry-run", action="store_true", help="read and report, change nothing")
    values.add_argument("--reason", default="", help="why values that are there are corrected")
    values.add_argument("--by", help="e-mail of who enters them; by default the owner")
    values.add_argument("--json", action="store_true", help="print the report as JSON")
    values.set_defaults(command=values_command)


def _add_objective(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("objective", help="check the coherence of the objectives")
    acts = group.add_subparsers(required=True, metavar="ACT")
    check = acts.add_parser("check", help="list the anomalies K1 to K14; exit 1 while one is open")
    check.add_argument("--json", action="store_true", help="print the anomalies as JSON")
    check.add_argument("--organisation", help="whose objectives; needed when there are several")
    check.set_defaults(command=check_command)


def prepare(settings: Settings) -> Engine:
    """Open the database at its newest schema, with the shipped referentials inside."""
    engine = make_engine(settings.database)
    upgrade(engine)
    with system_session(engine) as session:
        referentials.load_shipped(session, now=now())
        certifications.load_shipped(session, now=now())
        session.commit()
    return engine


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """Give a session for a command; the database is let go whatever happens."""
    engine = prepare(settings)
    try:
        with system_session(engine) as session:
            yield session
    finally:
        engine.dispose()


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


def store(settings: Settings) -> FileStore:
    """Return where files are kept."""
    return FileStore(
        settings.files_folder, reserve_bytes=settings.storage_reserve_mib * 1024 * 1024
    )


def seal_key(settings: Settings) -> SealKey:
    """Return the key of this instance’s seals; it is made at its first use."""
    return load_or_make_key(settings.seal_key_path, now=now(), name=settings.public_url)


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


def import_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import a referential, or only say what would be imported."""
    referentials.check_file(arguments.file)  # a broken file is refused before anything is opened
    with opened(settings) as session:
        report = referentials.import_file(
            session,
            arguments.file,
            organisation_id=_company(session, arguments.organisation),
            dry_run=arguments.dry_run,
            now=now(),
        )
        if not arguments.dry_run:
            session.commit()
    told = report.as_json()
    if arguments.json:
        say(json.dumps(told, ensure_ascii=False))
        return 0
    for warning in told["warnings"]:
        say(f"! {warning}")
    say(f"{told['referential']} {told['edition']}: {told['requirements']} ({report.outcome})")
    return 0


def values_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import the values of an indicator: everything, or nothing with every fault said."""
    content = arguments.file.read_bytes()
    with opened(settings) as session:
        wanted = indicators.Wanted(arguments.indicator, arguments.reason, arguments.by)
        name, dry, at = arguments.file.name, arguments.dry_run, now()
        preview = indicators.import_file(session, content, name, wanted=wanted, dry_run=dry, now=at)
        session.commit()
    told, faults = preview.as_json(), preview.read.faults
    if arguments.json:
        say(json.dumps(told, ensure_ascii=False))
    elif not faults:
        say(", ".join(f"{told[name]} {name}" for name in ("added", "corrected", "unchanged")))
    return max((complain(fault.text) for fault in faults), default=0)


def _company(session: Session, name: str | None) -> int | None:
    """Return whose the import is: the one named, the only company, nobody’s on an empty database.

    :raises BadInput: when the name is unknown, or there are several to choose from.
    """
    companies = session.execute(
        select(Organisation.name, Organisation.id)
        .where(Organisation.kind == OrganisationKind.COMPANY)
        .order_by(Organisation.name)
    ).all()
    found = [row for row in companies if name in {None, row.name}]
    if len(found) == 1:
        return int(found[0].id)
    if not companies and name is None:
        return None
    known = ", ".join(row.name for row in companies)
    raise BadInput(N_("Nommez l’organisation avec --organisation : %(known)s.", known=known))


def export_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the sealed ZIP of a submitted dossier."""
    with opened(settings) as session:
        try:
            dossier = get_dossier(session, arguments.id)
        except NotFound:
            return complain(f"no dossier {arguments.id}")
        with arguments.output.open("wb") as out:
            size_bytes = export_dossier(session, dossier, store(settings), out)
        say(f"{dossier.reference}: {size_bytes} bytes, SHA-256 {dossier.sha256}")
    return 0


def verify_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check every byte of a dossier; exit code 1 tells the first thing that is wrong."""
    if arguments.key:
        keys = read_public_keys(arguments.key.read_bytes())
    else:
        keys = [seal_key(settings).public]
    good, problem = verify_file(arguments.file, *keys)
    say("verified" if good else str(problem))
    return 0 if good else 1


def xmr_command(arguments: argparse.Namespace, _: Settings) -> int:
    """Print the limits of a series and what chance does not explain in it."""
    with arguments.file.open("rb") as file:
        content = file.read(MAX_SERIES_BYTES + 1)
    if len(content) > MAX_SERIES_BYTES:
        raise BadInput(N_("plus de %(count)d octets.", count=MAX_SERIES_BYTES))
    say(xmr_told(xmr(read_series(content)), arguments.rules, as_json=arguments.json))
    return 0


def check_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """List what does not hold together in the cascade; exit code 1 while an anomaly is open."""
    with opened(settings) as session:
        here = _company(session, arguments.organisation)
        judged = check_of(session, here, day_in_paris(now())).judged if here is not None else ()
    say(reports.told(judged, as_json=arguments.json))
    return int(any(each.is_open for each in judged))


if __name__ == "__main__":
    sys.exit(main())
