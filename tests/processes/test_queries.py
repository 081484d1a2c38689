"""What other features ask about processes."""

import pytest

from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound, Refused
from qse_audit.processes import services
from qse_audit.processes.queries import get_process, people_in, processes_of
from qse_audit.processes.rules import ProcessKind
from tests.factories import make_process


def test_people_in_processes_are_owners_and_members(session, cast):
    first = services.create_process(
        session,
        services.ProcessDraft(
            name="Achats",
            kind=ProcessKind.SUPPORT,
            owner_id=cast.bob.user_id,
            member_ids=frozenset({cast.alice.user_id, cast.emma.user_id}),
        ),
        actor=cast.claire,
        now=now(),
    )
    second = services.create_process(
        session,
        services.ProcessDraft(name="Ventes", kind=ProcessKind.SUPPORT),
        actor=cast.claire,
        now=now(),
    )
    members = {cast.bob.user_id, cast.alice.user_id, cast.emma.user_id}
    assert people_in(session, [first.id, second.id]) == members
    assert people_in(session, [second.id]) == frozenset()
    assert people_in(session, []) == frozenset()


def test_choices_are_the_processes_in_use_of_the_organisation(session, cast):
    kept, gone = make_process(session, cast), make_process(session, cast, name="Ancien")
    services.archive_process(session, gone, actor=cast.claire, now=now())
    session.commit()
    assert [choice.id for choice in processes_of(session, cast.company)] == [kept.id]
    assert processes_of(session, cast.other_company) == ()


def test_an_unknown_process_is_not_found(session, cast):
    with pytest.raises(NotFound):
        get_process(session, 99999)


def test_the_service_checks_ids_even_without_a_form(session, cast):
    draft = services.ProcessDraft(
        name="Achats",
        kind=ProcessKind.SUPPORT,
        owner_id=cast.david.user_id,
        site_ids=frozenset({99999}),
    )
    with pytest.raises(Refused) as refused:
        services.create_process(session, draft, actor=cast.claire, now=now())
    assert [r.code for r in refused.value.refusals] == ["person_foreign", "site_foreign"]
