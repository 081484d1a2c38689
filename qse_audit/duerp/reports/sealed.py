"""A frozen version with what proves it: what papers are made from."""

from dataclasses import dataclass
from datetime import datetime

from qse_audit.duerp.rules import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A version as it was approved."""

    content: Content
    approved_at: datetime
    sha256: str
    """Of its canonical JSON."""
    head_seq: int
    """The number of its approval in the register."""
