"""Commands on what is kept: referentials are imported, dossiers exported and verified."""

import argparse
import json
from pathlib import Path

from qse_audit.cli.base import Commands, company_of, complain, opened, say, seal_key, store
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.documents.seal import read_public_keys
from qse_audit.portfolios.queries.candidacies import get_dossier
from qse_audit.portfolios.services.dossiers import export_dossier, verify_file
from qse_audit.referentials import services as referentials
from qse_audit.settings import Settings


def add_referential(commands: Commands) -> None:
    """Declare the command on referentials."""
    group = commands.add_parser("referential", help="import or check a referential")
    acts = group.add_subparsers(required=True, metavar="ACT")
    load = acts.add_parser("import", help="import YAML, CSV, XLSX or a CISO Assistant library")
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="read and report, change nothing")
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    load.add_argument("--organisation", help="whose it is; needed when there are several")
    load.set_defaults(command=import_command)


def add_dossier(commands: Commands) -> None:
    """Declare the commands on a dossier."""
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


def import_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import a referential, or only say what would be imported."""
    referentials.check_file(arguments.file)  # a broken file is refused before anything is opened
    with opened(settings) as session:
        report = referentials.import_file(
            session,
            arguments.file,
            organisation_id=company_of(session, arguments.organisation),
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
