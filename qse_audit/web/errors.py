"""How each error is answered: one table."""

import json
import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from qse_audit.core.errors import (
    EDITED_MEANWHILE,
    BadInput,
    Conflict,
    Damaged,
    NotAllowed,
    NotFound,
    NotSignedIn,
    QseError,
    Refused,
    StorageFull,
    TooManyTries,
)
from qse_audit.core.text import N_, Message
from qse_audit.web.database import session
from qse_audit.web.i18n import translate
from qse_audit.web.security_log import note

log = logging.getLogger("qse_audit.errors")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What people read for one status."""

    title: Message
    message: Message


PAGES: dict[int, ErrorPage] = {
    400: ErrorPage(
        N_("Demande incomplète"),
        N_("La page avait expiré ou la demande était incomplète. Revenez en arrière et réessayez."),
    ),
    401: ErrorPage(N_("Connectez-vous"), N_("Cette page demande d’être connecté.")),
    403: ErrorPage(
        N_("Action non autorisée"),
        N_(
            "Votre rôle, ou l’état de cette fiche, ne permet pas cette action. "
            "Voyez avec la personne qui répond de la fiche, ou avec un administrateur."
        ),
    ),
    404: ErrorPage(
        N_("Page introuvable"),
        N_(
            "Cette page n’existe pas, ou elle ne vous est pas ouverte. "
            "Vérifiez l’adresse, ou repartez de l’accueil."
        ),
    ),
    405: ErrorPage(
        N_("Action impossible ici"), N_("Cette adresse ne se visite pas ainsi. Revenez en arrière.")
    ),
    409: ErrorPage(
        N_("Fiche modifiée entre-temps"),
        N_(
            "Quelqu’un d’autre l’a modifiée pendant que vous écriviez : rien n’a été écrasé. "
            "Revenez en arrière, copiez ce que vous aviez saisi, puis rechargez la page."
        ),
    ),
    410: ErrorPage(
        N_("Lien expiré"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Pour une invitation, demandez-en une "
            "autre à qui vous l’a envoyée ; pour un mot de passe, redemandez-le à la connexion."
        ),
    ),
    413: ErrorPage(
        N_("Fichier trop gros"),
        N_(
            "Ce fichier dépasse la taille acceptée. Rien n’a été gardé : "
            "revenez en arrière et choisissez-en un plus petit."
        ),
    ),
    415: ErrorPage(
        N_("Format non accepté"),
        N_(
            "Ce format de fichier n’est pas accepté ici. Rien n’a été gardé : revenez en arrière "
            "et choisissez une photo, un PDF, un fichier bureautique ou un texte."
        ),
    ),
    422: ErrorPage(
        N_("Action refusée"),
        N_("Une règle s’oppose à cette action. Revenez en arrière et vérifiez votre saisie."),
    ),
    429: ErrorPage(N_("Trop d’essais"), N_("Attendez quelques minutes avant de réessayer.")),
    500: ErrorPage(
        N_("Un incident s’est produit"),
        N_(
            "Rien n’a été modifié. Revenez en arrière et réessayez ; si l’incident se répète, "
            "donnez son numéro à votre administrateur."
        ),
    ),
    503: ErrorPage(
        N_("Service momentanément indisponible"),
        N_(
            "La base de données ne répond pas : cette demande n’a rien enregistré. "
            "Revenez en arrière et réessayez dans quelques secondes."
        ),
    ),
    507: ErrorPage(
        N_("Espace disque insuffisant"),
        N_(
            "Le serveur n’a plus assez de place pour ce fichier : il n’a pas été gardé. Le reste "
            "fonctionne ; prévenez votre administrateur, puis envoyez le fichier de nouveau."
        ),
    ),
}
STATUS: dict[type[QseError], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    BadInput: 422,
    Refused: 422,
    TooManyTries: 429,
    StorageFull: 507,
    Damaged: 500,
}


def wants_json() -> bool:
    """Say whether a script asks, rather than a person’s browser."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


DAMAGED = N_(
    "Le fichier gardé sur le serveur n’est plus celui qui avait été enregistré : il n’est pas "
    "envoyé. Donnez ce numéro à votre administrateur."
)
MISSING = N_(
    "Le fichier enregistré manque sur le serveur. Donnez ce numéro à votre administrateur."
)


ENDED = N_(
    "Votre session a pris fin : rien n’a été enregistré. Reconnectez-vous : vous revenez à la "
    "page, où ce navigateur a gardé ce que vous aviez saisi."
)


