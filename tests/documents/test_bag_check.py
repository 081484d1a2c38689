"""Everything that may be done to a sealed dossier, and the problem that is named first."""

import random
import struct
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest

from qse_audit.core.canonical import canonical_json
from qse_audit.documents import bag, bag_check
from qse_audit.documents.archive import Archive, read_slots
from qse_audit.documents.bag import manifest
from qse_audit.documents.seal import load_or_make_key
from tests.documents.conftest import CONTENTS, NOW, make

ROOT = "dossier-emma/"


def parts(content):
    """Return the members of a dossier: name → content."""
    with zipfile.ZipFile(BytesIO(content)) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def assemble(members, at=NOW):
    """Return members as an archive in our layout, whatever they are."""
    archive = Archive(at)
    chunks = [b"".join(archive.add(name, [content])) for name, content in members]
    return b"".join([*chunks, *archive.close()])


def problem(result):
    assert not result.ok
    assert result.members == ()
    return str(result.first_problem)


def test_every_flipped_byte_is_found(check, sealed):
    """Each header, name, descriptor, content, directory line and tag file has its turn."""
    at_random = random.Random(7)
    places = set(range(0, len(sealed), 11)) | set(range(len(sealed) - 600, len(sealed)))
    missed = []
    for place in sorted(places):
        broken = bytearray(sealed)
        broken[place] ^= at_random.randrange(1, 256)
        if check(bytes(broken)).ok:
            missed.append(place)
    assert len(places) > 900
    assert missed == []


def test_every_bit_of_the_seal_counts(check, sealed):
    with BytesIO(sealed) as file:
        slots = {slot.name: slot for slot in read_slots(file, len(sealed))}
    for name in ("seal.sig", "seal.json"):
        slot = slots[ROOT + name]
        for place in range(slot.data_at, slot.data_at + slot.size):
            broken = bytearray(sealed)
            broken[place] ^= 1 << place % 8
            assert problem(check(bytes(broken)))


@pytest.mark.parametrize("keep", [0, 1, 21, 22, 100, 0.1, 0.5, 0.9, -1, -22, -23])
def test_a_truncated_dossier_is_incomplete(check, sealed, keep):
    size = int(keep * len(sealed)) if isinstance(keep, float) else keep
    assert "complète" in problem(check(sealed[:size]))


def test_bytes_after_or_before_are_found(check, sealed):
    assert "ajoutés à la fin" in problem(check(sealed + b"\0"))
    assert "ajoutés" in problem(check(sealed + sealed[-22:]))
    assert "ajoutés" in problem(check(b"#!" + sealed))


def test_bytes_between_members_are_found(check, sealed):
    with BytesIO(sealed) as file:
        gap = read_slots(file, len(sealed))[1].data_at - 30
    count, length, start = struct.unpack("<H2L", sealed[-12:-2])
    end = sealed[-22:-12] + struct.pack("<H2LH", count, length, start + 4, 0)
    assert "répertoire" in problem(check(sealed[:gap] + b"hide" + sealed[gap:-22] + end))


def test_a_comment_is_found(check, sealed):
    assert problem(check(sealed[:-2] + struct.pack("<H", 4) + b"hide"))


def test_changed_content_is_named(check, sealed):
    members = parts(sealed)
    members[ROOT + "data/events.jsonl"] = b'{"seq":1}\n{"seq":9}\n'
    assert problem(check(assemble(members.items()))) == (
        "Le fichier data/events.jsonl a été modifié."
    )


def test_swapped_contents_are_named(check, sealed):
    members = parts(sealed)
    one, two = ROOT + "data/dossier.pdf", ROOT + "data/events.jsonl"
    members[one], members[two] = members[two], members[one]
    assert "data/dossier.pdf a été modifié" in problem(check(assemble(members.items())))


def test_another_order_is_found(check, sealed):
    members = list(parts(sealed).items())
    members[1], members[2] = members[2], members[1]
    assert "ordre" in problem(check(assemble(members)))


@pytest.mark.parametrize("name", ["data/autre.txt", "autre.txt", "META-INF/x"])
def test_an_added_file_is_named(check, sealed, name):
    members = [*parts(sealed).items(), (ROOT + name, b"")]
    assert problem(check(assemble(members))) == f"Le fichier {name} a été ajouté."


@pytest.mark.parametrize("name", [*CONTENTS, "bagit.txt", "seal.json", "seal.sig", "bag-info.txt"])
def test_a_removed_file_is_named(check, sealed, name):
    members = parts(sealed)
    del members[ROOT + name]
    assert problem(check(assemble(members.items()))) == f"Le fichier {name} manque."


def test_a_renamed_file_is_named(check, sealed):
    members = [
        (name.replace("vide.txt", "plein.txt"), content) for name, content in parts(sealed).items()
    ]
    assert problem(check(assemble(members))) == "Le fichier data/vide.txt manque."


def test_a_renamed_root_is_found(check, sealed):
    members = [(name.replace("emma", "hugo"), content) for name, content in parts(sealed).items()]
    assert "racine a été renommé" in problem(check(assemble(members)))


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", ROOT + "data/../../evil", ROOT + "data/a\\b", ROOT + "CON", "C:/x",
     ROOT + "data/\u202egnp.exe", ROOT + "data/a\x00", ROOT + "data/"],
)  # fmt: skip
def test_a_dangerous_name_is_refused(check, sealed, name):
    assert "dangereux" in problem(check(assemble([*parts(sealed).items(), (name, b"")])))


