"""Row-level security on PostgreSQL: the rows of an organisation open in it alone."""

from alembic import op

from qse_audit.db.migrations.wall import HERE, ME, OWN, SYSTEM, opens_with, raise_wall, take_down

revision = "0021"
down_revision = "0020"


FUNCTIONS = {
    # Records of a kind that a portfolio of one’s own names: readable to whoever left the company.
    "wall_named(kind text)": f"""
        SELECT situation_record.record_id FROM situation_record
        JOIN situation ON situation.id = situation_record.situation_id
        JOIN candidacy ON candidacy.id = situation.candidacy_id
        WHERE situation_record.record_kind = kind AND candidacy.candidate_id = {ME}""",
    # Portfolios of one’s own, to which files are brought.
    "wall_candidacies()": f"SELECT candidacy.id FROM candidacy WHERE candidate_id = {ME}",
    # Organisations that share a candidacy with where, or who, one is: each records its acts in the
    # chains, and sends its messages to the people, of both.
    "wall_partners()": f"""
        SELECT candidacy.organisation_id FROM candidacy
        WHERE candidacy.exam_centre_id = {HERE} OR candidacy.candidate_id = {ME}
        UNION SELECT candidacy.exam_centre_id FROM candidacy
        WHERE candidacy.organisation_id = {HERE} OR candidacy.candidate_id = {ME}""",
}
"""What rows that are not one’s own are compared with: ids, looked up once a statement and only when
such a row is met. In the policies themselves, PostgreSQL would plan each in every statement on the
table, which took up to 40 ms."""


def _named(kind: str, column: str = "id") -> str:
    return f"{column} = ANY ((SELECT wall_named('{kind}'))::integer[])"


PARTNERS = "organisation_id = ANY ((SELECT wall_partners())::integer[])"
BROUGHT = """(origin_kind = 'candidacy'
    AND origin_id = ANY ((SELECT wall_candidacies())::integer[]))"""
NAMED_KINDS = ("action", "audit", "evidence", "finding", "report")
"""What a portfolio may name."""
PARENTS = {
    "action_proof": "action",
    "assessment_note": "dossier",
    "audit_criterion": "audit",
    "audit_process": "audit",
    "audit_site": "audit",
    "axis_commitment": "axis",
    "checklist_item": "audit",
    "claim": "situation",
    "commitment_coverage": "policy",
    "company_opinion": "candidacy",
    "disclosure": "candidacy",
    "dossier": "candidacy",
    "edition": "referential",
    "evidence_withdrawal": "evidence",
    "finding_evidence": "finding",
    "indicator_baseline": "indicator",
    "indicator_target": "indicator",
    "indicator_variable": "indicator",
    "measurement_correction": "measurement",
    "objective_commitment": "objective",
    "objective_talk": "objective",
    "policy_communication": "policy",
    "policy_record": "policy",
    "policy_sentence": "policy",
    "priority_objective": "priority",
    "process_member": "process",
    "process_site": "process",
    "question": "edition",
    "requirement": "edition",
    "signed_opinion": "candidacy",
    "situation": "candidacy",
    "situation_record": "situation",
}
"""Rows that open with the row that they belong to."""

SHARED = "('candidacy', 'situation', 'dossier')"
"""What an exam centre and a company tell each other about."""
NAMED_ACTS = " OR ".join(
    f"(event.subject_kind = '{kind}' AND {_named(kind, 'event.subject_id')})"
    for kind in NAMED_KINDS
)
WORDS = f"""EXISTS (
    SELECT 1 FROM event WHERE event.id = event_text.event_id
    AND (event.organisation_id = {HERE} OR {SYSTEM} OR event.actor_id = {ME}
    OR event.subject_kind IN {SHARED} OR {NAMED_ACTS}))"""
"""Partners link their acts to each other’s chains, but read there only what concerns a candidacy."""

POLICIES = {
    "anomaly_acceptance": OWN,
    "arbitration": OWN,
    "axis": OWN,
    "climate_decision": OWN,
    "coherence_report": OWN,
    "context_issue": OWN,
    "indicator": OWN,
    "indicator_audience": OWN,
    "indicator_event": OWN,
    "indicator_signal": OWN,
    "interested_party": OWN,
    "measurement": OWN,
    "objective": OWN,
    "party_need": opens_with("party_need", "interested_party", key="party_id"),
    "policy": OWN,
    "priority": OWN,
    "process": OWN,
    "proposal": OWN,
    "site": OWN,
    "evidence": f"{OWN} OR {BROUGHT} OR {_named('evidence')}",
    "referential": f"{OWN} OR organisation_id IS NULL",
    "candidacy": f"{OWN} OR exam_centre_id = {HERE} OR candidate_id = {ME}",
    "event": f"{OWN} OR {PARTNERS}",
    "event_text": WORDS,
    "notice": f"{OWN} OR person_id = {ME} OR (coalesce(subject_kind, 'candidacy') IN {SHARED}"
    f" AND {PARTNERS})",
    "work": f"{OWN} OR person_id = {ME}",
    "handled_request": f"{SYSTEM} OR person_id = {ME}",
}
POLICIES |= {kind: f"{OWN} OR {_named(kind)}" for kind in NAMED_KINDS if kind != "evidence"}
POLICIES |= {child: opens_with(child, parent) for child, parent in PARENTS.items()}
"""Which rows one reads and writes, table by table."""


def upgrade() -> None:
    """Raise the wall; SQLite has none."""
    if op.get_bind().dialect.name == "postgresql":
        for name, rows in FUNCTIONS.items():
            op.execute(
                f"CREATE FUNCTION {name} RETURNS integer[] LANGUAGE plpgsql STABLE COST 1000 "
                f"AS $$ BEGIN RETURN ARRAY({rows}); END $$"
            )
    raise_wall(POLICIES)


def downgrade() -> None:
    """Take the wall down."""
    take_down(POLICIES)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}")
