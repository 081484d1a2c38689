"""The shipped record RNCP28242 says what the official one says, word for word."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

CONTENT = Path(__file__).resolve().parents[2] / "referentiels"

BLOCKS = {
    "BC1": ("RNCP28242BC01", "L’analyse de la politique QSE en place", ["C1", "C2", "C3"]),
    "BC2": ("RNCP28242BC02", "La mise en œuvre de la politique QSE", ["C4", "C5", "C6"]),
    "BC3": ("RNCP28242BC03", "L’audit QSE", ["C7", "C8"]),
}

CAPABILITIES = {
    "C1": "Préparer les éléments pour définir ou améliorer une politique Q, S, E",
    "C2": (
        "Décrire un processus nécessaire au fonctionnement de l’organisation "
        "(opérationnel, support, management,...)"
    ),
    "C3": ("Organiser et formaliser un système de management Q, S, E applicable à l’organisation"),
    "C4": "Garantir la cohérence des objectifs déclinés de la politique qualité",
    "C5": ("Garantir l’efficacité du pilotage des objectifs par des indicateurs appropriés"),
    "C6": (
        "Coordonner la mise en œuvre d’outils de diagnostic et d’analyse pour identifier "
        "les risques dans les domaines Q, S, E"
    ),
    "C7": "Organiser le système d’audit Q, S, E appliqué dans l’entreprise",
    "C8": "Réaliser un audit au regard d’un référentiel interne ou externe",
}

CRITERIA = {"C1": 7, "C2": 8, "C3": 7, "C4": 6, "C5": 6, "C6": 7, "C7": 8, "C8": 10}

MODALITIES = {
    "real_situation": (
        "Evaluation en situation professionnelle réelle",
        "L’évaluation des capacités professionnelles s’effectue dans le cadre d’activités "
        "professionnelles réelles. Cette évaluation s’appuie sur : – une observation en "
        "situation de travail ; – des questionnements avec apport d’éléments de preuve par le "
        "candidat.",
    ),
    "presentation": (
        "Présentation des projets ou activités réalisés en milieu professionnel",
        "Le candidat transmet un rapport à l’UIMM territoriale centre d’examen, dans les délais "
        "et conditions préalablement fixés, afin de montrer que les capacités professionnelles "
        "à évaluer selon cette modalité ont bien été mises en œuvre en entreprise à l’occasion "
        "de projets ou activités. La présentation de ces projets ou activités devant une "
        "commission d’évaluation permettra au candidat de démontrer que les exigences du "
        "référentiel de certification sont satisfaites.",
    ),
    "simulated_situation": (
        "Evaluation à partir d’une situation professionnelle reconstituée",
        "Si nécessaire, la commission d’évaluation pourra mettre en œuvre une évaluation en "
        "situation professionnelle reconstituée. L’évaluation des capacités professionnelles "
        "s’effectue dans des conditions représentatives d’une situation réelle d’entreprise : "
        "– par observation avec questionnements ; – ou avec restitution écrite et/ou orale par "
        "le candidat.",
    ),
    "company_opinion": (
        "Avis de l’entreprise",
        "L’entreprise (tuteur, responsable fonctionnel ou hiérarchique...) donne un avis au "
        "regard du référentiel de certification (capacités professionnelles et/ou critères) sur "
        "les éléments mis en œuvre par le candidat lors de la réalisation de projets ou "
        "activités professionnels.",
    ),
}

JURY = (
    "Jury paritaire : 50 % de représentants des salariés / 50 % de représentants des employeurs. "
    "Délégation patronale : maximum de cinq membres qualifiés relevant de la branche de la "
    "métallurgie et, en tant que de besoin, un membre supplémentaire de la branche du travail "
    "temporaire. Délégation syndicale : chaque organisation syndicale représentative de salariés "
    "au niveau national dans la branche de la métallurgie désigne un ou plusieurs représentants "
    "qualifiés et, en tant que de besoin, un membre supplémentaire de la branche du travail "
    "temporaire. Seul un représentant par organisation syndicale siège dans le jury avec droit "
    "de vote. En cas de partage des voix, celle du président du jury est prépondérante."
)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """Give the shipped record, read once."""
    text = (CONTENT / "certifications" / "rncp-28242.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def capabilities_of(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the capabilities of every block by their code."""
    return {cap["code"]: cap for block in record["blocks"] for cap in block["capabilities"]}


def localized_texts(node: Any, at: str = "") -> list[tuple[str, dict[str, str]]]:
    """List every ``{fr, en}`` text below ``node`` with the place where it stands."""
    if isinstance(node, list):
        return [t for i, child in enumerate(node) for t in localized_texts(child, f"{at}[{i}]")]
    if not isinstance(node, dict):
        return []
    if "fr" in node:
        return [(at, node)]
    return [t for key, child in node.items() for t in localized_texts(child, f"{at}.{key}")]


def test_the_record_follows_the_schema(record: dict[str, Any]) -> None:
    schema = json.loads((CONTENT / "schema.json").read_text(encoding="utf-8"))
    problems = [error.message for error in Draft202012Validator(schema).iter_errors(record)]
    assert problems == []


def test_the_record_is_rncp_28242_with_its_official_title(record: dict[str, Any]) -> None:
    assert (record["id"], record["code"]) == ("rncp-28242", "RNCP28242")
    assert record["title"]["fr"] == (
        "CQP : Certificat de qualification professionnelle Coordonnateur(trice) de système "
        "qualité, sécurité, environnement (CQPM)"
    )


