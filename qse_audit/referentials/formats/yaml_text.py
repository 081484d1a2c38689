"""YAML as people write it: every scalar stays the text that was typed, and knows its line.

Ordinary readers turn ``7.10`` into 7.1 and ``NO`` into false; nothing is resolved here, the
reader of each field says what it expects. Keys written twice, tags, and aliases that explode or
contain themselves are refused.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message

MAX_BYTES = 8 * 1024 * 1024
MAX_NESTING = 64
"""Mappings and lists inside each other; a tree of 20 levels takes 44."""
MAX_VALUES = 600_000
"""Scalars, lists and mappings, aliases counted as what they stand for."""


class Plain(str):
    """A scalar written without quotes."""

    __slots__ = ()


class Mapping(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A list that knows the line of each of its items."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def decode(content: bytes) -> str:
    """Return the text of a UTF-8 file, with or without its mark.

    :raises BadInput: for another encoding, a NUL, or more than :data:`MAX_BYTES`.
    """
    if len(content) > MAX_BYTES:
        raise BadInput(
            N_(
                "%(found)d Mo, au plus %(most)d Mo.",
                found=-(-len(content) // 1_000_000),
                most=MAX_BYTES // 1_000_000,
            ),
            place=N_("fichier"),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            N_(
                "octet %(byte)s, ce n’est pas de l’UTF-8. Enregistrez le fichier en UTF-8.",
                byte=hex(content[error.start]),
            ),
            place=N_("ligne %(line)d", line=line),
        ) from error
    return text


def load(text: str) -> Any:
    """Return the only document of ``text``: :class:`Mapping`, :class:`Sequence`, text or ``None``.

    :raises BadInput: naming line and column.
    """
    import yaml  # late: 13 ms that a start with nothing new to read does not need

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _worded(error) from error
    return builder.result


def _worded(error: Exception) -> BadInput:
    """Return PyYAML’s complaint with its place."""
    mark = getattr(error, "problem_mark", None)
    place: Message | str = N_("fichier")
    if mark is not None:
        place = N_("ligne %(line)d, colonne %(column)d", line=mark.line + 1, column=mark.column + 1)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return BadInput(N_("ce n’est pas du YAML : %(problem)s", problem=problem), place=place)


@dataclass(slots=True)
class _Open:
    """A list or mapping being filled."""

    value: Mapping | Sequence
    anchor: str | None
    started_at: int
    """How many values were counted before it."""
    key: str | None = None
    key_line: int = 0


@dataclass(slots=True)
class _Builder:
    """Puts the events of PyYAML together."""

    result: Any = None
    count: int = 0
    documents: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    """Anchor → (value, how many values it holds)."""

    def take(self, event: Any) -> None:
        """Take one event; those that say nothing here are left aside."""
        act = ACTS.get(type(event).__name__)
        if act is not None:
            act(self, event)

    def document(self, event: Any) -> None:
        """Begin the document; there is only one."""
        self.documents += 1
        if self.documents > 1:
            raise self._wrong(event, N_("un second document YAML : un seul est attendu."))

    def scalar(self, event: Any) -> None:
        """Put a text, as it is written."""
        if event.tag is not None:
            raise self._tagged(event)
        value: str | None = event.value
        if not event.style:  # written without quotes
            value = None if value in NULLS else Plain(value)
        self._counted(event, 1)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(event, value, written=event.value)

    def begin(self, event: Any) -> None:
        """Open a list or a mapping."""
        if event.tag is not None:
            raise self._tagged(event)
        if len(self.stack) >= MAX_NESTING:
            raise self._wrong(event, N_("plus de %(count)d niveaux imbriqués.", count=MAX_NESTING))
        line = event.start_mark.line + 1
        is_mapping = type(event).__name__ == "MappingStartEvent"
        value = Mapping(line) if is_mapping else Sequence(line)
        self._counted(event, 1)
        self._put(event, value)
        self.stack.append(_Open(value, event.anchor, self.count - 1))

    def end(self, _: Any) -> None:
        """Close the list or mapping that is open."""
        done = self.stack.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.value, self.count - done.started_at)

    def alias(self, event: Any) -> None:
        """Put again what an anchor named, counted as what it stands for."""
        found = self.anchors.get(str(event.anchor))
        if found is None:
            raise self._wrong(
                event,
                N_("l’alias *%(name)s ne renvoie à rien d’achevé plus haut.", name=event.anchor),
            )
        self._counted(event, found[1])
        self._put(event, found[0], written=found[0] if isinstance(found[0], str) else None)

    def _put(self, event: Any, value: Any, *, written: str | None = None) -> None:
        """Put ``value`` where the stack stands; a mapping takes keys and values in turn."""
        line = event.start_mark.line + 1
        if not self.stack:
            self.result = value
            return
        top = self.stack[-1]
        here = top.value
        if isinstance(here, Sequence):
            here.append(value)
            here.lines.append(line)
        elif top.key is None:
            top.key, top.key_line = self._key(event, here, written), line
        else:
            key, top.key = top.key, None
            here[key] = value
            here.lines[key] = top.key_line

    def _key(self, event: Any, mapping: Mapping, written: str | None) -> str:
        if written is None:
            raise self._wrong(event, N_("une clé doit être un texte simple."))
        if written in mapping:
            raise self._wrong(
                event,
                N_(
                    "la clé « %(key)s » est écrite deux fois (déjà ligne %(line)d).",
                    key=written[:80],
                    line=mapping.lines[written],
                ),
            )
        return written

    def _counted(self, event: Any, values: int) -> None:
        self.count += values
        if self.count > MAX_VALUES:
            raise self._wrong(
                event,
                N_("plus de %(count)d valeurs, alias compris.", count=MAX_VALUES),
            )

    def _tagged(self, event: Any) -> BadInput:
        tag = str(event.tag)[:80]
        return self._wrong(event, N_("étiquette YAML « %(tag)s » refusée.", tag=tag))

    @staticmethod
    def _wrong(event: Any, message: Message) -> BadInput:
        mark = event.start_mark
        place = N_("ligne %(line)d, colonne %(column)d", line=mark.line + 1, column=mark.column + 1)
        return BadInput(message, place=place)


ACTS: dict[str, Callable[[_Builder, Any], None]] = {
    "ScalarEvent": _Builder.scalar,
    "MappingStartEvent": _Builder.begin,
    "SequenceStartEvent": _Builder.begin,
    "MappingEndEvent": _Builder.end,
    "SequenceEndEvent": _Builder.end,
    "AliasEvent": _Builder.alias,
    "DocumentStartEvent": _Builder.document,
}
"""What each event of PyYAML does, by the name of its class."""


def plain(value: Any) -> Any:
    """Return a loaded value as ordinary Python: ``true``, ``false`` and whole numbers resolved."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if not isinstance(value, Plain):
        return value
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if re.fullmatch(r"0|[1-9][0-9]{0,14}", value) else str(value)


