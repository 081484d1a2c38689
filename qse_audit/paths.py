"""Where the files that are not Python lie: inside the installed wheel, else in the checkout."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder of the package; the translations lie in it in both cases."""


def templates_dir() -> Path:
    """Return the folder of the page, e-mail and document templates."""
    return _folder("templates")


def static_dir() -> Path:
    """Return the folder of our own CSS, JavaScript and images."""
    return _folder("static")


def referentials_dir() -> Path:
    """Return the folder of the referentials that are delivered with the toolkit."""
    return _folder("referentiels")


def translations_dir() -> Path:
    """Return the folder of the gettext catalogues."""
    return PACKAGE / "translations"


@cache
def _folder(name: str) -> Path:
    """Return folder ``name`` of the wheel's data, else of the checkout.

    :raises FileNotFoundError: when neither is there, which means a broken installation.
    """
    for parent in (PACKAGE / "_data", PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"{name}/ is neither in {PACKAGE / '_data'} nor in {PACKAGE.parent}")
