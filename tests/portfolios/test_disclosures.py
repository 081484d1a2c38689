"""What leaves the company: whole, masked or mentioned, as the candidate chose."""

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from PIL import Image
from sqlalchemy import select

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import now
from qse_audit.core.errors import NotAllowed, Refused
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event
from qse_audit.evidence.intake import TakenIn
from qse_audit.evidence.jobs import sweep
from qse_audit.evidence.models import Evidence, finding_evidence
from qse_audit.findings.models import Finding
from qse_audit.portfolios.models import Disclosure, Dossier, SituationRecord
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_tied
from qse_audit.portfolios.queries.disclosures import source_of
from qse_audit.portfolios.rules import Way
from qse_audit.portfolios.services import situations, submissions
from qse_audit.portfolios.services.disclosures import Copy, brought_copy, disclose
from tests.factories import NOW
from tests.portfolios import factories as make

ZONES = {
    "zone-x": ["10", "", "55,5"], "zone-y": ["10", "", "20"], "zone-width": ["30", "", "40"],
    "zone-height": ["30", "", "50"], "zone-hiding": ["black", "black", "blur"],
}  # fmt: skip
LATER = NOW + timedelta(days=30)
NAME = "Jean Dupont au poste 3"


@pytest.fixture
def evidence(session, cast, ready):
    """The photo of the portfolio; its file names somebody, and a finding relies on it."""
    found = session.scalars(select(Evidence)).one()
    found.file_name = f"{NAME}.png"
    finding = session.scalars(select(Finding)).one()
    session.execute(finding_evidence.insert().values(finding_id=finding.id, evidence_id=found.id))
    session.commit()
    return found


def tied_to(session, kind):
    return session.scalars(select(SituationRecord).where(SituationRecord.record_kind == kind)).one()


def path_of(session, kind=Kind.EVIDENCE):
    return f"/candidacies/records/{tied_to(session, kind).id}/leaving"


def mask(browse, session, cast, **changes):
    sent = {"way": "copy", "people": "un opérateur, d’accord", **ZONES, **changes}
    return browse(cast.emma, "POST", path_of(session), status=303, **sent)


def whole_of(files, dossier):
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        return {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}


def test_a_masked_photo_leaves_instead_of_the_original(
    browse, session, cast, ready, evidence, files, key
):
    mask(browse, session, cast)
    copy = session.scalars(select(Disclosure)).one()
    assert (copy.way, copy.source_sha256) == (Way.COPY, evidence.sha256)
    assert [(z["x"], z["hiding"]) for z in copy.zones] == [(10, "black"), (55.5, "blur")]
    with files.open(copy.sha256) as file:
        image = Image.open(file).convert("RGB")
    assert image.getpixel((40, 30)) == (0, 0, 0)
    dossier = make.submit(session, cast, ready, files, key)
    content = whole_of(files, dossier)
    hashes = {sha256(each).hexdigest() for each in content.values()}
    assert copy.sha256 in hashes
    assert evidence.sha256 not in hashes
    assert not any(NAME.encode() in each for each in content.values())
    record = next(r for r in dossier.model["records"] if r["kind"] == "evidence")
    assert record["state"]["disclosure"]["source_sha256"] == evidence.sha256
    facts = dict(record["facts"])
    assert facts["Empreinte de l’original"] == evidence.sha256
    assert facts["Empreinte de la copie masquée"] == copy.sha256
    assert "Copie masquée" in facts["Sortie du fichier"]
    assert "copie masquée" in content["data/index.html"].decode()
    for digest in (evidence.sha256, copy.sha256):
        assert digest in content["data/index.html"].decode()


def test_the_register_keeps_the_hash_of_the_original_who_and_when(browse, session, cast, evidence):
    mask(browse, session, cast)
    event = session.scalars(select(Event).where(Event.verb == "candidacy.disclose")).one()
    data = json.loads(event.body)["data"]
    copy = session.scalars(select(Disclosure)).one()
    assert (data["source_sha256"], data["sha256"]) == (evidence.sha256, copy.sha256)
    assert data["record"] == f"evidence/{evidence.id}"
    assert event.actor_id == copy.made_by_id == cast.emma.user_id


def test_a_mention_takes_the_file_away_and_keeps_its_hash(
    browse, session, cast, ready, evidence, files, key
):
    browse(cast.emma, "POST", path_of(session), status=303, way="mention")
    browse(cast.emma, "POST", path_of(session, Kind.REPORT), status=303, way="mention")
    dossier = make.submit(session, cast, ready, files, key)
    content = whole_of(files, dossier)
    assert dossier.model["files"] == []
    assert not any(name.startswith("data/evidence/") for name in content)
    assert not any(NAME.encode() in each for each in content.values())
    page = content["data/index.html"].decode()
    assert "consultable en entreprise" in page.replace("\u202f", " ")
    assert evidence.sha256 in page


