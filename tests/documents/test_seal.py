import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from qse_audit.core.errors import DocumentError
from qse_audit.documents import seal
from qse_audit.documents.seal import load_or_make_key, public_pem, read_public_keys, verify

NOW = datetime(2026, 11, 23, 17, 4, tzinfo=UTC)


@pytest.fixture
def key(tmp_path):
    return load_or_make_key(tmp_path / "keys" / "seal.pem", now=NOW, name="Mécanique du Val d’Orge")


def test_the_key_is_made_once_and_kept(tmp_path, key):
    again = load_or_make_key(tmp_path / "keys" / "seal.pem", now=NOW)
    assert seal.fingerprint(again.public) == seal.fingerprint(key.public)
    assert again.certificate == key.certificate
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["seal.pem"]


def test_many_starters_get_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_make_key(tmp_path / "k.pem", now=NOW), range(16)))
    assert len({seal.fingerprint(key.public) for key in keys}) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_only_the_owner_may_read_the_key(tmp_path, key):
    path = tmp_path / "keys" / "seal.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(DocumentError, match="chmod 600"):
        load_or_make_key(path, now=NOW)


@pytest.mark.parametrize("pem", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA"])
def test_a_broken_key_file_is_named(tmp_path, pem):
    path = tmp_path / "seal.pem"
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(DocumentError, match=r"seal.pem"):
        load_or_make_key(path, now=NOW)


def test_a_certificate_of_another_key_is_refused(tmp_path, key):
    path = tmp_path / "mixed.pem"
    other = (tmp_path / "keys" / "seal.pem").read_bytes()
    load_or_make_key(path, now=NOW)
    mine = path.read_bytes()
    end = b"-----END PRIVATE KEY-----\n"
    path.write_bytes(mine.split(end)[0] + end + other.split(end)[1])
    with pytest.raises(DocumentError, match="ne vont pas ensemble"):
        load_or_make_key(path, now=NOW)


def test_a_signature_holds_for_its_message_and_key_only(tmp_path, key):
    other = load_or_make_key(tmp_path / "other.pem", now=NOW)
    signature = key.sign(b"message")
    assert verify(key.public, signature, b"message")
    assert not verify(key.public, signature, b"Message")
    assert not verify(other.public, signature, b"message")
    assert not verify(key.public, b"", b"message")


def test_a_signature_cannot_be_respelled(key):
    order = seal._ORDER
    for _ in range(20):
        r, s = decode_dss_signature(key.sign(b"message"))
        assert s <= order // 2
        twin = encode_dss_signature(r, order - s)
        key.public.verify(twin, b"message", ec.ECDSA(hashes.SHA256()))
        assert not verify(key.public, twin, b"message")


def test_openssl_agrees(tmp_path, key):
    (tmp_path / "pub.pem").write_bytes(public_pem(key.public))
    (tmp_path / "sig").write_bytes(key.sign(b"message"))
    (tmp_path / "ok").write_bytes(b"message")
    (tmp_path / "bad").write_bytes(b"massage")
    command = ["openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig"]
    good = subprocess.run([*command, "ok"], cwd=tmp_path, capture_output=True, check=True)
    assert good.stdout == b"Verified OK\n"
    assert subprocess.run([*command, "bad"], cwd=tmp_path, capture_output=True).returncode == 1


def test_public_keys_are_read_from_a_key_or_from_certificates(key):
    assert list(read_public_keys(public_pem(key.public))) == [key.public]
    assert list(read_public_keys(key.certificate_pem * 2)) == [key.public] * 2
    with pytest.raises(DocumentError, match="P-256"):
        read_public_keys(b"nothing")
    with pytest.raises(DocumentError, match="P-256"):
        read_public_keys(public_pem(ec.generate_private_key(ec.SECP384R1()).public_key()))


def test_the_browser_gets_the_key_and_the_signature_as_it_wants_them(key):
    jwk = seal.public_jwk(key.public)
    assert {len(jwk["x"]), len(jwk["y"])} == {43}
    raw = seal.raw_signature(key.sign(b"message"))
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    assert len(raw) == 64
    assert verify(key.public, encode_dss_signature(r, s), b"message")
