"""The signed heads: whether each is still in its register, so that nothing was cut off its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.clock import now
from qse_audit.core.text import N_, Message
from qse_audit.db.trail import Event, chain_head
from qse_audit.doctor.faults import Examination, Fault
from qse_audit.documents.heads import SignedHead, read_heads
from qse_audit.documents.seal import PublicKey, load_or_make_key
from qse_audit.settings import Settings

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the signed heads are, and the key that they were signed with; ``None`` for none."""

    folder: Path
    key: "PublicKey | None"


def heads_of(settings: Settings) -> Heads:
    """Return the signed heads of an instance, with the key of its seals if one was made."""
    path = settings.seal_key_path
    key = load_or_make_key(path, now=now()).public if path.exists() else None
    return Heads(settings.heads_folder, key)


def examine_heads(session: Session, heads: Heads, found: Examination) -> None:
    """Look for each signed head in the register that it was the head of."""
    genuine: list[SignedHead] = []
    for head in read_heads(heads.folder, heads.key):
        found.count("heads")
        if isinstance(head, Path):
            subject = f"heads/{head.parent.name}/{head.name}"
            message = N_("Cette tête du registre ne porte plus la signature de cette instance.")
            found.faults.append(Fault("head_changed", subject, message))
        else:
            genuine.append(head)
    genuine.sort(key=lambda head: (head.organisation_id, head.day))
    for organisation_id, signed in groupby(genuine, lambda head: head.organisation_id):
        found.faults += _lost(session, organisation_id, list(signed))


def _lost(session: Session, organisation_id: int, signed: list[SignedHead]) -> Iterator[Fault]:
    """Give the first signed head that the register no longer has: those after it are lost too."""
    last = chain_head(session, organisation_id).seq
    for start in range(0, len(signed), AT_ONCE):
        some = signed[start : start + AT_ONCE]
        rows = session.execute(
            select(Event.seq, Event.hash).where(
                Event.organisation_id == organisation_id, Event.seq.in_([h.seq for h in some])
            )
        )
        hashes = {row.seq: row.hash for row in rows}
        for head in some:
            if hashes.get(head.seq) != head.hash:
                yield _fault(head, last)
                return


def _fault(head: SignedHead, last: int) -> Fault:
    subject = f"organisation/{head.organisation_id}/event/{head.seq}"
    if last < head.seq:
        return Fault("events_missing", subject, _missing(head, last))
    message = N_(
        "Le registre a été réécrit : l’événement n° %(seq)d n’est plus celui de la tête signée "
        "le %(day)s.",
        seq=head.seq,
        day=head.day,
    )
    return Fault("head_rewritten", subject, message)


def _missing(head: SignedHead, last: int) -> Message:
    return N_(
        "Il manque des événements à la fin du registre : la tête n° %(seq)d signée le %(day)s n’y "
        "est plus, il s’arrête au n° %(last)d.",
        seq=head.seq,
        day=head.day,
        last=last,
    )
