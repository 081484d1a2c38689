"""The page of the dossiers to evaluate."""

from tests.assessments.test_queries import copies, note


def test_an_evaluator_finds_each_dossier_with_how_far_the_reading_is(
    browse, session, cast, dossier
):
    note(session, cast.gaelle, dossier, "C8", level=2)
    page = browse(cast.gaelle, "GET", "/dossiers/")
    row = page.select_one("tbody tr")
    assert row.select_one("a")["href"] == f"/dossiers/{dossier.id}"
    assert "Commencée" in row.text
    assert "1 sur 4 capacités notées" in row.text
    assert "Aucun dossier" in browse(cast.gaelle, "GET", "/dossiers/?reading=noted").text


def test_a_member_of_the_jury_reads_without_notes(browse, cast, dossier):
    page = browse(cast.hugo, "GET", "/dossiers/")
    assert "Membre du jury, sans notes" in page.select_one("tbody tr").text


def test_the_list_is_for_evaluators_and_juries(browse, cast, dossier):
    for who in (cast.emma, cast.farid, cast.karine, cast.claire, cast.david):
        browse(who, "GET", "/dossiers/", status=403)


def test_home_leads_to_the_list(browse, cast, dossier):
    assert browse(cast.gaelle, "GET", "/").select("main a[href='/dossiers/']")


def test_twenty_two_dossiers_cost_as_many_statements_as_one(
    browse, session, cast, dossier, statements
):
    def count():
        session.rollback()
        statements.clear()
        browse(cast.gaelle, "GET", "/dossiers/")
        return len([s for s in statements if "sign_in_session (" not in s])

    one = count()
    copies(session, cast, dossier, [f"Candidat {n:02d}" for n in range(21)])
    assert count() == one <= 8
