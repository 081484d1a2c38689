"""What the processes of the tests run: ``tests.scheduler.workers WHAT URL PORT NOW [INSTANCE]``.

``both`` reminds and sends, ``send`` sends, ``heads`` signs the heads of the registers in INSTANCE.
"""

import sys
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from qse_audit.dashboard.jobs import remind, send_mail
from qse_audit.db.engine import make_engine
from qse_audit.db.wall import system_session
from qse_audit.scheduler import run_job
from qse_audit.settings import Settings


def settings_for(url: str, port: int, instance: str = "") -> Settings:
    """Return settings with a mail server on loopback."""
    return Settings(
        instance=Path(instance or mkdtemp(prefix="qse-worker-")),
        secret_key="0123456789abcdef" * 4,
        database_url=url,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        reminder_hour=0,
    )


def main() -> None:
    """Run the jobs once, after a line on standard input says go."""
    what, url, port, now = sys.argv[1:5]
    settings, at = settings_for(url, int(port), *sys.argv[5:]), datetime.fromisoformat(now)
    engine = make_engine(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if what == "heads":
        sys.stdout.write(f"{run_job('sign-heads', engine, settings, at)}\n")
        return
    with system_session(engine) as session:
        if what == "both":
            remind(session, at, settings)
            session.commit()
        send_mail(session, at, settings)
        session.commit()
    engine.dispose()


if __name__ == "__main__":
    main()
