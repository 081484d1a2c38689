"""What an examination can find, and how it is told."""

from dataclasses import dataclass, field
from typing import Any

from qse_audit.core.text import Message


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not what was recorded."""

    code: str
    """Stable name: ``chain_broken``, ``row_changed``, ``file_missing``…"""
    subject: str
    """What it is about: ``event/12``, ``evidence/3``, the address of a file."""
    message: Message

    def as_json(self) -> dict[str, str]:
        """Return the fault as a script reads it."""
        return {"code": self.code, "subject": self.subject, "message": str(self.message)}


@dataclass(slots=True)
class Examination:
    """What was looked at, and what was wrong, the first thing first."""

    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """``events``, ``texts``, ``heads``, ``rows``, ``sealed``, ``files``, ``bytes``, ``orphans``."""

    @property
    def is_sound(self) -> bool:
        """Say whether nothing was wrong."""
        return not self.faults

    def count(self, name: str, more: int = 1) -> None:
        """Count what was looked at."""
        self.counts[name] = self.counts.get(name, 0) + more

    def as_json(self) -> dict[str, Any]:
        """Return the whole as a script reads it."""
        return {
            "sound": self.is_sound,
            "counts": dict(self.counts),
            "faults": [fault.as_json() for fault in self.faults],
        }
