"""What papers are made from: a version as it was approved, or the project that is consulted on."""

from dataclasses import dataclass
from datetime import datetime

from qse_audit.duerp.rules import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version on paper."""

    content: Content
    made_at: datetime
    """When it was approved; of a project, when it is printed."""
    sha256: str = ""
    """Of its canonical JSON; a project has none."""
    head_seq: int = 0
    """The number of its approval in the register."""

    @property
    def is_project(self) -> bool:
        """Say whether it may still change."""
        return self.content.approved_on is None
