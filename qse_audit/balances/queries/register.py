"""Reading the register of accidents as the facts of a balance: one statement."""

from datetime import date

from sqlalchemy.orm import Session

from qse_audit.accidents.queries.registers import registers
from qse_audit.accidents.rules.rates import Register
from qse_audit.balances.rules import AccidentRecord, BalanceDomain

SAFETY = frozenset({BalanceDomain.SAFETY.value})


def accidents_of(
    session: Session, organisation_id: int
) -> tuple[tuple[AccidentRecord, ...], date | None]:
    """Return the events that count in the rates, and since when the register is kept."""
    register = registers(session, [organisation_id])[organisation_id]
    return _records(register), register.since


def _records(register: Register) -> tuple[AccidentRecord, ...]:
    return tuple(
        AccidentRecord(
            id=event.id,
            reference=event.reference,
            sites=frozenset() if event.site_id is None else frozenset({event.site_id}),
            domains=SAFETY,
            kind=event.kind,
            happened_on=event.happened_on,
            spans=tuple(event.spans),
        )
        for event in register.counted()
    )
