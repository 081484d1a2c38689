"""What the workshop’s policy rests on, its versions, and how they were made known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from qse_audit.core.permissions import Kind
from qse_audit.demo.world import World, read
from qse_audit.policy import queries
from qse_audit.policy import services as policy
from qse_audit.policy.models import ContextIssue, InterestedParty, Policy, Proposal
from qse_audit.policy.rules import (
    NEED_KIND,
    Answer,
    Domain,
    Fact,
    IssueDraft,
    IssueKind,
    NeedDraft,
    PartyDraft,
    PartyKind,
    Pestel,
    PolicyDraft,
    ProposalDraft,
    SentenceDraft,
    Swot,
)


@dataclass
class Made:
    """What was made so far, by its key in the file."""

    world: World
    issues: dict[str, ContextIssue] = field(default_factory=dict)
    parties: dict[str, InterestedParty] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    versions: dict[int, Policy] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """The lasting key of each sentence."""


def plan_policy(world: World) -> None:
    """Plan the context, the parties, the proposals and the three versions."""
    content, made = read("policy"), Made(world)
    climate = content["climate"]
    world.timeline.at(climate["ago"], "10:00", partial(_decide_climate, made, climate))
    for each in content["issues"]:
        world.timeline.at(each["ago"], "10:20", partial(_add_issue, made, each))
        if "withdrawn" in each:
            world.timeline.at(each["withdrawn"], "11:00", partial(_withdraw, made, each))
    for each in content["parties"]:
        world.timeline.at(each["ago"], "14:00", partial(_add_party, made, each))
    for each in content["proposals"]:
        world.timeline.at(each["ago"], "15:30", partial(_propose, made, each))
        if "decide" in each:
            world.timeline.at(each["decide"]["ago"], "09:00", partial(_decide, made, each))
    for each in content["versions"]:
        _plan_version(made, each)


def _domains(each: Mapping[str, Any]) -> tuple[Domain, ...]:
    return tuple(Domain(code) for code in each.get("domains", ()))


def _decide_climate(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    policy.decide_climate(
        made.world.session,
        is_relevant=each["relevant"],
        reason=each["reason"],
        review_on=made.world.timeline.day(each["review"]),
        actor=made.world.people["jean"],
        now=now,
    )


def _add_issue(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    swot = Swot(each["swot"])
    is_internal = swot in {Swot.STRENGTH, Swot.WEAKNESS}
    draft = IssueDraft(
        title=each["title"],
        kind=IssueKind.INTERNAL if is_internal else IssueKind.EXTERNAL,
        swot=swot,
        pestel=Pestel(each["pestel"]) if "pestel" in each else None,
        domains=_domains(each),
        fact=each["fact"],
        effect=each.get("effect", ""),
        weight=each["weight"],
        review_on=made.world.timeline.day(each["review"]),
    )
    actor = made.world.people[each["by"]]
    issue = policy.add_issue(made.world.session, draft, actor=actor, now=now)
    made.issues[each["key"]] = issue
    made.world.named[Kind.CONTEXT_ISSUE, each["key"]] = issue.id


def _withdraw(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    issue, actor = made.issues[each["key"]], made.world.people["claire"]
    policy.withdraw(made.world.session, issue, each["reason"], actor=actor, now=now)


def _add_party(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor = made.world.people[each["by"]]
    draft = PartyDraft(
        name=each["name"],
        kind=PartyKind(each["kind"]),
        influence=each["influence"],
        interest=each["interest"],
        heard_by=each["heard"],
        review_on=made.world.timeline.day(each["review"]),
    )
    party = policy.add_party(made.world.session, draft, actor=actor, now=now)
    made.parties[each["key"]] = party
    for need in each["needs"]:
        words = NeedDraft(
            text=need["text"],
            domains=_domains(need),
            is_obligation="obligation" in need,
            obligation=need.get("obligation", ""),
            answer=need.get("answer", ""),
        )
        policy.add_need(made.world.session, party, words, actor=actor, now=now)


def _propose(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    issues = [made.issues[key] for key in each.get("issues", ())]
    needs = [made.parties[key].needs[0] for key in each.get("needs", ())]
    draft = ProposalDraft(
        title=each["title"],
        reason=each["reason"],
        domains=_domains(each),
        priority=each["priority"],
        facts=(
            *(Fact("context_issue", issue.id, issue.title) for issue in issues),
            *(Fact(NEED_KIND, need.id, f"{need.party.name} : {need.text}") for need in needs),
        ),
    )
    actor = made.world.people[each["by"]]
    proposal = policy.add_proposal(made.world.session, draft, actor=actor, now=now)
    made.proposals[each["key"]] = proposal
    made.world.named[Kind.PROPOSAL, each["key"]] = proposal.id


def _decide(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    decision, proposal = each["decide"], made.proposals[each["key"]]
    name, reason = decision["name"], decision["reason"]
    jean = made.world.people["jean"]
    policy.move_proposal(made.world.session, proposal, name, reason=reason, actor=jean, now=now)


def _plan_version(made: Made, each: Mapping[str, Any]) -> None:
    timeline = made.world.timeline
    timeline.at(each["started"], "09:30", partial(_write, made, each))
    if "submitted" in each:
        timeline.at(each["submitted"], "16:00", partial(_move, made, each, "submit"))
        timeline.at(each["decided"], "17:10", partial(_move, made, each, "approve"))
    for told in each.get("told", ()):
        timeline.at(told["ago"], "11:30", partial(_tell, made, each["number"], told))


def _write(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor, session = made.world.people[each["by"]], made.world.session
    version = policy.start_policy(
        session,
        each["title"],
        editions=each["editions"],
        after=made.versions.get(each.get("after", 0)),
        actor=actor,
        now=now,
    )
    made.versions[each["number"]] = version
    made.world.named[Kind.POLICY, str(each["number"])] = version.id
    words = PolicyDraft(
        title=each["title"],
        introduction=each["introduction"],
        signature="Jean Garnier, directeur général",
        change_reason=each["change"],
        review_on=made.world.timeline.day(each["review"]),
    )
    policy.edit_policy(session, version, words, actor=actor, now=now)
    for sentence in each["sentences"]:
        if "text" in sentence:
            _write_sentence(made, version, sentence, now)
    _order(made, version, each, now)
    _cover(made, version, each, now)


def _write_sentence(made: Made, version: Policy, each: Mapping[str, Any], now: datetime) -> None:
    """Write a sentence, in the place of the one that the version before has under its key."""
    draft = SentenceDraft(
        text=each["text"], is_commitment=each.get("commitment", True), domains=_domains(each)
    )
    actor = made.world.people["claire"]
    kept = {row.key: row for row in queries.sentence_rows(made.world.session, version.id)}
    held = kept.get(made.keys.get(each["key"], ""))
    if held is None:
        held = policy.add_sentence(made.world.session, version, draft, actor=actor, now=now)
        made.keys[each["key"]] = held.key
    else:
        policy.edit_sentence(made.world.session, held, draft, actor=actor, now=now)


def _order(made: Made, version: Policy, each: Mapping[str, Any], now: datetime) -> None:
    """Put the sentences of a whole text in the order of the file."""
    wanted = [made.keys[sentence["key"]] for sentence in each["sentences"]]
    rows = {row.key: row.id for row in queries.sentence_rows(made.world.session, version.id)}
    if set(wanted) == set(rows):
        ids, actor = [rows[key] for key in wanted], made.world.people[each["by"]]
        policy.order_sentences(made.world.session, version, ids, actor=actor, now=now)


def _cover(made: Made, version: Policy, each: Mapping[str, Any], now: datetime) -> None:
    covered: dict[str, list[str]] = {}
    for sentence in each["sentences"]:
        for name in sentence.get("covers", ()):
            key = name if "/" in name else f"{each['editions'][0]}/{name}"
            covered.setdefault(key, []).append(made.keys[sentence["key"]])
    actor = made.world.people[each["by"]]
    for key, sentences in covered.items():
        answer = Answer(tuple(sentences))
        policy.answer_expected(
            made.world.session, version, key, answer=answer, actor=actor, now=now
        )


def _move(made: Made, each: Mapping[str, Any], name: str, now: datetime) -> None:
    actor = made.world.people["jean" if name == "approve" else each["by"]]
    reason = each["said"] if name == "approve" else ""
    version = made.versions[each["number"]]
    policy.move_policy(made.world.session, version, name, reason=reason, actor=actor, now=now)


def _tell(made: Made, number: int, each: Mapping[str, Any], now: datetime) -> None:
    policy.record_communication(
        made.world.session,
        made.versions[number],
        happened_on=now.date(),
        audience=each["audience"],
        channel=each["channel"],
        words=each.get("note", ""),
        actor=made.world.people["claire"],
        now=now,
    )
