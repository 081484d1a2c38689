"""Commands on risk analyses."""

import argparse
import json

from qse_audit.cli.base import Commands, say
from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_
from qse_audit.risks.rules import action_priority, every_triplet, rpn
from qse_audit.settings import Settings

NOTES = ("severity", "occurrence", "detection")


def add_risk(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.add_parser("risk", help="rate failure modes, read an analysis from a file")
    acts = group.add_subparsers(required=True, metavar="ACT")
    priority = acts.add_parser("action-priority", help="how much an action is needed: H, M or L")
    for note in NOTES:
        priority.add_argument(f"--{note}", type=int, help="from 1 to 10")
    priority.add_argument("--all", action="store_true", help="the 1,000 triplets")
    priority.add_argument("--json", action="store_true", help="print JSON")
    priority.set_defaults(command=priority_command)


def priority_command(arguments: argparse.Namespace, _: Settings) -> int:
    """Say the priority of a triplet, or of all of them."""
    triplets = every_triplet() if arguments.all else (_triplet(arguments),)
    rated = [
        {**dict(zip(NOTES, notes, strict=True)), "priority": str(action_priority(*notes)),
         "rpn": rpn(*notes)}
        for notes in triplets
    ]  # fmt: skip
    if arguments.json:
        say(json.dumps(rated if arguments.all else rated[0]))
        return 0
    for each in rated:
        say("S={severity} O={occurrence} D={detection}: {priority} (RPN {rpn})".format_map(each))
    return 0


def _triplet(arguments: argparse.Namespace) -> tuple[int, int, int]:
    """Return the three notes that were given.

    :raises BadInput: naming those that are missing.
    """
    notes = {note: getattr(arguments, note) for note in NOTES}
    if missing := [f"--{note}" for note, value in notes.items() if value is None]:
        raise BadInput(
            N_("il manque %(missing)s ; attendu : les trois notes, ou --all",
               missing=", ".join(missing))
        )  # fmt: skip
    return notes["severity"], notes["occurrence"], notes["detection"]
