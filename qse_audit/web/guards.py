"""Permissions at the door of each view."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeAlias

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotAllowed, NotFound
from qse_audit.core.permissions import Permission
from qse_audit.core.workflow import Workflow
from qse_audit.policies import NOTHING, Access, Identity, allows
from qse_audit.web.database import see_every_organisation, session
from qse_audit.web.errors import came_from, wants_json
from qse_audit.web.sign_in import identity, visitor

View: TypeAlias = Callable[..., ResponseReturnValue]

PUBLIC = "public"
"""The guard of views that need no identity; each says why."""


class Guarded(Protocol):
    """An object that the policy can judge."""

    def access(self) -> Access:
        """Return what the policy may know of the object."""


@dataclass(frozen=True, slots=True)
class Target:
    """How a view finds its object, and the permission without which it stays hidden."""

    load: Callable[[Session, int], Any]
    """Returns a :class:`Guarded`; raises NotFound."""
    argument: str
    """The name of the id in the URL: ``audit_id``."""
    read: Permission


def public(reason: str) -> Callable[[View], View]:
    """Let anyone run a view; ``reason`` says why no identity is needed.

    The database shows it every organisation: who signs in, or comes with an invitation, belongs
    to none yet.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(*args: Any, **values: Any) -> ResponseReturnValue:
            see_every_organisation()
            return view(*args, **values)

        opened.guard = PUBLIC  # type: ignore[attr-defined]  # read by tests/meta
        opened.public_reason = reason  # type: ignore[attr-defined]  # read by tests/meta
        return opened

    return decorate


def requires(permission: Permission, *, on: Target | None = None) -> Callable[[View], View]:
    """Let a view run only for people whom the policy allows.

    With ``on``, load the object named in the URL and pass it to the view in
    place of its id, by the rules of :func:`reach`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            if on is None:
                check(identity(), permission)
                return view(**values)
            return view(reach(on, values.pop(on.argument), permission), **values)

        guarded.guard = permission  # type: ignore[attr-defined]  # read by tests/meta
        guarded.target = on  # type: ignore[attr-defined]  # read by tests/meta
        return guarded

    return decorate


def requires_elevation(view: View) -> View:
    """Let a view run only for people who lately proved again who they are (to sign, to vote).

    Others are asked for their password and come back: to this page when they were only reading,
    to the page of the form when they were sending it. Put it on both, below ``@requires``.
    """

    @wraps(view)
    def elevated(*args: Any, **values: Any) -> ResponseReturnValue:
        found = visitor()
        if found is not None and found.is_elevated:
            return view(*args, **values)
        if wants_json():
            raise NotAllowed("elevation")
        if request.method == "GET":
            back = request.full_path.rstrip("?")
        else:
            back = came_from()
            flash(gettext("Confirmez d’abord votre identité, puis renvoyez."), "info")
        return redirect(url_for("accounts.confirm", next=back), 303)

    elevated.elevation = True  # type: ignore[attr-defined]  # read by tests/meta
    return elevated


def requires_move(workflow: Workflow[Any, Any], *, on: Target) -> Callable[[View], View]:
    """Let a view apply the transition ``name`` of the URL if its permission is granted."""
    permissions = {t.name: t.permission for t in workflow.transitions}

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*, name: str, **values: Any) -> ResponseReturnValue:
            if name not in permissions:
                raise NotFound(name)
            return view(reach(on, values.pop(on.argument), permissions[name]), name, **values)

        guarded.guard = workflow  # type: ignore[attr-defined]  # read by tests/meta
        guarded.target = on  # type: ignore[attr-defined]  # read by tests/meta
        return guarded

    return decorate


def reach(target: Target, key: int, permission: Permission) -> Any:
    """Return the object ``key`` if the person may exercise ``permission`` on it.

    Every id that comes from outside, in a URL or a form, goes through here.

    :raises NotFound: if it does not exist, or if the person may not read it.
    :raises NotAllowed: if the person may read it, but not do this.
    """
    who = identity()
    found = target.load(session(), key)
    if not allows(who, target.read, found.access()):
        raise NotFound
    check(who, permission, found.access())
    return found


def check(who: Identity, permission: Permission, on: Access = NOTHING) -> None:
    """Refuse what the policy does not allow.

    :raises NotAllowed: then.
    """
    if not allows(who, permission, on):
        raise NotAllowed(permission)


def can(permission: Permission, on: Guarded | None = None) -> bool:
    """Say whether the visitor may exercise ``permission``: for buttons and links."""
    return allows(identity(), permission, NOTHING if on is None else on.access())
