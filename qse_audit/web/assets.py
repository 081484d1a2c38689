"""Send static files at addresses that change with their content, compressed; draw icons inline.

Our own files (``static/``) refer to each other by relative paths, so they share one digest;
each packaged file (Bootstrap, Plotly, the fonts) has its own.
"""

import gzip
import importlib
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound

from qse_audit.web.guards import public

APP_CSS = "css/app.css"
"""One style sheet for every page, assembled from :data:`STYLES`."""
STYLES = (
    "tokens",
    "base",
    "shell",
    "components",
    "records",
    "charts",
    "boards",
    "forms",
    "tables",
    "access",
    "referentials",
    "indicators",
    "states",
    "print",
)
"""Our style sheets in cascade order; Bootstrap comes before, in a layer that ours always beat."""
PACKAGED = {
    "bootstrap": ("flask_bootstrap", "static/bootstrap5"),
    "fonts": ("font_source_sans_pro", "files"),
    "plotly": ("plotly", "package_data"),
}
"""First part of a name → package and folder that hold the files."""
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".webmanifest": "application/manifest+json",
}
"""What may be sent; stated here because Windows keeps other types in its registry."""
COMPRESSIBLE = frozenset(MEDIA_TYPES) - {".png"}
FOREVER = "public, max-age=31536000, immutable"
DIGEST_LENGTH = 16

bp = Blueprint("assets", __name__)

SYMBOL = re.compile(r'<symbol [^>]*viewBox="([^"]+)" id="([^"]+)">(.*?)</symbol>', re.DOTALL)
FONT_URL = re.compile(r'url\("\.\./(fonts/[^"]+)"\)')


def _optional(module: str) -> Any:
    """Return ``module`` if it is installed."""
    return importlib.import_module(module) if find_spec(module) else None


brotli = _optional("brotli")

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 9, mtime=0)
}
"""How to compress, the preferred coding first."""
if brotli is not None:
    CODINGS = {"br": lambda body: bytes(brotli.compress(body, quality=5)), **CODINGS}


