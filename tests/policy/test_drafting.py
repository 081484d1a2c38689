"""Writing a version: sentences, their order, what they cover, and nothing lost."""

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.errors import BadInput, Conflict, NotFound, Refused
from qse_audit.policy import queries, services
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import SENTENCE_MAX, SENTENCES_MAX, Answer, PolicyDraft, SentenceDraft
from tests.factories import NOW, Cast
from tests.policy.conftest import SENTENCES, Q

FIRST, SECOND, THIRD = SENTENCES


def texts(session: Session, policy: Policy) -> list[str]:
    return [each.text for each in queries.sentences_of(session, policy.id)]


def ids(session: Session, policy: Policy) -> list[int]:
    return [each.id for each in queries.sentence_rows(session, policy.id)]


def test_sentences_are_put_in_another_order(session: Session, cast: Cast, draft: Policy) -> None:
    one, two, three = ids(session, draft)
    services.order_sentences(session, draft, [three, one, two], actor=cast.claire, now=NOW)
    assert texts(session, draft) == [THIRD, FIRST, SECOND]
    assert [each.position for each in queries.sentence_rows(session, draft.id)] == [1, 2, 3]


def test_a_sentence_goes_up_or_down_by_one_place_and_stays_at_the_end(
    session: Session, cast: Cast, draft: Policy
) -> None:
    last = ids(session, draft)[-1]
    for direction, expected in [
        ("up", [FIRST, THIRD, SECOND]),
        ("up", [THIRD, FIRST, SECOND]),
        ("up", [THIRD, FIRST, SECOND]),
        ("down", [FIRST, THIRD, SECOND]),
    ]:
        services.step_sentence(
            session, draft, last, direction=direction, actor=cast.claire, now=NOW
        )
        assert texts(session, draft) == expected


def test_an_order_that_forgets_or_invents_a_sentence_is_refused(
    session: Session, cast: Cast, draft: Policy
) -> None:
    known = ids(session, draft)
    for order in (known[1:], [*known, 999_999], [*known, known[0]]):
        with pytest.raises(BadInput, match="rechargez"):
            services.order_sentences(session, draft, order, actor=cast.claire, now=NOW)
    with pytest.raises(NotFound):
        services.step_sentence(session, draft, 999_999, direction="up", actor=cast.claire, now=NOW)


def test_ordering_does_not_disturb_whoever_edits_a_sentence(
    session: Session, cast: Cast, draft: Policy
) -> None:
    sentence = queries.sentence_rows(session, draft.id)[0]
    seen = sentence.version
    services.order_sentences(
        session, draft, list(reversed(ids(session, draft))), actor=cast.claire, now=NOW
    )
    words = SentenceDraft(text="Nous livrons juste.", domains=(Q,))
    services.edit_sentence(session, sentence, words, version=seen, actor=cast.claire, now=NOW)
    assert texts(session, draft)[-1] == "Nous livrons juste."


def test_a_removed_sentence_lets_the_others_move_up_and_covers_nothing(
    session: Session, cast: Cast, draft: Policy
) -> None:
    services.remove_sentence(
        session, queries.sentence_rows(session, draft.id)[0], actor=cast.claire, now=NOW
    )
    assert [each.position for each in queries.sentences_of(session, draft.id)] == [1, 2]
    assert len(queries.coverage(session, draft)[0].missing) == 4


def test_two_people_on_one_sentence_see_both_texts(
    session: Session, cast: Cast, draft: Policy
) -> None:
    sentence = queries.sentence_rows(session, draft.id)[0]
    seen = sentence.version
    theirs = SentenceDraft(text="Nous livrons juste.", domains=(Q,))
    services.edit_sentence(session, sentence, theirs, version=seen, actor=cast.bob, now=NOW)
    session.commit()
    mine = SentenceDraft(text="Nous livrons à l’heure.", domains=(Q,))
    with pytest.raises(Conflict) as conflict:
        services.edit_sentence(session, sentence, mine, version=seen, actor=cast.claire, now=NOW)
    assert conflict.value.theirs["text"] == "Nous livrons juste."
    assert conflict.value.yours["text"] == "Nous livrons à l’heure."


def test_two_people_on_one_answer_see_both(session: Session, cast: Cast, draft: Policy) -> None:
    key = "iso-9001-2015/purpose"
    _, seen = queries.answers_of(session, draft.id)[key]
    services.answer_expected(
        session, draft, key, answer=Answer(note="Ailleurs"), version=seen, actor=cast.bob, now=NOW
    )
    session.commit()
    with pytest.raises(Conflict):
        services.answer_expected(
            session, draft, key, answer=Answer(note="Ici"), version=seen, actor=cast.bob, now=NOW
        )
    with pytest.raises(Conflict):  # somebody answered what looked unanswered
        services.answer_expected(
            session, draft, key, answer=Answer(note="Ici"), version=0, actor=cast.bob, now=NOW
        )


def test_an_answer_names_sentences_of_this_version_alone(
    session: Session, cast: Cast, draft: Policy
) -> None:
    with pytest.raises(NotFound):
        services.answer_expected(
            session,
            draft,
            "iso-9001-2015/purpose",
            answer=Answer(("elsewhere",)),
            actor=cast.claire,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (SentenceDraft(text="  ", domains=(Q,)), "blank_sentence"),
        (SentenceDraft(text="x" * (SENTENCE_MAX + 1), domains=(Q,)), "long_sentence"),
        (SentenceDraft(text="Nous livrons."), "no_domain"),
    ],
)
def test_what_cannot_be_a_sentence_is_refused(
    session: Session, cast: Cast, draft: Policy, words: SentenceDraft, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        services.add_sentence(session, draft, words, actor=cast.claire, now=NOW)
    assert [each.code for each in refused.value.refusals] == [code]


def test_a_policy_stays_short_enough_to_be_read(
    session: Session, cast: Cast, draft: Policy
) -> None:
    for place in range(len(SENTENCES), SENTENCES_MAX):
        words = SentenceDraft(text=f"Phrase {place}.", is_commitment=False)
        services.add_sentence(session, draft, words, actor=cast.claire, now=NOW)
    words = SentenceDraft(text="Une de trop.", is_commitment=False)
    with pytest.raises(Refused, match=str(SENTENCES_MAX)):
        services.add_sentence(session, draft, words, actor=cast.claire, now=NOW)


def test_the_same_words_again_change_nothing(session: Session, cast: Cast, draft: Policy) -> None:
    version = draft.version
    same = PolicyDraft(
        title=draft.title,
        introduction=draft.introduction,
        signature=draft.signature,
        change_reason=draft.change_reason,
        review_on=draft.review_on,
    )
    services.edit_policy(session, draft, same, version=1, actor=cast.claire, now=NOW)
    session.commit()
    assert draft.version == version
