"""Submitting freezes; what is sealed never changes; any change shows."""

import io
import json
import random
import re
import subprocess
import zipfile
from datetime import timedelta
from hashlib import sha256
from urllib.parse import unquote

import html5lib
import pytest
from sqlalchemy import select, update

from qse_audit.audits.models import Audit
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import PARIS
from qse_audit.core.errors import NotAllowed, Refused
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Event, first_broken
from qse_audit.documents.seal import load_or_make_key
from qse_audit.evidence.models import Evidence
from qse_audit.portfolios.models import Dossier, Situation
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_situation
from qse_audit.portfolios.queries.frozen import freeze, own_part
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.services import candidacies, situations, submissions
from qse_audit.portfolios.services.dossiers import export_dossier, verify_file
from tests.factories import NOW
from tests.portfolios import factories as make


def payload(files, dossier):
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        return {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}


def test_a_ready_portfolio_becomes_a_sealed_dossier(session, cast, ready, files, key):
    dossier = make.submit(session, cast, ready, files, key)
    assert dossier.reference == "DOS-2026-001-1"
    assert verify_file(files.path(dossier.sha256), key.public) == (True, None)
    content = payload(files, dossier)
    assert content["data/dossier.pdf"].startswith(b"%PDF-")
    assert json.loads(content["data/dossier.json"]) == dossier.model
    records = [json.loads(c) for n, c in content.items() if n.startswith("data/records/")]
    assert [r["kind"] for r in records] == ["audit", "finding", "evidence", "report"]
    assert records[0]["involvement"] == "lead_auditor"
    assert records[0]["state"]["answers"]["own"] == 2
    proofs = [n for n in content if n.startswith("data/evidence/")]
    assert all(sha256(content[n]).hexdigest() in n for n in proofs)
    assert len(proofs) == 2


def test_the_opinion_travels_as_it_was_signed(files, dossier):
    content = payload(files, dossier)
    opinion = dossier.model["opinion"]
    assert sha256(content["data/opinion.json"]).hexdigest() == opinion["sha256"]


def test_the_register_travels_whole_up_to_the_declaration(session, files, dossier):
    lines = [json.loads(line) for line in payload(files, dossier)["data/events.jsonl"].splitlines()]
    assert first_broken((e["seq"], e["prev"], e["body"], e["hash"]) for e in lines) is None
    assert (lines[-1]["seq"], lines[-1]["hash"]) == (dossier.head_seq, dossier.head_hash)
    last = json.loads(lines[-1]["body"])
    assert last["verb"] == "candidacy.declare"
    model = {k: v for k, v in dossier.model.items() if k != "chain"}
    assert last["data"]["model_sha256"] == sha256(canonical_json(model)).hexdigest()
    submitted = session.scalars(select(Event).where(Event.verb == "candidacy.submit")).one()
    assert json.loads(submitted.body)["data"] == last["data"]
    assert submitted.seq > dossier.head_seq
    sealed = session.scalars(select(Event).where(Event.verb == "dossier.seal")).one()
    assert json.loads(sealed.body)["data"]["sha256"] == dossier.sha256


def test_no_words_of_people_leave_with_the_register(files, dossier):
    events = payload(files, dossier)["data/events.jsonl"].decode()
    for word in ("Emma", "Farid", "atelier", "Vu pour"):
        assert word not in events


def test_third_parties_are_counted_not_named(files, dossier):
    content = payload(files, dossier)
    whole = b"".join(c for n, c in content.items() if n.endswith((".json", ".html")))
    assert b"Bob" not in whole
    assert b"Claire" not in whole


def test_the_page_of_the_dossier_is_sound_and_reaches_nothing_outside(files, dossier):
    content = payload(files, dossier)
    for name in ("data/index.html", "data/verify.html"):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(content[name].decode())
        assert parser.errors == [], parser.errors[:5]
        text = content[name].decode()
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"/\*.*?\*/", "", text)), name
    page = html5lib.parse(content["data/index.html"].decode(), namespaceHTMLElements=False)
    ids = {e.get("id") for e in page.iter() if e.get("id")}
    for link in page.iter("a"):
        target = link.get("href")
        if target.startswith("#"):
            assert target[1:] in ids, target
        else:
            assert f"data/{unquote(target)}" in content, target


def test_the_commands_of_the_read_me_verify_the_dossier(files, dossier, tmp_path):
    with zipfile.ZipFile(files.path(dossier.sha256)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / dossier.reference
    lines = (folder / "data/LISEZ-MOI.txt").read_text().splitlines()
    commands = [line.strip() for line in lines if line.startswith("    ")]
    said = [
        subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, text=True)
        for command in commands
    ]
    assert len(said) == 5
    assert "FAILED" not in said[0].stdout + said[1].stdout
    seal = json.loads((folder / "seal.json").read_text())
    assert said[2].stdout.split()[0] == seal["tagmanifest_sha256"]
    assert said[4].stdout.strip() == "Verified OK"


def test_hostile_words_stay_words(session, cast, ready, files, key):
    situation = get_situation(session, ready.situations[0].id)
    hostile = '<script>alert(1)</script> #panic() $x$ "</style>" \u202egnp.exe 😀'
    situation.own_role = situation.title = hostile[:190]
    session.commit()
    dossier = make.submit(session, cast, ready, files, key)
    page = payload(files, dossier)["data/index.html"].decode()
    assert "<script" not in page


