"""Changing the elements of the policy. Each function is one act; none commits."""

from qse_audit.policy.services.context import (
    add_issue,
    decide_climate,
    edit_issue,
    review,
    withdraw,
)
from qse_audit.policy.services.deciding import move_policy, record_communication
from qse_audit.policy.services.drafting import (
    add_sentence,
    answer_expected,
    choose_editions,
    edit_policy,
    edit_sentence,
    order_sentences,
    remove_sentence,
    start_policy,
    step_sentence,
)
from qse_audit.policy.services.parties import (
    add_need,
    add_party,
    edit_need,
    edit_party,
    remove_need,
)
from qse_audit.policy.services.proposals import add_proposal, edit_proposal, move_proposal

__all__ = [
    "add_issue",
    "add_need",
    "add_party",
    "add_proposal",
    "add_sentence",
    "answer_expected",
    "choose_editions",
    "decide_climate",
    "edit_issue",
    "edit_need",
    "edit_party",
    "edit_policy",
    "edit_proposal",
    "edit_sentence",
    "move_policy",
    "move_proposal",
    "order_sentences",
    "record_communication",
    "remove_need",
    "remove_sentence",
    "review",
    "start_policy",
    "step_sentence",
    "withdraw",
]
