"""The pages about evidence, opened by everybody who may and may not."""

import gc
import io
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.core.clock import now
from qse_audit.db.trail import Event
from qse_audit.documents.store import FileStore
from qse_audit.evidence import intake
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import seal_evidence
from qse_audit.findings.models import Finding
from tests.evidence import samples
from tests.factories import NOW, Cast

Browse = Callable[..., Any]
Keep = Callable[..., Evidence]
AS_SCRIPT = {"Accept": "application/json"}


def sent(name: str = "photo.jpg", content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(samples.photo() if content is None else content), name


def address(finding: Finding) -> str:
    return f"/evidence/add/finding/{finding.id}"


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Evidence)) or 0


def test_a_form_adds_a_photo_and_goes_back_to_the_finding(
    session: Session, browse: Browse, cast: Cast, finding: Finding, files: FileStore
) -> None:
    form = {
        "file": sent(),
        "title": "Étiquette",
        "happened_on": "2026-02-20",
        "place": "Contrôle",
        "type": "record",
    }
    page = browse(cast.alice, "POST", address(finding), status=303, **form)
    assert page.response.location == f"/findings/{finding.id}"
    (evidence,) = session.scalars(select(Evidence)).all()
    assert (evidence.title, evidence.place) == ("Étiquette", "Contrôle")
    assert (evidence.happened_on, evidence.type) == (date(2026, 2, 20), EvidenceType.RECORD)
    assert evidence.uploaded_by_id == cast.alice.user_id
    assert evidence.organisation_id == cast.company
    assert (evidence.origin_kind, evidence.origin_id) == ("audit", 7001)
    assert files.path(evidence.sha256).is_file()
    assert finding.evidence == [evidence]
    assert finding.evidence_count == 1
    verbs = session.scalars(select(Event.verb).order_by(Event.id)).all()
    assert verbs[-2:] == ["evidence.add", "finding.attach"]


def test_a_script_sends_only_the_file(
    session: Session, browse: Browse, cast: Cast, finding: Finding
) -> None:
    page = browse(
        cast.alice,
        "POST",
        address(finding),
        status=201,
        headers=AS_SCRIPT,
        file=sent("étiquette.jpg"),
    )
    evidence = session.scalars(select(Evidence)).one()
    assert page.response.json == {
        "id": evidence.id,
        "name": "étiquette",
        "url": f"/evidence/{evidence.id}",
        "thumb_url": f"/evidence/{evidence.id}/thumbnail",
    }
    assert evidence.happened_on == date(2026, 2, 27), "the day that the camera wrote"
    assert evidence.type is EvidenceType.OBSERVATION


def test_the_same_send_twice_makes_one_file(
    session: Session, browse: Browse, cast: Cast, finding: Finding
) -> None:
    headers = {**AS_SCRIPT, "Idempotency-Key": "3f1c-once"}
    first = browse(cast.alice, "POST", address(finding), status=201, headers=headers, file=sent())
    again = browse(cast.alice, "POST", address(finding), status=201, headers=headers, file=sent())
    assert first.response.json == again.response.json
    assert count(session) == 1
    assert finding.evidence_count == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("claire", 403), ("jean", 403), ("bob", 404), ("emma", 404), ("david", 404), ("hugo", 404)],
)
def test_only_the_auditors_add_to_a_draft(
    session: Session, browse: Browse, cast: Cast, finding: Finding, who: str, status: int
) -> None:
    someone = getattr(cast, who)
    browse(someone, "GET", address(finding), status=status)
    browse(someone, "POST", address(finding), status=status, headers=AS_SCRIPT, file=sent())
    assert count(session) == 0


def test_nobody_signed_in_adds_nothing(session: Session, browse: Browse, finding: Finding) -> None:
    browse(None, "GET", address(finding), status=303)
    browse(None, "POST", address(finding), status=401, headers=AS_SCRIPT, file=sent())
    assert count(session) == 0


