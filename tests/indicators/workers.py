"""What the processes of the tests run: ``python -m tests.indicators.workers URL``."""

import sys
from tempfile import mkdtemp

from qse_audit.db.engine import make_engine
from qse_audit.scheduler import run_job
from qse_audit.settings import Settings


def main() -> None:
    """Count once, after a line on standard input says go."""
    url = sys.argv[1]
    settings = Settings(instance=mkdtemp(prefix="qse-worker-"), secret_key="-" * 64,
                        database_url=url)  # fmt: skip
    engine = make_engine(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{run_job('count-indicators', engine, settings)}\n")
    engine.dispose()


if __name__ == "__main__":
    main()
