"""A sealed dossier: a BagIt 1.0 bag as a ZIP stream, of which no byte can change unseen.

::

    <root>/bagit.txt
    <root>/data/…                    the payload, in the order of the manifest
    <root>/manifest-sha256.txt       the hash of each payload file
    <root>/bag-info.txt
    <root>/tagmanifest-sha256.txt    the hash of each tag file above
    <root>/seal.json                 canonical JSON: the hash of the tag manifest, the time, the
                                     root, the certificate's hash, and what the caller claims
    <root>/seal.sig                  the signature of the bytes of seal.json (DER)
    <root>/seal.pem                  the certificate of the key that signed

The ZIP around it follows from these contents (:mod:`~qse_audit.documents.archive`), the time of all
its members being that of the seal. Anyone can check the contents with ordinary tools::

    sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt     # and compare with seal.json
    openssl x509 -in seal.pem -pubkey -noout > key.pem          # compare with the published key
    openssl dgst -sha256 -verify key.pem -signature seal.sig seal.json
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_
from qse_audit.documents.archive import CHUNK_BYTES, Archive, Entry
from qse_audit.documents.names import is_safe_path
from qse_audit.documents.seal import ALGORITHM, SealKey, fingerprint

FORMAT = "qse-dossier-1"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BEFORE = ("bagit.txt",)
"""What comes before the payload."""
HASHED_TAGS = ("bagit.txt", "manifest-sha256.txt", "bag-info.txt")
"""The files of the tag manifest, in its order."""
SEALS = ("seal.json", "seal.sig", "seal.pem")
AFTER = ("manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt", *SEALS)
"""What comes after the payload."""


class Writable(Protocol):
    """Something to write bytes to; it need not seek or tell."""

    def write(self, chunk: bytes, /) -> object:
        """Take ``chunk``."""


@dataclass(frozen=True, slots=True)
class Member:
    """A payload file: where it goes (``data/…``), and its content whole, on disk or in pieces."""

    path: str
    source: bytes | Path | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class BagSummary:
    """What was sealed."""

    entries: tuple[Entry, ...]
    """The payload, each name with the root in front."""
    payload_bytes: int
    tagmanifest_sha256: str
    seal: Mapping[str, Any]
    """The content of seal.json."""


def write_bag(
    out: Writable,
    *,
    root: str,
    members: Iterable[Member],
    info: Mapping[str, str],
    key: SealKey,
    sealed_at: datetime,
    claims: Mapping[str, Any] | None = None,
) -> BagSummary:
    """Write a sealed bag to ``out`` and return what was sealed; see :func:`bag_chunks`."""
    chunks = bag_chunks(
        root=root, members=members, info=info, key=key, sealed_at=sealed_at, claims=claims
    )
    while True:
        try:
            out.write(next(chunks))
        except StopIteration as end:
            summary: BagSummary = end.value
            return summary


def bag_chunks(
    *,
    root: str,
    members: Iterable[Member],
    info: Mapping[str, str],
    key: SealKey,
    sealed_at: datetime,
    claims: Mapping[str, Any] | None = None,
) -> Generator[bytes, None, BagSummary]:
    """Yield a sealed bag piece by piece, in constant memory, for a response or a file.

    ``info`` adds lines to bag-info.txt (``{"Source-Organization": …}``); ``claims`` is JSON that is
    signed within seal.json, such as the head of the event chain. Members come once, in this order.

    :raises DocumentError: for a path that is unsafe or used twice, too many files or bytes.
    """
    _refuse_root(root)
    sealed_at = sealed_at.astimezone(UTC).replace(microsecond=0)
    archive = Archive(sealed_at)
    yield from archive.add(f"{root}/bagit.txt", [BAGIT])
    taken: set[str] = set()
    for member in members:
        _take_path(member.path, taken)
        yield from archive.add(f"{root}/{member.path}", _chunks(member.source))
    payload = tuple(archive.entries[1:])
    tags = _tag_files(root, payload, _bag_info(info, sealed_at, payload))
    seal = _seal(root, payload, tags, key=key, sealed_at=sealed_at, claims=claims or {})
    tags["seal.json"] = canonical_json(seal)
    tags["seal.sig"] = key.sign(tags["seal.json"])
    tags["seal.pem"] = key.certificate_pem
    for name in AFTER:
        yield from archive.add(f"{root}/{name}", [tags[name]])
    yield from archive.close()
    return BagSummary(payload, seal["payload_bytes"], seal["tagmanifest_sha256"], seal)


def manifest(hashes: Iterable[tuple[str, str]]) -> bytes:
    """Return (path, hexadecimal SHA-256) pairs as ``sha256sum`` writes and reads them."""
    return "".join(f"{digest}  {path}\n" for path, digest in hashes).encode()


def _tag_files(root: str, payload: Sequence[Entry], bag_info: bytes) -> dict[str, bytes]:
    """Return the tag files that the seal covers."""
    tags = {
        "bagit.txt": BAGIT,
        "manifest-sha256.txt": manifest(
            (entry.name.removeprefix(f"{root}/"), entry.sha256) for entry in payload
        ),
        "bag-info.txt": bag_info,
    }
    hashes = [(name, sha256(tags[name]).hexdigest()) for name in HASHED_TAGS]
    return {**tags, "tagmanifest-sha256.txt": manifest(hashes)}


def _seal(
    root: str,
    payload: Sequence[Entry],
    tags: Mapping[str, bytes],
    *,
    key: SealKey,
    sealed_at: datetime,
    claims: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the content of seal.json."""
    return {
        "algorithm": ALGORITHM,
        "certificate_sha256": sha256(key.certificate_pem).hexdigest(),
        "claims": dict(claims),
        "format": FORMAT,
        "key_sha256": fingerprint(key.public),
        "payload_bytes": sum(entry.size for entry in payload),
        "payload_files": len(payload),
        "root": root,
        "sealed_at": f"{sealed_at:%Y-%m-%dT%H:%M:%SZ}",
        "tagmanifest_sha256": sha256(tags["tagmanifest-sha256.txt"]).hexdigest(),
    }


def _bag_info(info: Mapping[str, str], sealed_at: datetime, payload: Sequence[Entry]) -> bytes:
    """Return bag-info.txt: ours, then the lines of ``info``, each on one line."""
    lines = {
        "Bagging-Date": f"{sealed_at:%Y-%m-%d}",
        "Payload-Oxum": f"{sum(entry.size for entry in payload)}.{len(payload)}",
        **{label: " ".join(value.split()) for label, value in info.items()},
    }
    for label in lines:
        if not label.replace("-", "").isalnum():
            raise ValueError(f"not a label of bag-info.txt: {label!r}")
    return "".join(f"{label}: {value}\n" for label, value in lines.items()).encode(errors="replace")


def _refuse_root(root: str) -> None:
    """Refuse a root that is not one plain folder name."""
    if "/" in root or not is_safe_path(root):
        raise DocumentError(N_("Nom de dossier refusé : %(name)s", name=repr(root)))


def _take_path(path: str, taken: set[str]) -> None:
    """Refuse a payload path that is unsafe, or that another one equals but for the case."""
    if not path.startswith("data/") or not is_safe_path(path):
        raise DocumentError(N_("Nom de fichier refusé dans un dossier : %(name)s", name=repr(path)))
    if path.casefold() in taken:
        raise DocumentError(N_("Deux fichiers du même nom dans un dossier : %(name)s", name=path))
    taken.add(path.casefold())


def _chunks(source: bytes | Path | Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a member."""
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        with source.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    else:
        yield from source
