"""The rules of workshops. Pure."""

from qse_audit.workshops.rules.codes import LIVE, OPEN, SUBJECTS, VoteMethod, WorkshopStatus
from qse_audit.workshops.rules.drafts import (
    MAX_NAME,
    MAX_PROPOSAL,
    MAX_TEXT,
    MAX_TITLE,
    WorkshopDraft,
    draft_refusals,
    join_refusals,
    not_open,
    proposal_refusals,
)
from qse_audit.workshops.rules.voting import (
    HIGHEST_RATING,
    HOUSE,
    VOTE_CLOSED,
    Ballot,
    Standing,
    ballot_refusals,
    standings,
)
from qse_audit.workshops.rules.workflow import VERBS, WORKSHOP_WORKFLOW, MoveFacts

__all__ = [
    "HIGHEST_RATING",
    "HOUSE",
    "LIVE",
    "MAX_NAME",
    "MAX_PROPOSAL",
    "MAX_TEXT",
    "MAX_TITLE",
    "OPEN",
    "SUBJECTS",
    "VERBS",
    "VOTE_CLOSED",
    "WORKSHOP_WORKFLOW",
    "Ballot",
    "MoveFacts",
    "Standing",
    "VoteMethod",
    "WorkshopDraft",
    "WorkshopStatus",
    "ballot_refusals",
    "draft_refusals",
    "join_refusals",
    "not_open",
    "proposal_refusals",
    "standings",
]