def test_a_file_is_replaced_by_one_masked_elsewhere(
    browse, session, cast, ready, evidence, files, key
):
    sent = (io.BytesIO("Rapport masqué".encode()), "rapport de Jean.txt")
    path = path_of(session, Kind.REPORT)
    browse(cast.emma, "POST", path, status=303, way="copy", file=sent)
    copy = session.scalars(select(Disclosure)).one()
    assert copy.file_name == "copie masquée - Audit de l’atelier d’usinage.txt"
    assert not copy.is_image
    dossier = make.submit(session, cast, ready, files, key)
    hashes = {f["sha256"] for f in dossier.model["files"]}
    assert copy.sha256 in hashes
    assert copy.source_sha256 not in hashes


def test_the_original_sent_again_is_no_masked_copy(session, ready):
    tied = get_tied(session, tied_to(session, Kind.REPORT).id)
    source = source_of(session, tied, locale="fr")
    again = TakenIn(
        file_name="masqué.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256=source.file.sha256,
        received_sha256=source.file.sha256,
    )
    with pytest.raises(Refused, match="original"):
        brought_copy(source, again)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"way": "copy"}, "au moins une zone"),
        ({"way": "copy", **ZONES, "zone-x": ["80", "", "5"]}, "Zone 1"),
        ({"way": "copy", **ZONES, "zone-x": ["dix", "", "5"]}, "Zone 1"),
        ({"way": "nowhere"}, "Ce qui part"),
        ({}, "Ce qui part"),
    ],
)
def test_what_hides_nothing_is_refused_and_nothing_typed_is_lost(
    browse, session, cast, ready, sent, said
):
    page = browse(cast.emma, "POST", path_of(session), status=422, people="un opérateur", **sent)
    assert said in page.select_one(".summary").text
    assert page.select_one("[name=people]")["value"] == "un opérateur"
    if "zone-y" in sent:
        assert [i["value"] for i in page.select("[name=zone-y]")][:2] == ["10.0", "20.0"]
    assert session.scalars(select(Disclosure)).all() == []


def test_one_may_come_back_to_the_whole_file(browse, session, cast, ready, evidence, files, key):
    mask(browse, session, cast)
    browse(cast.emma, "POST", path_of(session), status=303, way="whole", people="personne")
    dossier = make.submit(session, cast, ready, files, key)
    assert evidence.sha256 in {f["sha256"] for f in dossier.model["files"]}
    line = next(f for f in dossier.model["release"]["files"] if f["sha256"] == evidence.sha256)
    assert (line["way"], line["people"]) == ("whole", "personne")


@pytest.mark.parametrize(
    ("who", "choose", "copy"),
    [
        ("emma", 200, 200), ("farid", 403, 200), ("claire", 404, 404), ("karine", 404, 404),
        ("gaelle", 404, 404), ("hugo", 404, 404), ("alice", 404, 404), ("david", 404, 404),
    ],
)  # fmt: skip
def test_the_candidate_chooses_and_the_tutor_sees(
    browse, session, cast, evidence, who, choose, copy
):
    mask(browse, session, cast)
    made = session.scalars(select(Disclosure)).one().id
    who = getattr(cast, who)
    browse(who, "GET", path_of(session), status=choose)
    browse(who, "POST", path_of(session), status=303 if choose == 200 else choose, way="mention")
    if choose == 200:
        mask(browse, session, cast)
    for name in ("image", "file"):
        browse(who, "GET", f"/candidacies/copies/{made}/{name}", status=copy)


def test_the_list_says_of_each_file_how_it_leaves_and_who_reads_it(
    browse, session, cast, ready, evidence
):
    mask(browse, session, cast)
    for who, edits in ((cast.emma, True), (cast.farid, False)):
        page = browse(who, "GET", f"/candidacies/{ready.id}/leaving")
        rows = [row.text for row in page.select("tbody tr")]
        assert len(rows) == 2
        assert "Copie masquée" in rows[0]
        assert "un opérateur, d’accord" in rows[0]
        assert "Tel quel" in rows[1]
        assert "Centre d’examen" in page.text
        assert bool(page.select("tbody a")) is edits
        assert NAME not in page.text
    browse(cast.gaelle, "GET", f"/candidacies/{ready.id}/leaving", status=404)
    browse(cast.david, "GET", f"/candidacies/{ready.id}/leaving", status=404)


def test_both_boxes_are_asked_for_at_once_each_at_its_place(browse, cast, ready):
    path = f"/candidacies/{ready.id}/submit"
    page = browse(cast.emma, "POST", path, status=422, release_sha256="")
    assert {a["href"] for a in page.select(".summary a")} == {"#declares", "#releases"}
    for name in ("declares", "releases"):
        assert page.select_one(f"#{name}") is not None


