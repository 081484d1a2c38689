"""Every setting: its name, unit, default and one sentence; environment first, then a file.

``QSE_INSTANCE`` names the instance folder (environment only); the other settings are read from
``QSE_<NAME>`` in the environment, then from ``settings.toml`` in that folder. A wrong one stops
the start.
"""

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from qse_audit.core.errors import SettingsError

T = TypeVar("T")
KNOWN_KEYS = frozenset({"changeme", "change-me", "secret", "dev", "development", "test", "tests"})


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError("one of " + ", ".join(words))
        return text

    return read


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false", "1", "0", "yes", "no"}:
        raise ValueError("true or false")
    return text.lower() in {"true", "1", "yes"}


def _database(text: str) -> str:
    expected = "sqlite:///path or postgresql://user:password@host/name"
    try:
        backend = make_url(text).get_backend_name() if text else "sqlite"
    except ArgumentError as error:
        raise ValueError(expected) from error
    if backend not in {"sqlite", "postgresql"}:
        raise ValueError(expected)
    return text


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        raise ValueError("an address such as https://qse.example.org")
    return text.rstrip("/")


def _setting(default: T, read: Callable[[str], T], sentence: str) -> T:
    value: T = field(default=default, metadata={"read": read, "sentence": sentence})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set; read once at start and never changed."""

    instance: Path
    secret_key: str = field(repr=False)

    database_url: str = _setting(
        "", _database, "Address of the database; empty: SQLite in the instance folder."
    )
    public_url: str = _setting(
        "http://127.0.0.1:8000",
        _address,
        "Address that people use, for the links in mails and the codes of workshops.",
    )
    proxy_hops: int = _setting(
        0, _whole(0, 5), "Number of trusted reverse proxies in front of the server."
    )
    smtp_host: str = _setting("", str, "Mail server; empty: messages stay in the inbox.")
    smtp_port: int = _setting(587, _whole(1, 65535), "Port of the mail server.")
    smtp_security: str = _setting(
        "starttls", _one_of("none", "starttls", "tls"), "Protection of the mail conversation."
    )
    smtp_user: str = _setting("", str, "Account on the mail server; empty: none.")
    smtp_password: str = _setting("", str, "Password on the mail server.")
    mail_from: str = _setting("qse-audit@localhost", str, "Sender of the mails.")
    upload_max_mib: int = _setting(50, _whole(1, 500), "Largest file accepted, in MiB.")
    storage_reserve_mib: int = _setting(
        200, _whole(0, 1_000_000), "Free disk space that uploads leave alone, in MiB."
    )
    reminder_hour: int = _setting(7, _whole(0, 23), "Hour of the daily reminders, Europe/Paris.")
    scheduler: bool = _setting(True, _flag, "Whether this process may run the scheduled jobs.")
    demo: bool = _setting(
        False, _flag, "Offer one-click sign-in on loopback; only for the demo company."
    )

    @property
    def database(self) -> str:
        """Return the address of the database, SQLite in the instance folder by default."""
        return self.database_url or f"sqlite:///{self.instance / 'qse-audit.sqlite3'}"

    @property
    def files_folder(self) -> Path:
        """Return where uploaded and issued files are kept, by content address."""
        return self.instance / "files"

    @property
    def cache_folder(self) -> Path:
        """Return where things are kept that can be made again."""
        return self.instance / "cache"

    @property
    def seal_key_path(self) -> Path:
        """Return where the private key of the seals is kept."""
        return self.instance / "keys" / "seal.pem"

    @property
    def heads_folder(self) -> Path:
        """Return where the signed heads of the registers are kept."""
        return self.instance / "heads"


def load_settings(
    environ: Mapping[str, str] | None = None, *, instance: Path | None = None
) -> Settings:
    """Read the settings and make the instance folder ready.

    :raises SettingsError: naming the setting, its value and what is accepted.
    """
    environ = os.environ if environ is None else environ
    folder = (instance or Path(environ.get("QSE_INSTANCE") or "instance")).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"QSE_INSTANCE = {folder}: expected a folder we can write") from error
    stored = _read_file(folder / "settings.toml")
    values: dict[str, Any] = {}
    for each in fields(Settings):
        if "read" in each.metadata and (text := _text_of(each.name, environ, stored)) is not None:
            try:
                values[each.name] = each.metadata["read"](text)
            except ValueError as error:
                shown = "…" if "password" in each.name else text
                raise SettingsError(
                    f"QSE_{each.name.upper()} = {shown!r}: expected {error}"
                ) from error
    return Settings(instance=folder, secret_key=_secret_key(folder, environ), **values)


def _text_of(name: str, environ: Mapping[str, str], stored: Mapping[str, Any]) -> str | None:
    if (text := environ.get(f"QSE_{name.upper()}")) is not None:
        return text
    return str(stored[name]) if name in stored else None


def _read_file(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: expected TOML, {error}") from error
    known = {each.name for each in fields(Settings) if "read" in each.metadata}
    if unknown := sorted(set(stored) - known):
        raise SettingsError(
            f"{path}: unknown setting {unknown[0]!r}: expected one of {', '.join(sorted(known))}"
        )
    return stored


def _secret_key(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the key that signs cookies; make it at the first start, readable by us only."""
    if given := environ.get("QSE_SECRET_KEY"):
        if len(given) < 32 or given.lower() in KNOWN_KEYS or len(set(given)) < 8:
            raise SettingsError("QSE_SECRET_KEY = '…': expected 32 random characters or more")
        return given
    path = folder / "secret.key"
    if not path.exists():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _secret_key(folder, environ)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 32:
        raise SettingsError(f"{path}: expected 32 random characters or more; delete it to renew")
    return key
