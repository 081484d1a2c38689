"""What the processes of the tests run: ``python -m tests.scheduler.workers WHAT URL PORT NOW``."""

import sys
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from qse_audit.dashboard.jobs import remind, send_mail
from qse_audit.db.engine import make_engine
from qse_audit.db.wall import system_session
from qse_audit.settings import Settings


def settings_for(url: str, port: int) -> Settings:
    """Return settings with a mail server on loopback."""
    return Settings(
        instance=Path(mkdtemp(prefix="qse-worker-")),
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
    settings, at = settings_for(url, int(port)), datetime.fromisoformat(now)
    engine = make_engine(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with system_session(engine) as session:
        if what == "both":
            remind(session, at, settings)
            session.commit()
        send_mail(session, at, settings)
        session.commit()
    engine.dispose()


if __name__ == "__main__":
    main()