def test_nothing_leaves_that_the_candidate_has_not_confirmed_as_it_is(
    browse, session, cast, ready, evidence
):
    path = f"/candidacies/{ready.id}/submit"
    shown = browse(cast.emma, "GET", path).select_one("[name=release_sha256]")["value"]
    page = browse(cast.emma, "POST", path, status=422, declares="y", release_sha256=shown)
    assert "confirmez-la" in page.text
    assert page.select_one("#declares").has_attr("checked")
    mask(browse, session, cast)
    sent = {"declares": "y", "releases": "y", "release_sha256": shown}
    page = browse(cast.emma, "POST", path, status=422, **sent)
    assert "a changé depuis" in page.text
    sent["release_sha256"] = page.select_one("[name=release_sha256]")["value"]
    browse(cast.emma, "POST", path, status=303, **sent)
    dossier = session.scalars(select(Dossier)).one()
    assert dossier.model["release"]["sha256"] == sent["release_sha256"]
    assert "J’ai relu la liste" in dossier.model["release_confirmed"]
    declared = session.scalars(select(Event).where(Event.verb == "candidacy.declare")).one()
    assert json.loads(declared.body)["data"]["release_sha256"] == sent["release_sha256"]
    lines = dossier.model["release"]["files"]
    assert sha256(canonical_json(lines)).hexdigest() == sent["release_sha256"]


def test_masking_while_the_dossier_is_sealed_stops_it(session, cast, ready, files, key):
    model = submissions.declare_dossier(
        session, ready, files=files, actor=cast.emma, now=LATER, is_declared_authentic=True,
        release_sha256=submissions.WHATEVER,
    )  # fmt: skip
    stored = submissions.seal_dossier(session, model, files=files, key=key, now=LATER)
    tied = get_tied(session, tied_to(session, Kind.EVIDENCE).id)
    source = source_of(session, tied, locale="fr")
    disclose(session, tied, source, Way.MENTION, actor=cast.emma, now=LATER)
    session.commit()
    with pytest.raises(Refused) as refused:
        submissions.keep_dossier(
            session, get_candidacy(session, ready.id), model, stored=stored, files=files,
            actor=cast.emma, now=LATER,
        )  # fmt: skip
    assert [r.code for r in refused.value.refusals] == ["changed_meanwhile"]


@pytest.mark.parametrize("who", ["farid", "claire", "alice", "gaelle"])
def test_a_service_lets_nobody_else_choose(session, cast, ready, who):
    tied = get_tied(session, tied_to(session, Kind.EVIDENCE).id)
    source = source_of(session, tied, locale="fr")
    with pytest.raises(NotAllowed):
        disclose(session, tied, source, Way.MENTION, actor=getattr(cast, who), now=NOW)


def test_the_choice_holds_for_every_situation_and_goes_with_the_last(
    session, cast, ready, evidence
):
    second = make.make_situation(session, cast, ready, records=[(Kind.EVIDENCE, evidence.id)])
    tied = get_tied(session, second.records[0].id)
    source = source_of(session, tied, locale="fr")
    disclose(session, tied, source, Way.MENTION, actor=cast.emma, now=NOW)
    session.commit()
    situations.untie_record(session, tied, actor=cast.emma, now=NOW)
    session.commit()
    assert session.scalars(select(Disclosure.way)).all() == [Way.MENTION]
    last = get_tied(session, tied_to(session, Kind.EVIDENCE).id)
    situations.untie_record(session, last, actor=cast.emma, now=NOW)
    session.commit()
    assert session.scalars(select(Disclosure)).all() == []


def test_a_copy_is_kept_by_the_sweep_while_its_choice_stands(
    browse, session, cast, evidence, files
):
    mask(browse, session, cast)
    copy = session.scalars(select(Disclosure)).one()
    addresses = {copy.sha256, copy.thumbnail_sha256}
    later = now() + timedelta(days=3)
    sweep(session, files, later)
    assert addresses <= {address for address, _ in files.kept()}
    session.delete(copy)
    session.commit()
    sweep(session, files, later)
    assert not addresses & {address for address, _ in files.kept()}


def test_a_copy_needs_its_file_and_nothing_else_has_one(session, cast, ready):
    tied = get_tied(session, tied_to(session, Kind.EVIDENCE).id)
    source = source_of(session, tied, locale="fr")
    copy = Copy(sha256="a" * 64, media_type="image/png", file_name="x.png", size_bytes=1)
    for way, given in ((Way.COPY, None), (Way.MENTION, copy), (Way.WHOLE, copy)):
        with pytest.raises(ValueError, match="copy"):
            disclose(session, tied, source, way, copy=given, actor=cast.emma, now=NOW)