@pytest.mark.parametrize("path", ["finding/999999", "nothing/1", "organisation/1"])
def test_what_does_not_exist_takes_no_file(browse: Browse, cast: Cast, path: str) -> None:
    browse(cast.alice, "GET", f"/evidence/add/{path}", status=404)


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("dessin.svg", b"<svg/>", 415, "dessins SVG"),
        ("virus.exe", b"MZ", 415, "n’est pas accepté"),
        ("photo.heic", b"\0\0\0\x18ftypheic", 415, "Le plus compatible"),
        ("photo.png", b"<svg/>", 415, "dessins SVG"),
        ("photo.png", samples.picture("JPEG"), 422, "JPEG"),
        ("vide.pdf", b"", 422, "vide"),
    ],
)
def test_a_refused_file_is_named_with_what_is_accepted(
    session: Session,
    browse: Browse,
    cast: Cast,
    finding: Finding,
    files: FileStore,
    name: str,
    content: bytes,
    status: int,
    says: str,
) -> None:
    page = browse(
        cast.alice,
        "POST",
        address(finding),
        status=status,
        headers=AS_SCRIPT,
        file=sent(name, content),
    )
    for words in (name, says, "Sont acceptés"):
        assert words in page.response.json["error"]
    page = browse(
        cast.alice, "POST", address(finding), status=status, file=sent(name, content), title="Gardé"
    )
    assert says in page.select_one(".field__errors").text
    assert page.select_one("#title")["value"] == "Gardé"
    assert count(session) == 0
    assert [path for path in files.folder.rglob("*") if path.is_file()] == []


def test_a_form_without_a_file_says_so(browse: Browse, cast: Cast, finding: Finding) -> None:
    page = browse(cast.alice, "POST", address(finding), status=422, title="Sans fichier")
    assert "Choisissez un fichier" in page.text


def test_a_fact_of_tomorrow_is_refused_and_nothing_typed_is_lost(
    session: Session, browse: Browse, cast: Cast, finding: Finding
) -> None:
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    page = browse(
        cast.alice,
        "POST",
        address(finding),
        status=422,
        file=sent(),
        title="Photo",
        happened_on=tomorrow,
    )
    assert "date du fait est à venir" in page.text
    assert page.select_one("#title")["value"] == "Photo"
    assert count(session) == 0


