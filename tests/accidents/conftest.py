"""What the tests about the register share: events declared by the services."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qse_audit.accidents import services
from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import EventDraft, EventKind
from tests.factories import NOW, Cast

Declare = Callable[..., Accident]


def draft(**changes: Any) -> EventDraft:
    """An event of one hour ago; name only what matters."""
    given: dict[str, Any] = {
        "kind": EventKind.NEAR_MISS,
        "happened_at": NOW - timedelta(hours=1),
        "place": "Quai",
        "facts_text": "Une palette a glissé",
    }
    return EventDraft(**(given | changes))


@pytest.fixture
def declare(session: Session, cast: Cast) -> Declare:
    """Declare an event as Claire."""

    def declare(*, actor: Any = None, now: Any = NOW, **changes: Any) -> Accident:
        event = services.declare_event(
            session, draft(**changes), actor=actor or cast.claire, now=now
        )
        session.commit()
        return event

    return declare
