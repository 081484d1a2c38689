"""What a ballot may say, and what the ballots say together. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.workshops.rules.codes import VoteMethod, WorkshopStatus

HOUSE = N_("Règle de l’atelier")
HIGHEST_RATING = 5
FEWEST_POINTS, MOST_POINTS = 1, 20

VOTE_CLOSED = Refusal(
    "vote_closed",
    N_("Le vote est clos : le résultat est figé et ne change plus. Votre vote n’est pas compté."),
    HOUSE,
)
VOTE_NOT_OPEN = Refusal(
    "vote_not_open", N_("Le vote n’est pas encore ouvert : l’animateur l’ouvrira."), HOUSE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """The votes of one participant: proposal → points or rating; 0 says nothing."""

    votes: Mapping[int, int]


def ballot_refusals(
    ballot: Ballot,
    *,
    status: WorkshopStatus,
    method: VoteMethod,
    points_each: int,
    proposals: Sequence[int],
) -> tuple[Refusal, ...]:
    """Return every reason why a ballot is not counted."""
    if status is WorkshopStatus.FROZEN:
        return (VOTE_CLOSED,)
    if status is not WorkshopStatus.VOTING:
        return (VOTE_NOT_OPEN,)
    return tuple(_faults(ballot, method, points_each, proposals=proposals))


def _faults(
    ballot: Ballot, method: VoteMethod, points_each: int, *, proposals: Sequence[int]
) -> Iterator[Refusal]:
    if set(ballot.votes) - set(proposals):
        told = N_("Une proposition a été retirée entre-temps : relisez la liste.")
        yield Refusal("proposal_gone", told, HOUSE)
    most = points_each if method is VoteMethod.POINTS else HIGHEST_RATING
    if any(not 0 <= value <= most for value in ballot.votes.values()):
        told = N_("Un nombre entier de 0 à %(most)d.", most=most)
        yield Refusal("vote_range", told, HOUSE)
    given = sum(value for value in ballot.votes.values() if value > 0)
    if method is VoteMethod.POINTS and given > points_each:
        told = N_(
            "Vous avez placé %(given)d points ; vous en avez %(most)d.",
            given=given,
            most=points_each,
        )
        yield Refusal("too_many_points", told, HOUSE)
    if not given:
        yield Refusal("empty_ballot", N_("Ce bulletin ne dit rien."), HOUSE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one proposal got."""

    proposal_id: int
    text: str
    points: int
    """The sum of points, or of ratings."""
    voters: int
    mean: Fraction | None
    """The mean rating; ``None`` where nobody rated it, and for points."""
    rank: int
    """From 1; equal ones share it."""


def standings(
    proposals: Sequence[tuple[int, str]],
    votes: Sequence[tuple[int, int]],
    method: VoteMethod,
) -> tuple[Standing, ...]:
    """Return the proposals from the first to the last; ``votes``: (proposal, value) each.

    Points are added up. Ratings are compared by their mean, so that whoever rates more proposals
    weighs no more; equal means by how many rated.
    """
    given: dict[int, list[int]] = {key: [] for key, _ in proposals}
    for key, value in votes:
        if value > 0:
            given[key].append(value)

    def weight(key: int) -> tuple[Fraction, int]:
        values = given[key]
        if method is VoteMethod.POINTS:
            return Fraction(sum(values)), 0
        return (Fraction(sum(values), len(values)) if values else Fraction(0)), len(values)

    ordered = sorted(proposals, key=lambda each: (*(-part for part in weight(each[0])), each[0]))
    weights = [weight(key) for key, _ in ordered]
    return tuple(
        Standing(
            key,
            text,
            sum(given[key]),
            len(given[key]),
            Fraction(sum(given[key]), len(given[key]))
            if given[key] and method is VoteMethod.RATING
            else None,
            weights.index(weights[place]) + 1,
        )
        for place, (key, text) in enumerate(ordered)
    )
