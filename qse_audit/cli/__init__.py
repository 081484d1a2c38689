"""The command line: ``qse-audit …``. Each command reads the settings, acts, and says what it did.

Exit codes: 0 done; 1 the answer is no (a dossier that does not verify); 2 bad input or setting.
"""

import argparse
import logging
from collections.abc import Sequence

from qse_audit import __version__
from qse_audit.cli.base import complain
from qse_audit.cli.duerp import add_duerp
from qse_audit.cli.figures import add_indicator, add_objective
from qse_audit.cli.registers import add_dossier, add_referential
from qse_audit.cli.risks import add_risk
from qse_audit.cli.serving import add_serving
from qse_audit.core.errors import BadInput, QseError, SettingsError
from qse_audit.settings import load_settings


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


def build_parser() -> argparse.ArgumentParser:
    """Return the commands and their options."""
    parser = argparse.ArgumentParser(prog="qse-audit", description=__doc__.split("\n")[0])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        add_serving,
        add_referential,
        add_dossier,
        add_indicator,
        add_objective,
        add_risk,
        add_duerp,
    ):
        add(commands)
    return parser
