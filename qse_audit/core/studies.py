"""What a feature above made about a record of a feature below: one line of the record’s page."""

from dataclasses import dataclass

from qse_audit.core.text import Coded, Message


@dataclass(frozen=True, slots=True)
class Study:
    """Something that is about a record: an analysis of its causes."""

    id: int
    reference: str
    title: str
    note: Message
    """What sort it is: “5 pourquoi”."""
    status: Coded
