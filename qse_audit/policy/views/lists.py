"""What the lists and the small forms of this feature share."""

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import TypeVar

from flask import Response, send_file

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Refused
from qse_audit.core.text import Coded
from qse_audit.documents.names import MEDIA_TYPES, safe_name
from qse_audit.web.forms import Form

C = TypeVar("C", bound=Coded)


def chosen(codes: type[C], text: str | None) -> C | None:
    """Return the code that an address names, ``None`` for anything else."""
    return codes(text) if text in set(codes) else None


def in_a_year() -> date:
    """Return the day that is offered for the next review."""
    return day_in_paris(now()) + timedelta(days=365)


def tell(form: Form, refused: Refused, field_of: Mapping[str, str]) -> None:
    """Show each refusal at the field that it is about."""
    for refusal in refused.refusals:
        form.refuse(Refused([refusal]), field_of.get(refusal.code))


def sent(name: str, extension: str, content: bytes) -> Response:
    """Return a file to be kept."""
    return send_file(
        BytesIO(content),
        mimetype=MEDIA_TYPES[extension],
        as_attachment=True,
        download_name=safe_name(name, f".{extension}"),
    )
