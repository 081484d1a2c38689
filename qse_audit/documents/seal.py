"""The key that seals dossiers, and what a seal looks like.

ECDSA on P-256 with SHA-256, because one signature must be checked by three readers: this program,
plain ``openssl dgst -sha256 -verify``, and WebCrypto in an offline page. ``openssl dgst`` does not
know Ed25519, and browsers know it only lately; all three know P-256. The signature is DER, as
openssl wants it; WebCrypto wants the two 32-byte numbers inside (:func:`raw_signature`).

cryptography loads in the functions that use it: 30 ms and 8 MB that most workers never need.
"""

import contextlib
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

PublicKey: TypeAlias = "ec.EllipticCurvePublicKey"

ALGORITHM = "ECDSA-P256-SHA256"
VALIDITY_DAYS = 20 * 365
"""A dossier must be checkable long after the session; the key can be replaced at any time."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class SealKey:
    """A private key with the self-signed certificate that presents it."""

    private: "ec.EllipticCurvePrivateKey"
    certificate: "x509.Certificate"

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""
        return self.private.public_key()

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as travels in a dossier."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.certificate.public_bytes(Encoding.PEM)

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature of ``message``.

        Of the two numbers that ECDSA allows for ``s`` it is always the lower one: nobody can turn
        a signature into another valid one.
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        found = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(found)
        return utils.encode_dss_signature(r, min(s, _ORDER - s))


def load_or_make_key(path: Path, *, now: datetime, name: str = "qse-audit") -> SealKey:
    """Return the key kept at ``path``, made the first time (mode 0600, whole or not at all).

    ``now`` and ``name`` go into the certificate of a new key. Two processes that start together
    get the same key.

    :raises DocumentError: when the file is no such key, or when others may read it.
    """
    if not path.exists():
        write_once(path, _new_key(now, name))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise DocumentError(
            N_("La clé %(path)s est lisible par d’autres : chmod 600 attendu.", path=str(path))
        )
    return _read_key(path)


def verify(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Return whether ``signature`` is the one that the owner of ``key`` made of ``message``."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    try:
        r, s = utils.decode_dss_signature(signature)
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return s <= _ORDER // 2 and utils.encode_dss_signature(r, s) == signature


def raw_signature(signature: bytes) -> bytes:
    """Return a DER ``signature`` as the 64 bytes that WebCrypto takes."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def public_pem(key: PublicKey) -> bytes:
    """Return ``key`` as PEM, to publish beside the dossiers."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: PublicKey) -> str:
    """Return the SHA-256 of ``key`` in hexadecimal, to read over the telephone."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest()


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return ``key`` as the JSON Web Key that ``crypto.subtle.importKey`` takes."""
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _base64url(numbers.x), "y": _base64url(numbers.y)}


def read_public_keys(pem: bytes) -> Sequence[PublicKey]:
    """Return the P-256 keys of a PEM file: one public key, or any number of certificates.

    :raises DocumentError: when there is none.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    keys: list[object] = []
    with contextlib.suppress(ValueError):
        keys = [certificate.public_key() for certificate in x509.load_pem_x509_certificates(pem)]
    if not keys:
        with contextlib.suppress(ValueError):
            keys = [serialization.load_pem_public_key(pem)]
    found = [key for key in keys if _is_p256(key)]
    if not found:
        raise DocumentError(N_("Aucune clé publique P-256 n’a été trouvée dans ce fichier PEM."))
    return found


def certified_key(pem: bytes) -> object:
    """Return the public key, of any kind, that a certificate presents.

    :raises ValueError: when it is no certificate.
    """
    from cryptography import x509

    return x509.load_pem_x509_certificate(pem).public_key()


def _is_p256(key: object) -> "TypeGuard[ec.EllipticCurvePublicKey]":
    """Return whether ``key`` is a public key on the one curve that seals use."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _base64url(number: int) -> str:
    """Return a 32-byte number as a JSON Web Key spells it."""
    return b64encode(number.to_bytes(32, "big"), b"-_").decode().rstrip("=")


def _new_key(now: datetime, name: str) -> bytes:
    """Return a new key and its certificate as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64] or "qse-audit")])
    usage = x509.KeyUsage(True, True, *([False] * 7))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=VALIDITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )
    key_pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return key_pem + certificate.public_bytes(serialization.Encoding.PEM)


def write_once(path: Path, content: bytes) -> bool:
    """Write ``content`` at ``path`` (mode 0600), whole; ``False`` if another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _read_key(path: Path) -> SealKey:
    """Read the key and the certificate stored at ``path``."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = path.read_bytes()
    try:
        private = serialization.load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
    except (ValueError, TypeError) as error:
        raise DocumentError(
            N_("Le fichier %(path)s n’est pas une clé de scellement.", path=str(path))
        ) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not _is_p256(private.public_key()):
        raise DocumentError(N_("La clé %(path)s n’est pas une clé P-256.", path=str(path)))
    if private.public_key() != certificate.public_key():
        raise DocumentError(
            N_("La clé et le certificat de %(path)s ne vont pas ensemble.", path=str(path))
        )
    return SealKey(private, certificate)
