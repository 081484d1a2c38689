import hashlib
import random
import subprocess
import sys
import tracemalloc
import zipfile
from io import BytesIO

import bagit
import pytest

from qse_audit.core.canonical import read_canonical
from qse_audit.core.errors import DocumentError
from qse_audit.documents import archive
from qse_audit.documents.bag import Member, bag_chunks, write_bag
from qse_audit.documents.bag_check import verify_bag
from qse_audit.documents.seal import public_pem
from tests.documents.conftest import CONTENTS, NOW, make


@pytest.fixture
def unpacked(tmp_path, sealed):
    with zipfile.ZipFile(BytesIO(sealed)) as file:
        assert file.testzip() is None
        file.extractall(tmp_path)
    return tmp_path / "dossier-emma"


def test_a_fresh_dossier_is_good(check, sealed):
    result = check(sealed)
    assert (result.ok, result.first_problem) == (True, None)
    assert [member.path for member in result.members] == list(CONTENTS)
    assert result.seal["claims"] == {"event_head": "ab" * 32}
    assert result.seal["sealed_at"] == "2026-11-23T17:04:13Z"


def test_the_summary_says_what_was_sealed(key):
    content, summary = make(key)
    assert summary.payload_bytes == sum(map(len, CONTENTS.values()))
    assert [entry.size for entry in summary.entries] == [len(c) for c in CONTENTS.values()]
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert read_canonical(file.read("dossier-emma/seal.json")) == summary.seal
        listed = file.read("dossier-emma/tagmanifest-sha256.txt")
    assert hashlib.sha256(listed).hexdigest() == summary.tagmanifest_sha256


def test_a_source_may_be_bytes_a_file_or_pieces(key, check, tmp_path):
    (tmp_path / "b").write_bytes(b"b" * 700_000)
    members = [
        Member("data/a", b"a"),
        Member("data/b", tmp_path / "b"),
        Member("data/c", (bytes([n]) * n for n in range(9))),
    ]
    pieces = bag_chunks(root="r", members=members, info={}, key=key, sealed_at=NOW)
    assert check(b"".join(pieces)).ok


def test_an_empty_dossier_is_good(key, check):
    assert check(make(key, {})[0]).ok


def test_any_zip_program_reads_it(unpacked):
    for path, content in CONTENTS.items():
        assert (unpacked / path).read_bytes() == content


def test_the_zip_tool_of_python_finds_nothing_wrong(tmp_path, sealed):
    (tmp_path / "x.zip").write_bytes(sealed)
    done = subprocess.run(
        [sys.executable, "-m", "zipfile", "-t", "x.zip"], cwd=tmp_path, capture_output=True
    )
    assert done.stdout == b"Done testing\n"


def test_the_library_of_congress_tool_accepts_it(unpacked):
    bag = bagit.Bag(str(unpacked))
    bag.validate()
    assert bag.info["Source-Organization"] == "Mécanique du Val d’Orge"
    assert bag.info["External-Description"] == "a b"


def test_sha256sum_and_openssl_accept_it(unpacked, key):
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "-c", name], cwd=unpacked, check=True)
    extract = ["openssl", "x509", "-in", "seal.pem", "-pubkey", "-noout"]
    public = subprocess.run(extract, cwd=unpacked, check=True, capture_output=True).stdout
    assert public == public_pem(key.public)
    (unpacked / "key.pem").write_bytes(public)
    verify = ["openssl", "dgst", "-sha256", "-verify", "key.pem"]
    verify += ["-signature", "seal.sig", "seal.json"]
    done = subprocess.run(verify, cwd=unpacked, check=True, capture_output=True)
    assert done.stdout == b"Verified OK\n"


@pytest.mark.parametrize(
    "path",
    [
        "dossier.pdf", "data/", "data/../a", "data//a", "data/./a", "data/a\\b", "data/a\x00b",
        "data/a\nb", "data/a%0Ab", "data/\u202egnp.exe", "data/CON", "data/nul.txt", "data/a.",
        "data/a ", "data/c:x", "data/e\u0301", "data/\ud800", "data/" + "x" * 300, "/data/a", "",
    ],
)  # fmt: skip
def test_an_unsafe_path_is_never_sealed(key, path):
    with pytest.raises(DocumentError, match="Nom de fichier refusé"):
        make(key, {path: b""})


def test_two_names_that_differ_by_case_only_are_refused(key):
    with pytest.raises(DocumentError, match="même nom"):
        make(key, {"data/Été.txt": b"", "data/été.txt": b""})


@pytest.mark.parametrize("root", ["", ".", "..", "a/b", "aux", "a\x00"])
def test_an_unsafe_root_is_refused(key, root):
    with pytest.raises(DocumentError, match="Nom de dossier refusé"):
        make(key, root=root)


def test_a_label_cannot_forge_a_line_of_bag_info(key):
    with pytest.raises(ValueError, match="label"):
        list(bag_chunks(root="r", members=[], info={"A\nB": "c"}, key=key, sealed_at=NOW))


def test_too_many_members_or_bytes_are_refused(key, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(DocumentError, match="Plus de 3"):
        make(key)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_BYTES", archive.MAX_DIRECTORY_BYTES + 2000)
    with pytest.raises(DocumentError, match="4 Go"):
        make(key)


def test_a_large_dossier_needs_little_memory(key, tmp_path):
    """200 MB go out, and are checked, in less than 8 MB."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(random.Random(1).randbytes(4_000_000))
    members = (Member(f"data/photo-{n}.jpg", photo) for n in range(50))
    path = tmp_path / "large.zip"
    tracemalloc.start()
    with path.open("wb") as out:
        write_bag(out, root="r", members=members, info={}, key=key, sealed_at=NOW)
    assert verify_bag(path, public_keys=[key.public]).ok
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 200_000_000
    assert peak < 8_000_000
