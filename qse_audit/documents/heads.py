"""Signed heads: once a day, what the register of an organisation had come to, outside the database.

A chain shows what was changed inside it, not what was cut off its end. So its head is signed with
the key of the seals, and kept in a file that whoever owns the database does not reach: one file an
organisation and day, written once.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from qse_audit.core.canonical import canonical_json
from qse_audit.documents.seal import PublicKey, SealKey, verify, write_once

PREFIX = b"qse-head-v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """The last event of one register, as it stood when it was signed."""

    organisation_id: int
    day: str
    """The calendar day in France, as ISO 8601 writes it."""
    seq: int
    hash: str
    signed_at: str

    def message(self) -> bytes:
        """Return the bytes that the signature covers."""
        return PREFIX + canonical_json(asdict(self))


def is_signed(folder: Path, organisation_id: int, day: date) -> bool:
    """Say whether the head of a register was signed on ``day``."""
    return _place(folder, organisation_id, day).exists()


def sign_head(
    folder: Path,
    key: SealKey,
    head: tuple[int, str],
    *,
    organisation_id: int,
    day: date,
    signed_at: datetime,
) -> bool:
    """Sign and keep ``head`` (seq, hash); return ``False`` when another process did it that day."""
    signed = SignedHead(
        organisation_id=organisation_id,
        day=day.isoformat(),
        seq=head[0],
        hash=head[1],
        signed_at=signed_at.isoformat(timespec="seconds"),
    )
    signature = b64encode(key.sign(signed.message())).decode()
    content = canonical_json({**asdict(signed), "signature": signature})
    return write_once(_place(folder, organisation_id, day), content + b"\n")


def read_heads(folder: Path, key: "PublicKey | None") -> Iterator[SignedHead | Path]:
    """Give every head that was signed with ``key``, day by day; the file of what was not."""
    for path in sorted(folder.glob("*/*.json")):
        head = _signed(path.read_bytes(), key)
        is_here = head is not None and path == _place(folder, head.organisation_id, head.day)
        yield head if head is not None and is_here else path


def _place(folder: Path, organisation_id: int, day: date | str) -> Path:
    return folder / str(organisation_id) / f"{day}.json"


def _signed(content: bytes, key: "PublicKey | None") -> SignedHead | None:
    """Return the head in ``content`` if its signature is that of ``key``."""
    try:
        values = json.loads(content)
        signature = b64decode(values.pop("signature"), validate=True)
        head = SignedHead(**values)
        is_genuine = key is not None and verify(key, signature, head.message())
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return head if is_genuine else None
