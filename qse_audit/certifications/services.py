"""Storing the shipped certifications."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.certifications.models import Block, Capability, CertificationVersion, Criterion
from qse_audit.certifications.rules import CriterionSource
from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_
from qse_audit.paths import referentials_dir
from qse_audit.referentials.formats import yaml_text

FORMAT = "qse-audit/certification/1"


def load_shipped(session: Session, now: datetime) -> int:
    """Store the shipped certifications that are new or have changed; return how many there were.

    A changed file becomes a version beside the one that candidacies already point at.
    """
    known = set(session.scalars(select(CertificationVersion.sha256)))
    loaded = 0
    for path in sorted((referentials_dir() / "certifications").glob("*.yaml")):
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in known:
            _store(session, read_record(content), sha256, now=now)
            loaded += 1
    return loaded


def read_record(content: bytes) -> dict[str, Any]:
    """Return the record in a file.

    :raises BadInput: when it is no certification.
    """
    loaded = yaml_text.load(yaml_text.decode(content))
    if not isinstance(loaded, yaml_text.Mapping) or loaded.get("format") != FORMAT:
        raise BadInput(N_("attendu : une fiche %(format)s", format=FORMAT), place=N_("fichier"))
    found: dict[str, Any] = yaml_text.plain(loaded)
    return found


def _store(session: Session, record: Mapping[str, Any], sha256: str, *, now: datetime) -> None:
    registration = record["registration"]
    last = session.scalar(
        select(func.max(CertificationVersion.content_version)).where(
            CertificationVersion.identifier == record["id"]
        )
    )
    version = CertificationVersion(
        identifier=record["id"],
        content_version=(last or 0) + 1,
        code=record["code"],
        title=record["title"],
        authority=record["authority"],
        starts_on=date.fromisoformat(registration["starts_on"]),
        ends_on=date.fromisoformat(registration["ends_on"]),
        record={key: value for key, value in record.items() if key != "blocks"},
        sha256=sha256,
        created_at=now,
    )
    version.blocks = _blocks(record)
    session.add(version)
    session.flush()


def _blocks(record: Mapping[str, Any]) -> list[Block]:
    """Return the blocks of a record; capabilities are numbered through all of them."""
    blocks = []
    number = 0
    for position, block in enumerate(record["blocks"], 1):
        capabilities = []
        for capability in block["capabilities"]:
            number += 1
            capabilities.append(_capability(capability, number))
        blocks.append(
            Block(
                position=position,
                code=block["code"],
                official_code=block["official_code"],
                title=block["title"],
                capabilities=capabilities,
            )
        )
    return blocks


def _capability(capability: Mapping[str, Any], position: int) -> Capability:
    return Capability(
        position=position,
        code=capability["code"],
        title=capability["title"],
        criteria=[
            Criterion(
                position=place,
                key=criterion["id"],
                source=CriterionSource(criterion["source"]),
                label=criterion["label"],
                evidence=criterion["evidence"],
            )
            for place, criterion in enumerate(capability["criteria"], 1)
        ],
    )
