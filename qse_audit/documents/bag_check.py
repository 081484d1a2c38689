"""Check a sealed dossier: the first thing that is wrong, or that nothing is.

From the outside in: the ZIP's directory, the names, the seal and its signature, the tag files, the
list of the payload; then, in one pass over the file, each content against its hash and every other
byte against the archive that these contents make. In constant memory but for the list of names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from qse_audit.core.canonical import read_canonical
from qse_audit.core.text import N_, Message
from qse_audit.documents.archive import Archive, BrokenArchive, Slot, read_chunks, read_slots
from qse_audit.documents.bag import AFTER, BEFORE, FORMAT, HASHED_TAGS, manifest
from qse_audit.documents.names import is_safe_path
from qse_audit.documents.seal import ALGORITHM, PublicKey, certified_key, fingerprint, verify

MAX_TAG_BYTES = 16_000_000
_LINE = re.compile(r"([0-9a-f]{64})  (data/.+)")
_FIELDS = {
    "algorithm": str,
    "certificate_sha256": str,
    "claims": dict,
    "format": str,
    "key_sha256": str,
    "payload_bytes": int,
    "payload_files": int,
    "root": str,
    "sealed_at": str,
    "tagmanifest_sha256": str,
}


@dataclass(frozen=True, slots=True)
class CheckedMember:
    """A payload file as the manifest lists it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of a check."""

    ok: bool
    first_problem: Message | None = None
    seal: Mapping[str, Any] | None = None
    """The content of seal.json, once its signature was found good."""
    members: tuple[CheckedMember, ...] = ()
    """The payload, once everything was found good."""


def verify_bag(path: Path, *, public_keys: Sequence[PublicKey]) -> Verification:
    """Check the dossier at ``path`` against the keys that may have sealed it.

    :raises OSError: when the file cannot be read at all.
    """
    check = _Check(public_keys)
    try:
        with path.open("rb") as file, path.open("rb") as other:
            members = check.run(file, other, path.stat().st_size)
    except BrokenArchive as error:
        problem = error.args[0]
        return Verification(ok=False, first_problem=problem, seal=check.seal)
    return Verification(ok=True, seal=check.seal, members=members)


class _Check:
    """One check in progress; each step raises :class:`BrokenArchive` at the first problem."""

    def __init__(self, public_keys: Sequence[PublicKey]) -> None:
        self.public_keys = public_keys
        self.seal: Mapping[str, Any] | None = None

    def run(self, file: BinaryIO, other: BinaryIO, size: int) -> tuple[CheckedMember, ...]:
        """Take every step on ``file``, of which ``other`` is a second handle."""
        slots = read_slots(file, size)
        root, by_name = _named(slots)
        tags = {name: _read_tag(file, by_name[name]) for name in (*BEFORE, *AFTER)}
        self.seal = seal = _checked_seal(tags, self.public_keys)
        if seal["root"] != root:
            raise BrokenArchive(N_("Le dossier racine a été renommé."))
        _check_tags(tags, seal)
        hashes = _read_manifest(tags["manifest-sha256.txt"])
        _check_names(list(by_name), hashes)
        _compare(file, _rebuilt(other, slots, hashes=hashes, seal=seal))
        return tuple(
            CheckedMember(path, by_name[path].size, digest) for path, digest in hashes.items()
        )


def _named(slots: Sequence[Slot]) -> tuple[str, dict[str, Slot]]:
    """Return the root and the members by their name below it; the tag files must be there."""
    root = slots[0].name.partition("/")[0] if slots else ""
    by_name: dict[str, Slot] = {}
    folded: set[str] = set()
    for slot in slots:
        if not is_safe_path(slot.name):
            raise BrokenArchive(N_("Nom de fichier dangereux : %(name)s", name=repr(slot.name)))
        if not slot.name.startswith(f"{root}/"):
            raise BrokenArchive(N_("Fichier hors du dossier : %(name)s", name=slot.name))
        if slot.name.casefold() in folded:
            raise BrokenArchive(N_("Fichier présent deux fois : %(name)s", name=slot.name))
        folded.add(slot.name.casefold())
        by_name[slot.name.removeprefix(f"{root}/")] = slot
    for name in (*BEFORE, *AFTER):
        if name not in by_name:
            raise BrokenArchive(N_("Le fichier %(name)s manque.", name=name))
    return root, by_name


def _read_tag(file: BinaryIO, slot: Slot) -> bytes:
    """Return the content of a tag file, which must be small."""
    if slot.size > MAX_TAG_BYTES:
        raise BrokenArchive(N_("Le fichier %(name)s est trop grand.", name=slot.name))
    return b"".join(read_chunks(file, slot))


def _checked_seal(tags: Mapping[str, bytes], keys: Sequence[PublicKey]) -> Mapping[str, Any]:
    """Return the content of seal.json once it is known to come from one of ``keys``."""
    seal = _read_seal(tags["seal.json"])
    if sha256(tags["seal.pem"]).hexdigest() != seal["certificate_sha256"]:
        raise BrokenArchive(N_("Le certificat seal.pem n’est pas celui du sceau."))
    try:
        certified = certified_key(tags["seal.pem"])
    except ValueError as error:
        raise BrokenArchive(N_("Le certificat seal.pem est illisible.")) from error
    key = next((key for key in keys if key == certified), None)
    if key is None or fingerprint(key) != seal["key_sha256"]:
        raise BrokenArchive(N_("Le dossier est scellé par une autre clé que celle attendue."))
    if not verify(key, tags["seal.sig"], tags["seal.json"]):
        raise BrokenArchive(
            N_("La signature du sceau est fausse : seal.json ou seal.sig a changé.")
        )
    return seal


def _read_seal(raw: bytes) -> Mapping[str, Any]:
    """Return seal.json with exactly the fields that this version knows."""
    try:
        seal = read_canonical(raw)
    except ValueError as error:
        raise BrokenArchive(N_("Le fichier seal.json est illisible ou réécrit.")) from error
    known = (
        isinstance(seal, dict)
        and seal.keys() == _FIELDS.keys()
        and all(type(seal[name]) is kind for name, kind in _FIELDS.items())
        and (seal["format"], seal["algorithm"]) == (FORMAT, ALGORITHM)
    )
    if not known:
        raise BrokenArchive(N_("Le fichier seal.json n’est pas d’un format connu."))
    return dict(seal)


def _check_tags(tags: Mapping[str, bytes], seal: Mapping[str, Any]) -> None:
    """Compare the tag manifest with the seal, and the tag files with the tag manifest."""
    listed = tags["tagmanifest-sha256.txt"]
    if sha256(listed).hexdigest() != seal["tagmanifest_sha256"]:
        raise BrokenArchive(N_("Le fichier %(name)s a été modifié.", name="tagmanifest-sha256.txt"))
    lines = listed.splitlines(keepends=True)
    for name, line in zip_longest(HASHED_TAGS, lines):
        if not name or manifest([(name, sha256(tags[name]).hexdigest())]) != line:
            raise BrokenArchive(
                N_("Le fichier %(name)s a été modifié.", name=name or "tagmanifest-sha256.txt")
            )


def _read_manifest(raw: bytes) -> dict[str, str]:
    """Return the hash of each payload path, in the order of the manifest."""
    hashes: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\n")[:-1]:
        found = _LINE.fullmatch(line)
        if not found or found[2] in hashes:
            raise BrokenArchive(N_("Le manifeste a une ligne fausse : %(line)s", line=line[:200]))
        hashes[found[2]] = found[1]
    return hashes


def _check_names(found: Sequence[str], hashes: Mapping[str, str]) -> None:
    """Compare the members of the archive with those that must be there, and their order."""
    expected = [*BEFORE, *hashes, *AFTER]
    present, listed = set(found), set(expected)
    missing = next((name for name in expected if name not in present), None)
    if missing is not None:
        raise BrokenArchive(N_("Le fichier %(name)s manque.", name=missing))
    added = next((name for name in found if name not in listed), None)
    if added is not None:
        raise BrokenArchive(N_("Le fichier %(name)s a été ajouté.", name=added))
    if list(found) != expected:
        raise BrokenArchive(N_("Les fichiers de l’archive ont changé d’ordre."))


def _rebuilt(
    file: BinaryIO, slots: Sequence[Slot], *, hashes: Mapping[str, str], seal: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """Yield the archive that these contents make, piece by piece, with the member in progress."""
    archive = Archive(_sealed_at(seal))
    for slot in slots:
        name = slot.name.partition("/")[2]
        for chunk in archive.add(slot.name, _hashed(file, slot, hashes.get(name))):
            yield name, chunk
    for chunk in archive.close():
        yield "", chunk


def _hashed(file: BinaryIO, slot: Slot, expected: str | None) -> Iterator[bytes]:
    """Yield a content; at its end, compare it with its hash. Tag files were compared before."""
    digest = sha256()
    for chunk in read_chunks(file, slot):
        digest.update(chunk)
        yield chunk
    if expected is not None and digest.hexdigest() != expected:
        name = slot.name.partition("/")[2]
        raise BrokenArchive(N_("Le fichier %(name)s a été modifié.", name=name))


def _compare(file: BinaryIO, pieces: Iterator[tuple[str, bytes]]) -> None:
    """Compare ``file`` with the archive that it should be, to its last byte."""
    file.seek(0)
    for name, chunk in pieces:
        if file.read(len(chunk)) != chunk:
            if name:
                raise BrokenArchive(
                    N_("L’enveloppe ZIP du fichier %(name)s a été modifiée.", name=name)
                )
            raise BrokenArchive(N_("Le répertoire de l’archive ZIP est abîmé."))
    if file.read(1):
        raise BrokenArchive(N_("Des octets ont été ajoutés à la fin de l’archive ZIP."))


def _sealed_at(seal: Mapping[str, Any]) -> datetime:
    """Return the time of the seal."""
    try:
        at = datetime.strptime(seal["sealed_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise BrokenArchive(N_("Le fichier seal.json n’est pas d’un format connu.")) from error
    return at
