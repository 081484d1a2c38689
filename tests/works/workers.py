"""What the processes of the tests run: ``python -m tests.works.workers WHAT URL INSTANCE``.

``drain`` does what waits after a word on standard input; ``stuck`` makes the real files, says so,
and never keeps them.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from qse_audit.app import WORKS
from qse_audit.db.engine import make_engine
from qse_audit.settings import Settings
from qse_audit.works.jobs import Worker
from tests.works.factories import kind_of


def never_ends(kind):
    """Return ``kind`` that hangs when its files are made."""

    def make(task, read):
        made = kind.make(task, read)
        say("made")
        time.sleep(600)
        return made

    return replace(kind, make=make)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    what, url, instance = sys.argv[1:4]
    settings = Settings(
        instance=Path(instance), secret_key="0123456789abcdef" * 4, database_url=url,
        storage_reserve_mib=0,
    )  # fmt: skip
    kinds = {**WORKS, "note": kind_of()}
    if what == "stuck":
        kinds = {name: never_ends(kind) for name, kind in kinds.items()}
    engine = make_engine(url)
    say("ready")
    sys.stdin.readline()
    Worker(engine, settings, kinds).drain()
    engine.dispose()


if __name__ == "__main__":
    main()
