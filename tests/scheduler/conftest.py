"""A real mail server on loopback, and certificates made for the test."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qse_audit.core.clock import now


@dataclass
class Postbox:
    """What the server was told, and how it answers."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """By address: what RCPT answers instead of 250."""
    on_data: Callable[[], str | None] = lambda: None
    """Runs when the whole text is there; may answer something else than 250."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(self, _s, _session, envelope, address, _options) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope: Any) -> str:
        with self.lock:
            self.messages.append(message_from_bytes(envelope.content, policy=default))
        return self.on_data() or "250 taken"

    def authenticate(self, _server, _session, _envelope, mechanism: str, data: Any) -> AuthResult:
        if isinstance(data, LoginPassword):
            self.accounts.append((data.login.decode(), data.password.decode()))
        known = self.accounts[-1:] == [("qse", "mot de passe")]
        return AuthResult(success=known, handled=False)


@dataclass(frozen=True)
class Certificate:
    """A key and a certificate of 127.0.0.1 that signs itself."""

    path: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    at = now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return Certificate(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def serve_mail() -> Iterator[Callable[..., Postbox]]:
    """Start mail servers; they stop with the test."""
    running: list[Controller] = []

    def serve_mail(**options: Any) -> Postbox:
        box = Postbox(port=free_port())
        if options.pop("authenticated", False):
            options |= {"authenticator": box.authenticate, "auth_required": True}
        controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
        controller.start()
        running.append(controller)
        return box

    yield serve_mail
    for controller in running:
        controller.stop(no_assert=True)
