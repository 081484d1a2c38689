"""Writing and signing the company’s opinion. A signed opinion never changes: a later one is new."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.errors import Conflict, NotAllowed, NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.text import N_
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity, allows
from qse_audit.portfolios.models import Candidacy, CompanyOpinion, SignedOpinion
from qse_audit.portfolios.queries.opinions import OpinionDraft, draft_opinion
from qse_audit.portfolios.queries.portfolio import read_portfolio, structure_of
from qse_audit.portfolios.rules import TEXT_MAX, Observation


def save_opinion(
    session: Session,
    candidacy: Candidacy,
    capability_id: int,
    *,
    observation: Observation | None,
    comment: str,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> CompanyOpinion:
    """Keep what the tutor writes of one capability; what was signed stays as it was.

    :raises NotFound: for a capability of another certification.
    :raises Conflict: when ``version`` is no longer the stored one; carries both texts.
    """
    _check_giver(candidacy, actor)
    _check_capability(session, candidacy, capability_id)
    if len(comment) > TEXT_MAX:
        refuse_all(
            [Refusal("comment", N_("Ce texte dépasse %(count)d caractères.", count=TEXT_MAX))]
        )
    opinion = session.scalars(
        select(CompanyOpinion).where(
            CompanyOpinion.candidacy_id == candidacy.id,
            CompanyOpinion.capability_id == capability_id,
        )
    ).one_or_none()
    if opinion is None:
        opinion = CompanyOpinion(
            candidacy_id=candidacy.id, capability_id=capability_id, given_by_id=actor.user_id
        )
        session.add(opinion)
    elif version is not None and version != opinion.version:
        raise Conflict(
            theirs={"observation": opinion.observation or "", "comment": opinion.comment},
            yours={"observation": observation or "", "comment": comment},
        )
    opinion.observation, opinion.comment = observation, comment
    opinion.given_by_id, opinion.updated_at = actor.user_id, now
    session.flush()
    data = {"capability": capability_id, "observation": observation}
    _record(session, candidacy, "save", actor=actor, now=now, data=data, comment=comment)
    return opinion


def sign_opinion(
    session: Session,
    candidacy: Candidacy,
    *,
    shown_sha256: str,
    consents: bool,
    actor: Identity,
    now: datetime,
) -> SignedOpinion:
    """Sign the opinion exactly as it was shown; the caller made sure who the signer is.

    :raises Refused: while a capability has no answer, or without the signer’s consent.
    :raises Conflict: when the text is no longer the one shown (``shown_sha256``).
    """
    _check_giver(candidacy, actor)
    draft = draft_opinion(session, candidacy, read_portfolio(session, candidacy), actor=actor)
    refuse_all([*draft.refusals, *_consent_refusals(consents)])
    if draft.sha256 != shown_sha256:
        raise Conflict(theirs={}, yours={})
    data = {"number": draft.document["number"], "sha256": draft.sha256, "level": "simple"}
    head = _record(session, candidacy, "sign", actor=actor, now=now, data=data)
    signed = SignedOpinion(
        candidacy_id=candidacy.id,
        number=draft.document["number"],
        document=draft.text,
        sha256=draft.sha256,
        consent=draft.document["consent"],
        signed_at=now,
        signed_by_id=actor.user_id,
        head_seq=head[0],
        head_hash=head[1],
    )
    session.add(signed)
    session.flush()
    _tell_candidate(session, candidacy, draft, now)
    return signed


def _consent_refusals(consents: bool) -> list[Refusal]:
    if consents:
        return []
    return [Refusal("consent", N_("Cochez la phrase d’accord : signer est un acte volontaire."))]


def _check_giver(candidacy: Candidacy, actor: Identity) -> None:
    """Refuse anybody but the tutor, whatever page asks."""
    if not allows(actor, Permission.OPINION_GIVE, candidacy.access()):
        raise NotAllowed(Permission.OPINION_GIVE)


def _check_capability(session: Session, candidacy: Candidacy, capability_id: int) -> None:
    blocks = structure_of(session, candidacy.certification_version_id)
    if not any(c.id == capability_id for block in blocks for c in block.capabilities):
        raise NotFound(f"capability {capability_id}")


def _tell_candidate(
    session: Session, candidacy: Candidacy, draft: OpinionDraft, now: datetime
) -> None:
    notify(
        session,
        N_("Votre tuteur a signé l’avis de l’entreprise."),
        key=f"opinion/{candidacy.id}/{draft.document['number']}",
        person_id=candidacy.candidate_id,
        organisation_id=candidacy.organisation_id,
        subject=(Kind.CANDIDACY, candidacy.id),
        now=now,
    )


def _record(
    session: Session,
    candidacy: Candidacy,
    verb: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object],
    comment: str = "",
) -> tuple[int, str]:
    act = Act(
        verb=f"opinion.{verb}",
        kind=Kind.CANDIDACY,
        subject_id=candidacy.id,
        data=data,
        texts={"comment": comment} if comment else {},
    )
    head = record(
        session, act, organisation_id=candidacy.organisation_id, actor_id=actor.user_id, now=now
    )
    return head.seq, head.hash
