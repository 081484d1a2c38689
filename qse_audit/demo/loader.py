"""Making the demo company, once, and telling what it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person
from qse_audit.accounts.queries import is_empty
from qse_audit.audits.models import Audit
from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_
from qse_audit.demo.accidents import plan_accidents
from qse_audit.demo.audits import plan_audits
from qse_audit.demo.balances import plan_balances
from qse_audit.demo.candidates import plan_candidates
from qse_audit.demo.causes import plan_causes
from qse_audit.demo.company import DOMAIN, PASSWORD, plan_company
from qse_audit.demo.duerp import plan_duerp
from qse_audit.demo.indicators import plan_indicators
from qse_audit.demo.objectives import plan_objectives
from qse_audit.demo.policy import plan_policy
from qse_audit.demo.risks import plan_risks
from qse_audit.demo.timeline import Timeline
from qse_audit.demo.workshops import plan_workshops
from qse_audit.demo.world import World, read
from qse_audit.documents.seal import SealKey
from qse_audit.documents.store import FileStore
from qse_audit.portfolios.models import Candidacy


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo holds."""

    accounts: tuple[dict[str, str], ...]
    audits: tuple[int, ...]
    candidacies: tuple[int, ...]

    def as_json(self, database: str) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "database": database,
            "accounts": list(self.accounts),
            "audits": list(self.audits),
            "candidacies": list(self.candidacies),
        }


def is_demo(session: Session) -> bool:
    """Say whether the database holds the demo company."""
    found = select(Person.id).where(Person.email.endswith(f"@{DOMAIN}")).limit(1)
    return session.scalar(found) is not None


def load_demo(session: Session, *, files: FileStore, seal_key: SealKey, now: datetime) -> None:
    """Make the demo company unless it is there already; the shipped referentials are loaded.

    :raises BadInput: when the database holds somebody else’s records.
    """
    if is_demo(session):
        return
    if not is_empty(session):
        raise BadInput(
            N_("Cette base contient déjà des données ; la démonstration demande une base vide.")
        )
    world = World(session=session, files=files, seal_key=seal_key, timeline=Timeline(now))
    plan_company(world)
    plan_audits(world)
    plan_causes(world)
    plan_accidents(world)
    plan_workshops(world)
    plan_policy(world)
    plan_indicators(world)
    plan_risks(world)
    plan_objectives(world)
    plan_duerp(world)
    plan_candidates(world)
    plan_balances(world)
    world.timeline.run()


def report_demo(session: Session) -> DemoReport:
    """Return the accounts offered on the sign-in page, and the ids of what to open."""
    offered = [each["key"] for each in read("company")["people"]]
    order = {key: place for place, key in enumerate(read("company")["offered"] + offered)}
    rows = session.execute(
        select(Membership.role, Person.email).join(Person, Person.id == Membership.person_id)
    ).all()
    accounts = sorted(
        ({"role": row.role.value, "email": row.email, "password": PASSWORD} for row in rows),
        key=lambda each: (order.get(each["email"].split("@")[0], len(order)), each["role"]),
    )
    return DemoReport(
        tuple(accounts),
        tuple(session.scalars(select(Audit.id).order_by(Audit.id))),
        tuple(session.scalars(select(Candidacy.id).order_by(Candidacy.id))),
    )