def package_folder(package: str, folder: str) -> Path:
    """Return ``folder`` of an installed ``package`` without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent / folder


def digest_of(body: bytes) -> str:
    """Return the part of an address that names this content."""
    return sha256(body).hexdigest()[:DIGEST_LENGTH]


class Library:
    """The files that pages may load, by name such as ``js/app.js`` or ``fonts/….otf``."""

    def __init__(
        self, static: Path, *, cache_folder: Path | None = None, watch: bool = False
    ) -> None:
        """Serve ``static`` and the packages; with ``watch``, notice changes and never compress."""
        self.static = static.resolve()
        self.cache_folder = cache_folder
        self.watch = watch
        self._digests: dict[str, str] = {}
        self._bodies: dict[tuple[str, str], bytes] = {}

    def digest(self, name: str) -> str:
        """Return the digest that the address of ``name`` carries.

        :raises NotFound: if there is no such file.
        """
        key = name if name.partition("/")[0] in PACKAGED else ""
        if key not in self._digests or (self.watch and not key):
            if name != APP_CSS:
                self._path(name)
            self._digests[key] = digest_of(self.read(name)) if key else self._own_digest()
        return self._digests[key]

    def read(self, name: str) -> bytes:
        """Return the content of ``name``.

        :raises NotFound: if there is no such file.
        """
        return self._bundle() if name == APP_CSS else self._path(name).read_bytes()

    def encoded(self, name: str, coding: str) -> bytes:
        """Return ``name`` in ``coding`` (``""`` for as it is), compressed once and kept."""
        if self.watch or not coding:
            return self.read(name)
        if (name, coding) not in self._bodies:
            self._bodies[name, coding] = self._compress(self.read(name), coding)
        return self._bodies[name, coding]

    def _compress(self, body: bytes, coding: str) -> bytes:
        """Compress ``body``, or take it from the cache folder."""
        if self.cache_folder is None:
            return CODINGS[coding](body)
        kept = self.cache_folder / "assets" / f"{sha256(body).hexdigest()}.{coding}"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            written = kept.with_suffix(f".{coding}.{id(body):x}")
            written.write_bytes(CODINGS[coding](body))
            written.replace(kept)
        return kept.read_bytes()

    def _path(self, name: str) -> Path:
        """Return where ``name`` is stored, never outside the folders that we publish."""
        if "\0" in name or "\\" in name or Path(name).suffix not in MEDIA_TYPES:
            raise NotFound
        first, _, rest = name.partition("/")
        root = package_folder(*PACKAGED[first]) if first in PACKAGED else self.static
        path = (root / (rest if first in PACKAGED else name)).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            raise NotFound
        return path

    def _bundle(self) -> bytes:
        """Assemble the style sheet of every page."""
        vendor = self.read("bootstrap/css/bootstrap.min.css").decode()
        vendor = vendor.removeprefix('@charset "UTF-8";').partition("/*# sourceMappingURL")[0]
        ours = "\n".join(self.read(f"css/{name}.css").decode() for name in STYLES)
        ours = FONT_URL.sub(lambda m: f'url("../../{self.digest(m[1])}/{m[1]}")', ours)
        return f"@layer vendor {{{vendor}}}\n{ours}".encode()

    def _own_digest(self) -> str:
        """Digest every own file, and what the style sheet takes from packages."""
        digest = sha256(self._bundle())
        for path in sorted(self.static.rglob("*")):
            if path.suffix in MEDIA_TYPES and path.is_file():
                digest.update(path.relative_to(self.static).as_posix().encode() + b"\0")
                digest.update(sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:DIGEST_LENGTH]


@cache
def symbols() -> dict[str, tuple[str, str]]:
    """Return the view box and drawing of each icon of the packaged sprite (15 ms, once)."""
    sprite = package_folder(*PACKAGED["bootstrap"]) / "icons" / "bootstrap-icons.svg"
    return {name: (box, body) for box, name, body in SYMBOL.findall(sprite.read_text("utf-8"))}


@cache
def icon(name: str, label: str = "") -> Markup:
    """Return the icon ``name`` as inline SVG: hidden from screen readers unless it has a ``label``.

    :raises KeyError: if Bootstrap Icons has no such icon.
    """
    box, body = symbols()[name]
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    shared = f'class="icon" viewBox="{box}" fill="currentColor" focusable="false" {told}'
    return Markup(f"<svg {shared}>{body}</svg>")  # a packaged drawing and an escaped label


def asset(name: str) -> str:
    """Return the address of the static file ``name``; it changes when the content does."""
    library: Library = current_app.extensions["assets"]
    return url_for("assets.serve", digest=library.digest(name), name=name)


@bp.get("/assets/<digest>/<path:name>")
@public("Every page needs them, the sign-in page too; they hold no data.")
def serve(digest: str, name: str) -> Response:
    """Send the file ``name``: for ever at its own address, to be checked again at an old one."""
    library: Library = current_app.extensions["assets"]
    current = library.digest(name)
    accepted = request.accept_encodings
    suffix = Path(name).suffix
    codings = CODINGS if suffix in COMPRESSIBLE and not library.watch else {}
    coding = next((coding for coding in codings if accepted[coding] > 0), "")
    response = Response(library.encoded(name, coding), content_type=content_type(suffix))
    if coding:
        response.content_encoding = coding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if digest == current else "no-cache"
    response.set_etag(f"{current}-{coding}")
    response.make_conditional(request)
    return response


def content_type(suffix: str) -> str:
    """Return the header for a file that ends with ``suffix``."""
    kind = MEDIA_TYPES[suffix]
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def init_app(app: Flask, static: Path) -> None:
    """Serve ``static`` and give templates ``asset()`` and ``icon()``."""
    folder = app.config.get("CACHE_FOLDER")
    cache_folder = Path(folder) if folder else None
    app.extensions["assets"] = Library(static, cache_folder=cache_folder, watch=app.debug)
    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset=asset, icon=icon)
