"""Headers on every answer, and what unsafe requests must prove."""

import base64
import hashlib
import secrets

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect

from qse_audit.core.errors import NotAllowed, NotFound

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
EMPTY_STYLE = "sha256-" + base64.b64encode(hashlib.sha256(b"").digest()).decode()
"""Plotly adds one empty style element; this is its hash."""


def csp_nonce() -> str:
    """Return the nonce of the scripts of this page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def policy(nonce: str) -> str:
    """Return the content security policy of a page."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' '{EMPTY_STYLE}'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def same_site() -> None:
    """Refuse unsafe requests that another site made the browser send.

    :raises NotAllowed: then.
    """
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("cross-site request")


def no_nul() -> None:
    """Refuse an address with a NUL: no database stores it, so nothing can be found by it.

    :raises NotFound: then.
    """
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        raise NotFound


def protect(response: Response) -> Response:
    """Put the security headers on an answer; those set by a view stay."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy(csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Register the checks and the headers with ``app``."""
    app.before_request(same_site)
    app.before_request(no_nul)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # no-referrer is our own policy
    CSRFProtect(app)
    app.after_request(protect)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
