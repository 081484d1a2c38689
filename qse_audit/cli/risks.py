"""Commands on risk analyses."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qse_audit.cli.base import Commands, complain, opened, say
from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput
from qse_audit.core.tables import Fault
from qse_audit.core.text import N_
from qse_audit.risks import services as risks
from qse_audit.risks.files import read_file
from qse_audit.risks.library import MAX_BYTES as SCALE_BYTES
from qse_audit.risks.library import read_own_scale, scales_for
from qse_audit.risks.rules import (
    METHODS,
    RiskMethod,
    Scale,
    action_priority,
    every_triplet,
    rate,
    rpn,
    scale_data,
    scale_from,
)
from qse_audit.risks.rules.tables import ReadLines
from qse_audit.settings import Settings

METHOD_NAMES = {
    "amdec": RiskMethod.FMEA_PROCESS,
    "amdec-produit": RiskMethod.FMEA_PRODUCT,
    "amdec-moyen": RiskMethod.FMEA_EQUIPMENT,
    "duerp": RiskMethod.OCCUPATIONAL,
    "aspects": RiskMethod.ENVIRONMENTAL,
    "apr": RiskMethod.PRELIMINARY,
}
"""What methods are called on the command line."""
NOTES = ("severity", "occurrence", "detection")


def add_risk(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.add_parser(
        "risk", help="rate failure modes, read an analysis or a scale from a file"
    )
    acts = group.add_subparsers(required=True, metavar="ACT")
    priority = acts.add_parser("action-priority", help="how much an action is needed: H, M or L")
    for note in NOTES:
        priority.add_argument(f"--{note}", type=int, help="from 1 to 10")
    priority.add_argument("--all", action="store_true", help="the 1,000 triplets")
    priority.add_argument("--json", action="store_true", help="print JSON")
    priority.set_defaults(command=priority_command)
    load = acts.add_parser("import", help="read the lines of an analysis from XLSX or CSV")
    load.add_argument("file", type=Path)
    load.add_argument("--method", required=True, choices=[*METHOD_NAMES], metavar="METHOD",
                      help=f"one of {', '.join(METHOD_NAMES)}")  # fmt: skip
    load.add_argument("--scale", help="the scale that its notes are on; by default the usual one")
    load.add_argument("--analysis", help="reference of the analysis that the lines go into")
    load.add_argument("--by", help="e-mail of who brings them; by default the owner")
    load.add_argument("--dry-run", action="store_true", help="read and report, change nothing")
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    load.set_defaults(command=import_command)
    scale = acts.add_parser("scale", help="a scale of one’s own").add_subparsers(
        required=True, metavar="ACT"
    )
    check = scale.add_parser("check", help="say all that is wrong in the file of a scale")
    check.add_argument("file", type=Path)
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    check.set_defaults(command=check_command)


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


def import_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read a file and store its lines, or only say what it holds; exit code 2 with every fault."""
    content, name = arguments.file.read_bytes(), arguments.file.name
    if arguments.analysis:
        told, faults = _into_analysis(arguments, settings, content, name=name)
    elif arguments.dry_run:
        method = METHOD_NAMES[arguments.method]
        scale = _scale(method, arguments.scale)
        read = read_file(content, name, METHODS[method], scale)
        told, faults = told_json(read, method, scale), read.faults
    else:
        raise BadInput(N_("attendu : --analysis, ou --dry-run"))
    if arguments.json:
        say(json.dumps(told, ensure_ascii=False))
    elif not faults:
        say(", ".join(f"{value} {key}" for key, value in told.items() if isinstance(value, int)))
    if len(faults) < told["error_count"]:
        complain(f"{told['error_count']} faults, the first {len(faults)}:")
    return max((complain(fault.text) for fault in faults), default=0)


def check_command(arguments: argparse.Namespace, _: Settings) -> int:
    """Check the file of a scale; exit code 2 with every fault at its line. Needs no database."""
    scale: Scale | None = None
    faults: tuple[BadInput, ...] = ()
    try:
        with arguments.file.open("rb") as file:
            scale = read_own_scale(file.read(SCALE_BYTES + 1))
    except BadInput as wrong:
        faults = (wrong, *wrong.others)
    if arguments.json:
        told = {"scale": scale and scale_data(scale), "error_count": len(faults),
                "errors": [{"place": str(each.place), "message": str(each.message)}
                           for each in faults]}  # fmt: skip
        say(json.dumps(told, ensure_ascii=False))
    elif scale is not None:
        methods = ", ".join(sorted(str(method) for method in scale.methods))
        say(f"{scale.key}: {len(scale.criteria)} criteria, {len(scale.bands)} bands ({methods})")
    return max((complain(str(each)) for each in faults), default=0)


def _into_analysis(
    arguments: argparse.Namespace, settings: Settings, content: bytes, *, name: str
) -> tuple[dict[str, Any], Sequence[Fault]]:
    """Store the lines of a file in an analysis, unless there is a fault or the run is dry."""
    with opened(settings) as session:
        analysis = risks.analysis_named(session, arguments.analysis)
        if analysis.method is not METHOD_NAMES[arguments.method]:
            message = N_("« %(method)s » ; l’analyse %(reference)s est : %(found)s",
                         method=arguments.method, reference=analysis.reference,
                         found=analysis.method.label)  # fmt: skip
            raise BadInput(message, place="--method")
        read = risks.read_for(analysis, content, name)
        told = told_json(read, analysis.method, scale_from(analysis.scale))
        if not read.faults and not arguments.dry_run:
            actor = risks.importer(session, analysis, arguments.by)
            done = risks.import_lines(session, analysis, read, actor=actor, now=now())
            told |= {"added": done.added, "changed": done.changed}
        session.commit()
    return told, read.faults


def told_json(read: ReadLines, method: RiskMethod, scale: Scale) -> dict[str, Any]:
    """Return what a file holds, as the command prints it."""
    bands = Counter(rating.band.code for line in read.lines if (rating := rate(scale, line.values)))
    return {
        "method": str(method),
        "scale": scale.key,
        "lines": len(read.lines),
        "rated": read.rated_count,
        "sections": len({line.draft.section for line in read.lines if line.draft.section}),
        "bands": {band.code: bands[band.code] for band in scale.bands},
        "passed_over": list(read.passed_over),
        "error_count": read.fault_count,
        "errors": [
            {"line": each.line, "column": each.column, "cell": each.cell,
             "message": str(each.message)}
            for each in read.faults
        ],
    }  # fmt: skip


def _scale(method: RiskMethod, key: str | None) -> Scale:
    """Return the scale that was named, or the usual one of the method.

    :raises BadInput: naming the scales of the method.
    """
    fitting = scales_for(method)
    for scale in fitting:
        if key in {None, scale.key}:
            return scale
    known = ", ".join(scale.key for scale in fitting)
    raise BadInput(
        N_("« %(found)s » ; attendu : l’un de %(known)s", found=key, known=known), place="--scale"
    )


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