# Reading fields --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value with the place where it stands; each method says what it expects there."""

    value: Any
    line: int = 1
    path: str = ""

    def fail(self, expected: Message) -> BadInput:
        """Return the error that ``expected`` was not found here."""
        return BadInput(
            N_("%(found)s ; attendu : %(expected)s", found=shown(self.value), expected=expected),
            place=self.place,
        )

    def wrong(self, message: Message) -> BadInput:
        """Return an error about this place, in words of its own."""
        return BadInput(message, place=self.place)

    @property
    def place(self) -> Message:
        """Return line and key path, for people."""
        if not self.path:
            return N_("ligne %(line)d", line=self.line)
        return N_("ligne %(line)d, %(path)s", line=self.line, path=self.path)

    @property
    def is_missing(self) -> bool:
        """Say whether nothing is written here: no key, or null."""
        return self.value is None

    def get(self, key: str) -> "Cursor":
        """Return the value of ``key``; a missing one stands at the line of the mapping."""
        path = f"{self.path}.{key}" if self.path else key
        line = self.value.lines.get(key, self.line)
        return Cursor(self.value.get(key), line, path)

    def mapping(self, known: frozenset[str] | None = None) -> "Cursor":
        """Return itself, made sure to be a mapping without keys beyond ``known``."""
        if not isinstance(self.value, Mapping):
            raise self.fail(N_("un ensemble de « clé : valeur »"))
        unknown = sorted(set(self.value) - known) if known is not None else []
        if unknown:
            raise self.get(unknown[0]).wrong(
                N_(
                    "clé inconnue ; attendu : %(expected)s",
                    expected=", ".join(sorted(known or ())),
                )
            )
        return self

    def items(self) -> Iterator["Cursor"]:
        """Give the items of a list; nothing for a missing one."""
        if self.value is None:
            return
        if not isinstance(self.value, Sequence):
            raise self.fail(N_("une liste"))
        for n, (item, line) in enumerate(zip(self.value, self.value.lines, strict=True)):
            yield Cursor(item, line, f"{self.path}[{n}]")

    def entries(self) -> Iterator[tuple[str, "Cursor"]]:
        """Give (key, value) of a mapping; nothing for a missing one."""
        if self.value is None:
            return
        self.mapping()
        for key in self.value:
            yield key, self.get(key)

    def text(self, *, most: int, required: bool = True) -> str:
        """Return the text here, trimmed; ``""`` for a missing one that is not required."""
        if self.value is None and not required:
            return ""
        if not isinstance(self.value, str):
            raise self.fail(N_("un texte"))
        found = self.value.strip()
        if not found and required:
            raise self.fail(N_("un texte qui n’est pas vide"))
        if len(found) > most:
            raise self.wrong(
                N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(found), most=most)
            )
        if odd := unprintable(found):
            raise self.wrong(N_("caractère interdit %(code)s", code=odd))
        return found

    def whole(self, *, least: int, most: int, default: int) -> int:
        """Return the whole number here; ``default`` for a missing one."""
        if self.value is None:
            return default
        text = self.value if isinstance(self.value, str) else ""
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise self.fail(N_("un nombre entier"))
        if not least <= int(text) <= most:
            raise self.fail(N_("un nombre entier de %(least)d à %(most)d", least=least, most=most))
        return int(text)

    def truth(self, *, default: bool | None = None) -> bool:
        """Return ``true`` or ``false`` as written; ``default`` for a missing one."""
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, Plain) or self.value.lower() not in {"true", "false"}:
            raise self.fail(N_("true ou false"))
        return self.value.lower() == "true"

    def one_of(self, *words: str) -> str:
        """Return the word here, one of ``words``."""
        if self.value not in words:
            raise self.fail(N_("l’un de %(words)s", words=", ".join(words)))
        return str(self.value)


def shown(value: Any) -> Message:
    """Return a value as an error quotes it."""
    if value is None:
        return N_("rien")
    if isinstance(value, Mapping):
        return N_("un ensemble de clés")
    if isinstance(value, Sequence):
        return N_("une liste")
    text = str(value)
    return N_("« %(text)s »", text=text if len(text) <= 60 else text[:59] + "…")


UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def unprintable(text: str) -> str:
    """Return the code of the first character that no database can hold; ``""`` for none."""
    found = UNPRINTABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""