def show(code: int, *, incident: str = "", detail: str = "") -> tuple[str | Response, int]:
    """Return the page, or the JSON, of a status."""
    page = PAGES.get(code) or PAGES[400 if code < 500 else 500]
    message = detail or translate(page.message)
    if wants_json():
        return jsonify(status=code, error=message, incident=incident or None), code
    text = render_template(
        "errors/error.html",
        code=code,
        title=translate(page.title),
        message=message,
        incident=incident,
    )
    return text, code


def answer(error: QseError) -> ResponseReturnValue:
    """Answer one of our errors."""
    kind = next(k for k in type(error).__mro__ if k in STATUS)
    if isinstance(error, NotSignedIn) and request.method == "GET" and not wants_json():
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    if isinstance(error, Refused):
        return explain(error)
    if isinstance(error, NotAllowed):
        note("access.denied", method=request.method)
    if isinstance(error, Conflict) and wants_json():
        both = jsonify(
            status=409, error=translate(EDITED_MEANWHILE), theirs=error.theirs, yours=error.yours
        )
        return both, 409
    body, code = show(STATUS[kind], detail=_detail(error))
    headers = {}
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return body, code, headers


def _detail(error: QseError) -> str:
    """Return what the page of an error says beyond its status; "" for nothing."""
    if isinstance(error, NotSignedIn) and request.method == "POST":
        return translate(ENDED)
    if isinstance(error, NotFound) and error.told is not None:
        return translate(error.told)
    if isinstance(error, BadInput):
        return _input_text(error)
    if isinstance(error, TooManyTries):
        minutes = -(-error.retry_after_seconds // 60)
        return str(
            gettext("Par sécurité, attendez %(minutes)d min avant de réessayer.", minutes=minutes)
        )
    return ""


def _input_text(error: BadInput) -> str:
    """Return what is wrong with the input, after its place where one is known."""
    text = translate(error.message)
    if not error.place:
        return text
    return str(gettext("%(label)s : %(text)s", label=translate(error.place), text=text))


def explain(error: Refused) -> ResponseReturnValue:
    """Go back to the page with every reason for the refusal, or list them to a script."""
    if wants_json():
        reasons = [
            {"code": r.code, "message": translate(r.message), "source": translate(r.source)}
            for r in error.refusals
        ]
        text = " ".join(reason["message"] for reason in reasons)
        return jsonify(status=422, error=text, refusals=reasons), 422
    for refusal in error.refusals:
        source = translate(refusal.source)
        message = translate(refusal.message)
        flash(f"{message} ({source})" if source else message, "error")
    return redirect(came_from(), code=303)


def came_from() -> str:
    """Return the address of the previous page if it is ours, the home page otherwise."""
    given = request.form.get("back") or request.referrer or "/"
    return local_path(given)


def local_path(given: str | None, default: str = "/") -> str:
    """Return ``given`` as a path on this host, ``default`` for anything else."""
    parts = urlsplit((given or "").replace("\\", "/"))
    if parts.scheme not in {"", "http", "https"} or parts.netloc not in {"", request.host}:
        return default
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def unexpected(error: Exception) -> ResponseReturnValue:
    """Answer what nobody foresaw with an incident number; the trace goes to the log only."""
    incident = secrets.token_hex(4)
    log.exception("incident %s on %s %s", incident, request.method, request.path, exc_info=error)
    session().rollback()
    return show(500, incident=incident)


def damaged(error: Damaged) -> ResponseReturnValue:
    """Say that a file is not what was kept, with an incident number; it is never sent."""
    incident = secrets.token_hex(4)
    log.error("incident %s on %s: %s", incident, request.path, error)
    note("file.damaged", sha256=error.sha256, missing=error.is_missing)
    return show(500, incident=incident, detail=translate(MISSING if error.is_missing else DAMAGED))


def database_lost(error: OperationalError) -> ResponseReturnValue:
    """Answer 503 when the database cannot be reached or stays busy."""
    log.error("database: %s", json.dumps(str(error.orig)))
    body, code = show(503)
    return body, code, {"Retry-After": "2"}


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses (unknown address, too large, bad form)."""
    if error.code is not None and error.code < 400:
        return error
    body, code = show(error.code or 500)
    return body, code


def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token is missing or of an older sign-in; say what to do."""
    detail = gettext(
        "Votre connexion a changé depuis l’ouverture de cette page. Rechargez-la, puis renvoyez."
    )
    return show(400, detail=detail)


def init_app(app: Flask) -> None:
    """Register the table with ``app``."""
    app.register_error_handler(QseError, answer)
    app.register_error_handler(Damaged, damaged)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_lost)
    app.register_error_handler(Exception, unexpected)
