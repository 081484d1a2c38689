"""The addresses of a list: sorted otherwise, without a filter, at the next page, as an export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

PAGE = "after"
"""The query value that holds the cursor of paging; any other change goes back to the first page."""
SORT = "sort"
"""The query value that holds the sort: a key, with ``-`` before it when it descends."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What the address of a list says; gives ``table`` its sort links and ``pager`` its pages."""

    path: str
    values: Mapping[str, str]
    """The query without empty values."""
    sortable: Sequence[str]
    default: str
    """The sort when the address names none, or one that is not offered: ``-planned_on``."""

    @property
    def sort(self) -> tuple[str, bool]:
        """Return the key of the sort and whether it descends."""
        chosen = self.values.get(SORT, self.default)
        if chosen.removeprefix("-") not in self.sortable:
            chosen = self.default
        return chosen.removeprefix("-"), chosen.startswith("-")

    @property
    def cursor(self) -> str | None:
        """Return the place in the list, for :func:`qse_audit.web.paging.page`."""
        return self.values.get(PAGE)

    @property
    def kept(self) -> dict[str, str]:
        """Return what a filter form keeps besides its own fields."""
        return {SORT: self.values[SORT]} if SORT in self.values else {}

    def direction(self, key: str) -> str | None:
        """Return ``asc`` or ``desc`` if the list is sorted by ``key``."""
        chosen, descends = self.sort
        return ("desc" if descends else "asc") if chosen == key else None

    def url(self, key: str) -> str:
        """Return the address sorted by ``key``; the other way round if it already is."""
        return self.address(**{SORT: f"-{key}" if self.direction(key) == "asc" else key})

    def page_url(self, cursor: str | None) -> str | None:
        """Return the address of the page at ``cursor``; ``None`` for no page."""
        return self.address(**{PAGE: cursor}) if cursor else None

    def without(self, *names: str) -> str:
        """Return the address without the filters ``names``."""
        return self.address(**dict.fromkeys(names))

    def address(self, path: str | None = None, **changes: str | None) -> str:
        """Return the address with other values; ``path`` names another page, such as an export."""
        kept = {name: value for name, value in self.values.items() if name != PAGE}
        query = {name: value for name, value in {**kept, **changes}.items() if value}
        return f"{path or self.path}?{urlencode(query)}" if query else path or self.path


def listing(sortable: Sequence[str], default: str) -> Listing:
    """Return what the address of the current list says."""
    values = {name: value.strip() for name, value in request.args.items() if value.strip()}
    return Listing(request.path, values, sortable, default)