@pytest.fixture
def large_sends() -> Iterator[None]:
    """Let the test client leave its own temporary files to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.mark.usefixtures("large_sends")
@pytest.mark.parametrize("body_limit_mib", [1, 80])
def test_a_file_over_the_limit_is_refused(
    session: Session,
    browse: Browse,
    cast: Cast,
    finding: Finding,
    app: Flask,
    body_limit_mib: int,
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = body_limit_mib * 1024**2
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], upload_max_mib=1)
    big = b"%PDF-1.7" + samples.noise(2 * 1024**2)
    page = browse(
        cast.alice, "POST", address(finding), status=413, headers=AS_SCRIPT, file=sent("g.pdf", big)
    )
    assert page.response.json["error"]
    assert count(session) == 0


def test_a_full_disk_answers_507_and_saves_nothing(
    session: Session, browse: Browse, cast: Cast, finding: Finding, app: Flask, files: FileStore
) -> None:
    app.extensions["files"] = FileStore(files.folder, reserve_bytes=1 << 60)
    browse(cast.alice, "POST", address(finding), status=507, headers=AS_SCRIPT, file=sent())
    assert count(session) == 0
    browse(cast.alice, "GET", address(finding))


def test_others_write_while_a_file_is_looked_into(
    session: Session,
    browse: Browse,
    cast: Cast,
    finding: Finding,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inspect = subprocess.run

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        with Session(engine) as other:
            other.get(Organisation, cast.company).name = "Renommée"
            other.commit()
        return inspect(*args, **kwargs)

    monkeypatch.setattr(intake.subprocess, "run", meanwhile)
    browse(cast.alice, "POST", address(finding), status=201, headers=AS_SCRIPT, file=sent())
    assert session.get(Organisation, cast.company).name == "Renommée"


def test_a_finding_made_final_meanwhile_takes_no_file(
    session: Session,
    browse: Browse,
    cast: Cast,
    finding: Finding,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inspect, key = subprocess.run, finding.id

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        with Session(engine) as other:
            found = other.get(Finding, key)
            found.status, found.finalised_at, found.evidence_text = "final", NOW, "Vu"
            other.commit()
        return inspect(*args, **kwargs)

    monkeypatch.setattr(intake.subprocess, "run", meanwhile)
    browse(cast.alice, "POST", address(finding), status=403, headers=AS_SCRIPT, file=sent())
    assert count(session) == 0


def test_the_page_of_a_file_shows_who_what_when_and_the_hash(
    browse: Browse, cast: Cast, finding: Finding
) -> None:
    done = browse(
        cast.alice,
        "POST",
        address(finding),
        status=201,
        headers=AS_SCRIPT,
        file=sent(),
        title="Étiquette",
        place="Contrôle",
    )
    page = browse(cast.alice, "GET", done.response.json["url"])
    evidence_id = done.response.json["id"]
    for words in ("Étiquette", "Contrôle", "Alice Moreau", "ven. 27 févr. 2026", "CST-2026-001"):
        assert words in page.text
    assert len(page.select_one("code.hash").text) == 64
    assert page.select_one(".evidence__image img")["src"] == f"/evidence/{evidence_id}/image"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("claire", 200),
        ("jean", 200),
        ("ines", 404),
        ("emma", 404),
        ("david", 404),
        ("gaelle", 404),
        ("hugo", 404),
        ("karine", 404),
    ],
)
def test_a_file_opens_for_those_concerned_only(
    browse: Browse, cast: Cast, keep: Keep, finding: Finding, who: str, status: int
) -> None:
    address = f"/evidence/{keep().id}"
    for part in ("", "/file", "/image", "/thumbnail"):
        browse(getattr(cast, who), "GET", address + part, status=status)


def test_a_file_is_saved_never_run(browse: Browse, cast: Cast, keep: Keep) -> None:
    evidence = keep("rapport.pdf", samples.pdf())
    response = browse(cast.alice, "GET", f"/evidence/{evidence.id}/file").response
    assert response.headers["Content-Disposition"] == "attachment; filename=rapport.pdf"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.mimetype == "application/pdf"
    browse(cast.alice, "GET", f"/evidence/{evidence.id}/image", status=404)
    browse(cast.alice, "GET", f"/evidence/{evidence.id}/thumbnail", status=404)


def test_a_photo_is_shown_from_what_we_wrote_again(
    browse: Browse, cast: Cast, keep: Keep, client_of: Callable[..., FlaskClient], session: Session
) -> None:
    evidence = keep()
    response = browse(cast.alice, "GET", f"/evidence/{evidence.id}/image").response
    assert samples.SECRET not in response.data
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    session.rollback()
    again = client_of(cast.alice).get(
        f"/evidence/{evidence.id}/image",
        headers={"If-None-Match": response.headers["ETag"]},
        buffered=True,
    )
    assert again.status_code == 304


def test_hostile_words_stay_words(browse: Browse, cast: Cast, keep: Keep) -> None:
    words = '"><script>alert(1)</script>'
    evidence = keep(f"{words}.jpg", title=words, place=words)
    page = browse(cast.claire, "GET", f"/evidence/{evidence.id}")
    assert page.select_one("h1").text == words
    assert not [s for s in page.select("script") if "alert(1)" in s.text]
    response = browse(cast.claire, "GET", f"/evidence/{evidence.id}/file").response
    assert "\n" not in response.headers["Content-Disposition"]


def test_the_author_corrects_what_is_said_of_a_file(
    session: Session, browse: Browse, cast: Cast, keep: Keep
) -> None:
    evidence = keep()
    form = {
        "title": "Étiquette illisible",
        "type": "record",
        "happened_on": "2026-02-01",
        "place": "",
        "version": evidence.version,
    }
    browse(cast.alice, "POST", f"/evidence/{evidence.id}/edit", status=303, **form)
    assert (evidence.title, evidence.place) == ("Étiquette illisible", "")
    assert evidence.happened_on == date(2026, 2, 1)


def test_an_older_version_shows_both_texts(
    session: Session, browse: Browse, cast: Cast, keep: Keep
) -> None:
    evidence = keep()
    form = {"type": "record", "happened_on": "2026-02-01", "place": "", "version": "1"}
    path = f"/evidence/{evidence.id}/edit"
    browse(cast.alice, "POST", path, status=303, title="Premier", **form)
    page = browse(cast.alice, "POST", path, status=409, title="Second", **form)
    assert "Premier" in page.text
    assert "Second" in page.text
    assert evidence.title == "Premier"


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("claire", 403), ("david", 404)])
def test_nobody_else_corrects_it(
    browse: Browse, cast: Cast, keep: Keep, finding: Finding, who: str, status: int
) -> None:
    path = f"/evidence/{keep().id}/edit"
    browse(getattr(cast, who), "GET", path, status=status)
    browse(getattr(cast, who), "POST", path, status=status, title="x")


def test_what_a_final_record_relies_on_no_longer_changes(
    session: Session, browse: Browse, cast: Cast, keep: Keep
) -> None:
    evidence = keep()
    seal_evidence(session, [evidence.id], now=NOW)
    session.commit()
    browse(cast.alice, "GET", f"/evidence/{evidence.id}/edit", status=403)
    browse(cast.alice, "POST", f"/evidence/{evidence.id}/edit", status=403, title="x")
    page = browse(cast.alice, "GET", f"/evidence/{evidence.id}")
    assert "Figée" in page.text
    assert not page.select('a[href$="/edit"]')
