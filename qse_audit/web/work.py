"""Views that ask for long work: begun once the request is committed, waited for a moment.

A work that ends within that moment feels like any other request: the answer leads to its result.
Otherwise it leads to the page of the work, which may be left and found again.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol

from flask import Response, current_app, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from qse_audit.core.text import Message
from qse_audit.web.i18n import translate
from qse_audit.web.origins import origin_url

A = ParamSpec("A")
PATIENCE_SECONDS = 1.0
"""How long a request waits for the work that it asked for."""


class Outcome(Protocol):
    """What a work that is done led to."""

    @property
    def result(self) -> tuple[str, int] | None: ...  # noqa: D102  # a protocol’s field
    @property
    def message(self) -> Message | str: ...  # noqa: D102  # a protocol’s field


class Worker(Protocol):
    """What runs works in this process."""

    def poke(self) -> None:
        """Begin what waits."""

    def lead(self, work_id: int, seconds: float) -> Outcome | None:
        """Wait a moment for a work; return it once it is done."""


def worker() -> Worker:
    """Return what runs works in this process."""
    found: Worker = current_app.extensions["worker"]
    return found


def follow_work(work_id: int) -> ResponseReturnValue:
    """Answer that a work was asked for; the view is decorated with :func:`starts_work`."""
    g.work_id = work_id
    return redirect(url_for("works.show", work_id=work_id), 303)


def starts_work(view: Callable[A, Response]) -> Callable[A, ResponseReturnValue]:
    """Begin the work that ``view`` asked for once it is committed: put it above ``@commits``."""

    @wraps(view)
    def starting(*args: A.args, **kwargs: A.kwargs) -> ResponseReturnValue:
        response = view(*args, **kwargs)
        work_id = g.pop("work_id", None)
        if work_id is None or response.status_code >= 400:
            return response
        worker().poke()
        done = worker().lead(work_id, current_app.config["WORK_PATIENCE_SECONDS"])
        if done is None or done.result is None:
            return response
        flash(translate(done.message), "success")
        return redirect(origin_url(*done.result), 303)

    return starting
