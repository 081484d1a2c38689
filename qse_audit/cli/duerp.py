"""Commands on the single document of occupational risks (DUERP)."""

import argparse
import json
from datetime import date
from typing import Any

from qse_audit.cli.base import Commands, company_of, opened, say
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_
from qse_audit.duerp.queries import Standing, standings
from qse_audit.duerp.rules import kept_until
from qse_audit.settings import Settings


def add_duerp(commands: Commands) -> None:
    """Declare the command."""
    group = commands.add_parser("duerp", help="versions of the risk assessment document (DUERP)")
    acts = group.add_subparsers(required=True, metavar="ACT")
    versions = acts.add_parser("versions", help="list the version in force on a day")
    versions.add_argument("--as-of", metavar="DATE", help="YYYY-MM-DD; today by default")
    versions.add_argument("--organisation", help="of one organisation; of all by default")
    versions.add_argument("--json", action="store_true", help="print JSON")
    versions.set_defaults(command=versions_command)


def versions_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the version of each DUERP in force on a day."""
    day = _day(arguments.as_of)
    with opened(settings) as session:
        name = arguments.organisation
        found = standings(session, day, None if name is None else company_of(session, name))
    if arguments.json:
        say(json.dumps([_as_json(each, day) for each in found], ensure_ascii=False))
        return 0
    for each in found:
        told = f"v{each.number}, {each.from_on} – {each.until_on or ''}" if each.number else "none"
        say(f"{each.organisation}: {each.reference} {each.title}: {told}".rstrip(" –"))
    return 0


def _day(text: str | None) -> date:
    """Return the day that was asked for.

    :raises BadInput: when it is none.
    """
    if text is None:
        return day_in_paris(now())
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        told = N_("« %(text)s » n’est pas un jour ; attendu : 2026-11-25", text=text)
        raise BadInput(told, place="--as-of") from error


def _as_json(each: Standing, day: date) -> dict[str, Any]:
    return {
        "organisation": each.organisation,
        "reference": each.reference,
        "title": each.title,
        "as_of": day.isoformat(),
        "version": each.number,
        "in_force_from": each.from_on and each.from_on.isoformat(),
        "in_force_until": each.until_on and each.until_on.isoformat(),
        "kept_until": each.from_on and kept_until(each.from_on).isoformat(),
        "sha256": each.sha256,
    }