def test_a_file_out_of_the_root_is_refused(check, sealed):
    assert "hors du dossier" in problem(check(assemble([*parts(sealed).items(), ("x/y", b"")])))


@pytest.mark.parametrize("name", ["data/vide.txt", "data/VIDE.txt", "seal.json"])
def test_a_file_twice_is_refused(check, sealed, name):
    assert "deux fois" in problem(check(assemble([*parts(sealed).items(), (ROOT + name, b"")])))


def test_another_time_is_found(check, sealed):
    later = assemble(parts(sealed).items(), at=NOW + timedelta(seconds=2))
    assert "enveloppe ZIP du fichier bagit.txt" in problem(check(later))


def test_the_same_contents_in_another_zip_are_refused(check, sealed):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = BytesIO()
        with zipfile.ZipFile(out, "w", method) as file:
            for name, content in parts(sealed).items():
                file.writestr(name, content)
        assert problem(check(out.getvalue()))


def test_our_own_layout_is_reproducible(check, sealed):
    assert assemble(parts(sealed).items()) == sealed


def test_another_key_is_refused(check, sealed, tmp_path):
    other = load_or_make_key(tmp_path / "other.pem", now=NOW)
    assert "autre clé" in problem(check(sealed, [other.public]))
    assert "autre clé" in problem(check(sealed, []))
    assert "autre clé" in problem(check(make(other)[0]))
    assert check(make(other)[0], [other.public]).ok


def test_one_of_several_keys_is_enough(check, sealed, key, tmp_path):
    other = load_or_make_key(tmp_path / "other.pem", now=NOW)
    assert check(sealed, [other.public, key.public]).ok


@pytest.mark.parametrize("name", ["bagit.txt", "manifest-sha256.txt", "bag-info.txt"])
def test_a_changed_tag_file_is_named(check, sealed, name):
    members = parts(sealed)
    members[ROOT + name] += b"# \n"
    assert problem(check(assemble(members.items()))) == f"Le fichier {name} a été modifié."


def test_a_manifest_forged_with_its_tag_manifest_is_found(check, sealed):
    members = parts(sealed)
    members[ROOT + "data/vide.txt"] = b"forged"
    hashes = ((n.removeprefix(ROOT), bag.sha256(c).hexdigest()) for n, c in members.items())
    members[ROOT + "manifest-sha256.txt"] = manifest(h for h in hashes if h[0].startswith("data/"))
    tags = [(n, bag.sha256(members[ROOT + n]).hexdigest()) for n in bag.HASHED_TAGS]
    members[ROOT + "tagmanifest-sha256.txt"] = manifest(tags)
    assert "tagmanifest-sha256.txt a été modifié" in problem(check(assemble(members.items())))


def test_a_seal_of_another_dossier_is_found(check, sealed, key):
    members = parts(sealed)
    others = parts(make(key, {"data/vide.txt": b"other"})[0])
    for name in bag.SEALS:
        members[ROOT + name] = others[ROOT + name]
    assert "tagmanifest-sha256.txt a été modifié" in problem(check(assemble(members.items())))


def test_a_respelled_seal_is_found(check, sealed):
    members = parts(sealed)
    members[ROOT + "seal.json"] = members[ROOT + "seal.json"].replace(b",", b", ", 1)
    assert "seal.json est illisible" in problem(check(assemble(members.items())))


def test_a_seal_with_another_field_or_type_is_unknown(check, sealed, key):
    members = parts(sealed)
    seal = bag_check.read_canonical(members[ROOT + "seal.json"])
    for odd in ({"extra": 1}, {"format": "qse-dossier-2"}, {"payload_files": True},
                {"sealed_at": "hier"}, {"algorithm": "none"}):  # fmt: skip
        members[ROOT + "seal.json"] = canonical_json(seal | odd)
        members[ROOT + "seal.sig"] = key.sign(members[ROOT + "seal.json"])
        assert "format connu" in problem(check(assemble(members.items())))


def test_another_certificate_is_found(check, sealed, tmp_path):
    members = parts(sealed)
    other = load_or_make_key(tmp_path / "other.pem", now=NOW)
    members[ROOT + "seal.pem"] = other.certificate_pem
    assert "certificat" in problem(check(assemble(members.items())))


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"\0" * 5000, b"PK\5\6" + b"\0" * 18])
def test_what_is_no_dossier_is_refused(check, content):
    assert problem(check(content))


def test_a_huge_directory_is_not_read(check):
    body = b"PK\1\2" + b"\0" * 17_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(body), 0, 0)
    assert "trop grand" in problem(check(body + end))


def test_a_huge_tag_file_is_not_read(check, monkeypatch, sealed):
    monkeypatch.setattr(bag_check, "MAX_TAG_BYTES", 40)
    assert "trop grand" in problem(check(sealed))


def test_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        bag_check.verify_bag(tmp_path / "nothing.zip", public_keys=[])
