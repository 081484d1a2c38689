"""What a line of each method asks, and what is said when it lacks something."""

from dataclasses import replace

from qse_audit.risks.rules import METHODS, Kind, LineDraft, RiskMethod, line_refusals, value_of

FMEA = LineDraft(
    section=("Tournage", "Ébauche"), situation="Diamètre 20 h7", event="Diamètre trop grand",
    effect="Montage impossible", cause="Usure de la plaquette", family="function",
    details={"control_plan": "20-3"},
)  # fmt: skip
UNIT = LineDraft(
    section=("Atelier",), situation="Ébavurage", event="Bruit des meuleuses",
    effect="Perte d’audition", family="noise",
    details={"exposed_women": 2, "exposed_men": 5, "exposure_note": "aucune différence"},
)  # fmt: skip
ASPECT = LineDraft(
    section=("Dégraissage",), event="Rejet de bain usé", effect="Pollution de l’eau",
    family="emergency",
    details={"stage": "manufacture", "influence": "direct", "receptors": ["water", "soil"],
             "overrides": ["legal_breach"]},
)  # fmt: skip


def codes(method, draft):
    return [refusal.code for refusal in line_refusals(method, draft)]


def test_a_complete_line_is_taken():
    assert codes(RiskMethod.FMEA_PROCESS, FMEA) == []
    assert codes(RiskMethod.OCCUPATIONAL, UNIT) == []
    assert codes(RiskMethod.ENVIRONMENTAL, ASPECT) == []


def test_an_empty_line_lacks_all_that_its_method_needs():
    for method, card in METHODS.items():
        needed = [f"{column.code}_missing" for column in card.columns if column.required]
        assert codes(method, LineDraft()) == needed, method


def test_each_fault_names_its_column():
    cases = [
        (replace(FMEA, event="  "), ["event_missing"]),
        (replace(FMEA, effect="x" * 4001), ["effect_long"]),
        (replace(FMEA, family="noise"), ["family_choice"]),
        (replace(FMEA, details={"control_plan": "x" * 201}), ["control_plan_long"]),
        (replace(FMEA, details={"exposed_men": 2}), ["unknown_detail"]),
        (replace(FMEA, section=("a", " ")), ["section_missing"]),
        (replace(FMEA, section=("x" * 201,)), ["section_long"]),
        (replace(FMEA, section=("a",) * 9), ["section_deep"]),
        (replace(FMEA, event="", family="?"), ["event_missing", "family_choice"]),
    ]
    for draft, expected in cases:
        assert codes(RiskMethod.FMEA_PROCESS, draft) == expected
    for wrong in (-1, "deux", 100_000):
        draft = replace(UNIT, details={"exposed_women": wrong})
        assert codes(RiskMethod.OCCUPATIONAL, draft) == ["exposed_women_count"]
    draft = replace(ASPECT, details={**ASPECT.details, "receptors": ["water", "moon"]})
    (refusal,) = line_refusals(RiskMethod.ENVIRONMENTAL, draft)
    assert "Milieux récepteurs : « moon » ; attendu : l’un de air" in refusal.message


def test_every_column_of_choices_says_which_and_every_value_can_be_found():
    for card in METHODS.values():
        names = [column.code for column in (card.section, *card.columns)]
        assert len(set(names)) == len(names), card.method
        for column in card.columns:
            has_choices = column.kind in {Kind.CHOICE, Kind.FLAGS}
            assert has_choices == bool(column.choices), column.code
            assert card.column(column.code) is column
    card = METHODS[RiskMethod.FMEA_PROCESS]
    values = {each.code: value_of(FMEA, each, card) for each in (card.section, *card.columns)}
    assert values["section"] == ("Tournage", "Ébauche")
    assert (values["family"], values["control_plan"]) == ("function", "20-3")
    assert (values["prevention"], values["indicator"]) == ("", None)
