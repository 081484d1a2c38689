"""What a table says of itself beside its rows: ``ref``, ``edition``, ``title_fr``, ``source``…"""

import re
from dataclasses import dataclass

from qse_audit.core.errors import BadInput
from qse_audit.core.text import LOCALES, N_, Message
from qse_audit.referentials.formats.sheets import Table
from qse_audit.referentials.rules import Domain, EditionStatus


@dataclass(frozen=True, slots=True)
class About:
    """What a table says of itself, beside its rows."""

    table: Table

    def text(self, key: str, most: int) -> str:
        """Return the value of ``key``; ``""`` when it is not given."""
        found = self.table.about.get(key, "")
        if len(found) > most:
            raise self._wrong(key, N_("au plus %(most)d caractères", most=most))
        return found

    def localized(self, key: str) -> dict[str, str]:
        """Return the texts ``key_fr`` and ``key_en`` that are given."""
        given = {code: self.text(f"{key}_{code}", 4000) for code in LOCALES}
        return {code: text for code, text in given.items() if text}

    def domains(self) -> tuple[Domain, ...]:
        """Return the domains; « other » when none is given."""
        words = re.findall(r"[\w-]+", self.text("domains", 200))
        known = [domain.value for domain in Domain]
        if any(word not in known for word in words):
            raise self._wrong("domains", N_("parmi %(words)s", words=", ".join(known)))
        return tuple(Domain(word) for word in words) or (Domain.OTHER,)

    def status(self) -> EditionStatus:
        """Return the status; in force when none is given."""
        word = self.text("status", 32) or EditionStatus.IN_FORCE.value
        known = [status.value for status in EditionStatus if status is not EditionStatus.DRAFT]
        if word not in known:
            raise self._wrong("status", N_("parmi %(words)s", words=", ".join(known)))
        return EditionStatus(word)

    def _wrong(self, key: str, expected: Message) -> BadInput:
        found = self.table.about[key]
        return BadInput(
            N_("« %(found)s » ; attendu : %(expected)s", found=found[:60], expected=expected),
            place=N_("en-tête, %(key)s", key=key),
        )
