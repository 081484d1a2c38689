import hashlib

import pytest

from qse_audit.core.errors import NotFound, StorageFull
from qse_audit.documents.store import FileStore


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def test_a_file_is_found_by_the_hash_of_its_bytes(store):
    kept = store.put([b"ab", b"c"])
    assert kept.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert kept.size_bytes == 3
    assert store.path(kept.sha256).read_bytes() == b"abc"


def test_the_same_bytes_are_kept_once(store):
    store.put_bytes(b"abc")
    store.put_bytes(b"abc")
    assert len([p for p in store.folder.rglob("*") if p.is_file()]) == 1


def test_a_stream_that_breaks_leaves_nothing(store):
    def broken():
        yield b"abc"
        raise RuntimeError("connection lost")

    with pytest.raises(RuntimeError):
        store.put(broken())
    assert [p for p in store.folder.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "z" * 64, "a" * 63, "A" * 64])
def test_what_is_no_address_is_not_found(store, address):
    with pytest.raises(NotFound):
        store.open(address)


def test_the_free_space_reserve_is_left_alone(tmp_path):
    store = FileStore(tmp_path / "files", reserve_bytes=2**62)
    with pytest.raises(StorageFull):
        store.put_bytes(b"abc")
    assert [p for p in store.folder.rglob("*") if p.is_file()] == []
