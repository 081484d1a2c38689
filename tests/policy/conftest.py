"""A policy that can be submitted, and the acts that lead there."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Role
from qse_audit.policies import Identity
from qse_audit.policy import queries, services
from qse_audit.policy.commitments import shipped
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import (
    Answer,
    Domain,
    PolicyDraft,
    SentenceDraft,
    ShownBy,
    chosen,
)
from tests.factories import NOW, Cast

SENTENCES = (
    "Nous livrons des pièces conformes aux exigences des clients et de la loi.",
    "Nous supprimons les dangers à la source avec ceux qui font le travail.",
    "Nous protégeons la rivière et réduisons nos rejets.",
)
Q, S, E = Domain


def write_policy(session: Session, who: Identity, *, after: Policy | None = None) -> Policy:
    """Store a draft that nothing keeps from being submitted."""
    policy = services.start_policy(
        session, "Politique QSE", editions=["iso-9001-2015"], after=after, actor=who, now=NOW
    )
    draft = PolicyDraft(
        title="Politique QSE",
        introduction="Soixante personnes, un métier.",
        signature="Jean Garnier, directeur",
        change_reason="Première politique",
        review_on=date(2027, 3, 1),
    )
    services.edit_policy(session, policy, draft, actor=who, now=NOW)
    if after is None:
        for text, domain in zip(SENTENCES, Domain, strict=True):
            words = SentenceDraft(text=text, domains=(domain,))
            services.add_sentence(session, policy, words, actor=who, now=NOW)
    cover_all(session, policy, who)
    session.commit()
    return policy


def cover_all(session: Session, policy: Policy, who: Identity) -> None:
    """Let the first sentence cover everything that is expected of the text."""
    first = queries.sentences_of(session, policy.id)[0].key
    for checklist in chosen(shipped(), policy.referential_keys):
        for expected in checklist.expected:
            if expected.shown_by is ShownBy.TEXT:
                services.answer_expected(
                    session, policy, expected.key, answer=Answer((first,)), actor=who, now=NOW
                )


def approve(session: Session, policy: Policy, author: Identity, manager: Identity) -> None:
    """Submit a draft and approve it."""
    services.move_policy(session, policy, "submit", actor=author, now=NOW)
    services.move_policy(session, policy, "approve", actor=manager, now=NOW)
    session.commit()


@pytest.fixture
def draft(session: Session, cast: Cast) -> Policy:
    """A draft of Claire’s, ready to be submitted."""
    return write_policy(session, cast.claire)


@pytest.fixture
def in_force(session: Session, cast: Cast, draft: Policy) -> Policy:
    """Claire’s policy, approved by Jean."""
    approve(session, draft, cast.claire, cast.jean)
    return draft


@pytest.fixture
def written(session: Session) -> Callable[..., Policy]:
    """Write another policy: ``written(who, after=…)``."""
    return lambda who, **more: write_policy(session, who, **more)


def both_roles(who: Identity) -> Identity:
    """The same person, who also manages."""
    return Identity(who.user_id, who.organisation_id, who.roles | {Role.MANAGEMENT})
