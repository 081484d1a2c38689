"""The security log: one JSON line an event, for those who watch the server. It holds no secret."""

import json
import logging

from flask import g, has_request_context, request

from qse_audit.core.clock import now

log = logging.getLogger("qse_audit.security")


def note(event: str, *, person_id: int | None = None, **facts: str | int | None) -> None:
    """Write ``event`` with who did it, from where, and ``facts`` (codes and ids only).

    Never pass what people typed: a password typed in the wrong field would be kept.
    """
    line: dict[str, str | int | None] = {
        "at": now().isoformat(timespec="milliseconds"),
        "event": event,
        "person_id": person_id,
        **facts,
    }
    if has_request_context():
        line["person_id"] = person_id if person_id is not None else g.get("person_id")
        line["address"] = request.remote_addr
        line["endpoint"] = request.endpoint
    log.info("%s", json.dumps(line, ensure_ascii=True, separators=(",", ":")))