def test_what_is_submitted_never_changes_when_the_live_records_do(session, cast, ready, files, key):
    dossier = make.submit(session, cast, ready, files, key)
    sealed = files.path(dossier.sha256)
    before = (dossier.sha256, canonical_json(dossier.model), sealed.read_bytes())
    session.execute(update(Audit).values(title="Tout autre chose", conclusions=""))
    session.execute(update(Situation).values(own_role="Réécrit après coup"))
    session.execute(update(Evidence).values(title="Autre titre"))
    session.commit()
    session.expire_all()
    again = session.get(Dossier, dossier.id)
    after = (again.sha256, canonical_json(again.model), sealed.read_bytes())
    assert before == after
    out = io.BytesIO()
    assert export_dossier(session, again, files, out) == again.size_bytes
    assert sha256(out.getvalue()).hexdigest() == again.sha256


def test_each_way_to_write_is_refused_after_the_submission(browse, session, cast, dossier):
    candidacy = get_candidacy(session, dossier.candidacy_id)
    situation = candidacy.situations[0]
    tied = situation.records[0].id
    acts = [
        ("emma", f"/candidacies/situations/{situation.id}"),
        ("emma", f"/candidacies/situations/{situation.id}/remove"),
        ("emma", f"/candidacies/situations/{situation.id}/records"),
        ("emma", f"/candidacies/situations/{situation.id}/claims"),
        ("emma", f"/candidacies/records/{tied}"),
        ("emma", f"/candidacies/records/{tied}/remove"),
        ("emma", f"/candidacies/{candidacy.id}/situations/new"),
        ("emma", f"/candidacies/{candidacy.id}/frame"),
        ("emma", f"/candidacies/{candidacy.id}/submit"),
        ("emma", f"/candidacies/{candidacy.id}/moves/withdraw"),
        ("farid", f"/candidacies/{candidacy.id}/opinion/C8"),
        ("farid", f"/candidacies/{candidacy.id}/opinion/sign"),
    ]
    for who, path in acts:
        browse(getattr(cast, who), "POST", path, status=403, elevated=True, x="1")


def test_a_second_dossier_follows_the_first(session, cast, ready, files, key):
    first = make.submit(session, cast, ready, files, key)
    candidacies.move_candidacy(
        session, get_candidacy(session, ready.id), "reopen", reason="À compléter",
        actor=cast.karine, now=NOW,
    )  # fmt: skip
    session.commit()
    second = make.submit(session, cast, ready, files, key, now=NOW + timedelta(days=40))
    assert (first.reference, second.reference) == ("DOS-2026-001-1", "DOS-2026-001-2")
    assert verify_file(files.path(first.sha256), key.public)[0]


@pytest.mark.parametrize("who", ["farid", "claire", "karine", "david"])
def test_only_the_candidate_submits(session, cast, ready, files, key, who):
    with pytest.raises(NotAllowed):
        submissions.submit_dossier(
            session, ready, files=files, seal_key=key, actor=getattr(cast, who), now=NOW
        )


def test_a_record_that_one_no_longer_took_part_in_stops_the_submission(
    session, cast, ready, files, key
):
    audit = session.scalars(select(Audit)).one()
    write_links(session, Kind.AUDIT, audit.id, dict.fromkeys(AUDIT_TEAM, ()))
    write_links(session, Kind.AUDIT, audit.id, {Link.AUDITEE: [cast.bob.user_id]})
    session.commit()
    with pytest.raises(Refused) as refused:
        make.submit(session, cast, ready, files, key)
    assert {r.code for r in refused.value.refusals} == {"record_lost"}


def test_a_missing_file_is_named(session, cast, ready, files, key):
    evidence = session.scalars(select(Evidence)).one()
    files.path(evidence.sha256).unlink()
    with pytest.raises(Refused) as refused:
        make.submit(session, cast, ready, files, key)
    assert "Photo du poste.png" in refused.value.refusals[0].message


def test_an_empty_portfolio_says_every_reason(session, cast, version, files, key):
    bare = make.make_candidacy(session, cast, version, exam_centre_id=None)
    with pytest.raises(Refused) as refused:
        make.submit(session, cast, bare, files, key)
    codes = [r.code for r in refused.value.refusals]
    assert codes == ["exam_centre_missing", "no_complete_situation"]


def test_any_change_of_the_file_is_found(session, cast, ready, files, key, tmp_path):
    dossier = make.submit(session, cast, ready, files, key)
    whole = files.path(dossier.sha256).read_bytes()
    at_random = random.Random(5)
    places = [*at_random.sample(range(len(whole)), 60), 0, len(whole) - 1]
    copy = tmp_path / "copie.zip"
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= 1 << at_random.randrange(8)
        copy.write_bytes(bytes(broken))
        ok, problem = verify_file(copy, key.public)
        assert not ok, place
        assert problem


def test_another_key_is_not_accepted(files, dossier, tmp_path):
    other = load_or_make_key(tmp_path / "other" / "seal.pem", now=NOW)
    ok, problem = verify_file(files.path(dossier.sha256), other.public)
    assert not ok
    assert "autre clé" in problem


def test_a_removed_situation_leaves_the_portfolio(session, cast, ready):
    situation = get_situation(session, ready.situations[0].id)
    situations.remove_situation(session, situation, actor=cast.emma, now=NOW)
    session.commit()
    assert session.scalars(select(Situation)).all() == []


def test_an_instant_just_written_in_another_zone_is_no_change(session, ready, files):
    """What is still in memory says it in the zone of whoever wrote it; read back, it is UTC."""

    def now_says():
        portfolio = read_portfolio(session, ready)
        frozen = freeze(session, ready, portfolio, files=files, locale="fr", now=NOW)
        return own_part(frozen.model)

    situation = get_situation(session, ready.situations[0].id)
    for record in situation.records:
        record.tied_at = record.tied_at.astimezone(PARIS)
    before = now_says()
    session.expire_all()
    assert now_says() == before