def test_the_blocks_have_their_official_wording_and_capabilities(record: dict[str, Any]) -> None:
    found = {
        block["code"]: (
            block["official_code"],
            block["title"]["fr"],
            [cap["code"] for cap in block["capabilities"]],
        )
        for block in record["blocks"]
    }
    assert found == BLOCKS


def test_the_eight_capabilities_have_their_official_wording(record: dict[str, Any]) -> None:
    found = {code: cap["title"]["fr"] for code, cap in capabilities_of(record).items()}
    assert found == CAPABILITIES


def test_the_modalities_have_their_official_wording(record: dict[str, Any]) -> None:
    found = {m["code"]: (m["title"]["fr"], m["description"]["fr"]) for m in record["modalities"]}
    assert found == MODALITIES


@pytest.mark.parametrize(("code", "count"), CRITERIA.items())
def test_a_capability_has_all_its_working_criteria_in_order(
    record: dict[str, Any], code: str, count: int
) -> None:
    ids = [criterion["id"] for criterion in capabilities_of(record)[code]["criteria"]]
    assert ids == [f"{code}-{letter}" for letter in "abcdefghij"[:count]]


def test_no_criterion_passes_itself_off_as_official(record: dict[str, Any]) -> None:
    sources = {c["source"] for cap in capabilities_of(record).values() for c in cap["criteria"]}
    assert sources == {"working_grid"}
    assert record["grid_notice"]["fr"].startswith("Grille de travail, non officielle")


def test_no_two_criteria_say_the_same_thing(record: dict[str, Any]) -> None:
    labels = [c["label"]["fr"] for cap in capabilities_of(record).values() for c in cap["criteria"]]
    assert len(set(labels)) == len(labels) == sum(CRITERIA.values())


def test_readiness_asks_one_modality_of_three_and_always_the_company(
    record: dict[str, Any],
) -> None:
    assert record["readiness"] == {
        "any_of": ["real_situation", "presentation", "simulated_situation"],
        "all_of": ["company_opinion"],
    }


def test_only_continuing_training_professionalisation_and_vae_are_open(
    record: dict[str, Any],
) -> None:
    assert [route["code"] for route in record["routes"]] == ["FI", "CA", "FC", "CQ", "CL", "VAE"]
    assert {r["code"] for r in record["routes"] if r["open"]} == {"FC", "CQ", "VAE"}


def test_an_open_route_has_the_official_jury_and_a_closed_one_has_none(
    record: dict[str, Any],
) -> None:
    for route in record["routes"]:
        found = route.get("jury", {}).get("fr")
        assert found == (JURY if route["open"] else None), route["code"]


def test_every_route_says_that_our_reading_is_to_be_confirmed(record: dict[str, Any]) -> None:
    for route in record["routes"]:
        assert route["note"]["fr"].startswith("À confirmer"), route["code"]


def test_the_joint_jury_counts_as_the_record_says(record: dict[str, Any]) -> None:
    jury = dict(record["jury"])
    assert jury.pop("text")["fr"] == JURY
    assert jury == {
        "parity": "equal",
        "max_employer_members": 5,
        "extra_temporary_work_member": True,
        "one_vote_per_union": True,
        "casting_vote": "president",
    }


def test_the_registration_ran_five_years_to_april_2022(record: dict[str, Any]) -> None:
    assert record["registration"] == {
        "decided_on": "2017-04-07",
        "published_on": "2017-04-21",
        "starts_on": "2017-04-21",
        "ends_on": "2022-04-21",
    }


def test_acquired_components_stay_valid_without_limit(record: dict[str, Any]) -> None:
    assert record["validity"]["components"] == "unlimited"
    assert record["validity"]["source"] == "Validité des composantes acquises : illimitée"


def test_the_record_gives_no_level_and_no_formacode(record: dict[str, Any]) -> None:
    assert record["level"] is None
    assert record["formacodes"] == []


def test_the_occupations_are_the_three_of_the_record(record: dict[str, Any]) -> None:
    assert [rome["code"] for rome in record["rome"]] == ["H1502", "H1301", "H1303"]
    assert [nsf["code"] for nsf in record["nsf"]] == ["200r"]
    assert record["yearly_average"] == 67


def test_the_only_successor_is_apparent_and_to_be_confirmed(record: dict[str, Any]) -> None:
    assert [successor["code"] for successor in record["successors"]] == ["RNCP36587"]
    assert record["successors"][0]["note"]["fr"].startswith("À confirmer")


def test_the_record_names_its_source_and_its_open_licence(record: dict[str, Any]) -> None:
    assert "France compétences" in record["source"]
    assert "Licence Ouverte 2.0" in record["licence"]


def test_the_french_is_set_with_typographic_apostrophes_and_quotation_marks(
    record: dict[str, Any],
) -> None:
    straight = [at for at, text in localized_texts(record) if {"'", '"'} & set(text["fr"])]
    assert straight == []


def test_the_english_calls_the_commission_an_assessment_panel(record: dict[str, Any]) -> None:
    english = [text["en"] for _, text in localized_texts(record)]
    assert sum("assessment panel" in text for text in english) == 2
    assert not [text for text in english if "commission" in text.lower()]


def test_every_text_is_given_in_french_and_in_english(record: dict[str, Any]) -> None:
    texts = localized_texts(record)
    assert len(texts) > 2 * sum(CRITERIA.values())
    incomplete = [at for at, text in texts if not (text["fr"].strip() and text.get("en", ""))]
    assert incomplete == []
