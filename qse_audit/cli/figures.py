"""Commands on figures: indicators, their variation, and the coherence of objectives."""

import argparse
import json
from pathlib import Path

from qse_audit.cli.base import Commands, company_of, complain, opened, say
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput
from qse_audit.core.series import RuleSet, read_series, xmr
from qse_audit.core.text import N_
from qse_audit.indicators import services as indicators
from qse_audit.indicators.reports.xmr import xmr_told
from qse_audit.objectives.queries import check_of
from qse_audit.objectives.reports import listing as reports
from qse_audit.settings import Settings

MAX_SERIES_BYTES = 4 * 1024 * 1024


def add_indicator(commands: Commands) -> None:
    """Declare the commands on an indicator."""
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


def add_objective(commands: Commands) -> None:
    """Declare the command on objectives."""
    group = commands.add_parser("objective", help="check the coherence of the objectives")
    acts = group.add_subparsers(required=True, metavar="ACT")
    check = acts.add_parser("check", help="list the anomalies K1 to K14; exit 1 while one is open")
    check.add_argument("--json", action="store_true", help="print the anomalies as JSON")
    check.add_argument("--organisation", help="whose objectives; needed when there are several")
    check.set_defaults(command=check_command)


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
        here = company_of(session, arguments.organisation)
        judged = check_of(session, here, day_in_paris(now())).judged if here is not None else ()
    say(reports.told(judged, as_json=arguments.json))
    return int(any(each.is_open for each in judged))
