"""Our own YAML, ``qse-audit/referential/1``: the shape of ``referentiels/schema.json``."""

import re
from collections.abc import Iterator

from qse_audit.core.errors import BadInput
from qse_audit.core.text import LOCALES, N_
from qse_audit.referentials.formats.mistakes import Mistakes
from qse_audit.referentials.formats.yaml_text import Cursor
from qse_audit.referentials.rules import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_REF,
    Ask,
    Domain,
    EditionStatus,
    Node,
    Outline,
    slug,
)

FORMAT = "qse-audit/referential/1"
LINE = 4000
"""Characters of one text, as the schema says."""

TOP = frozenset(
    [
        "format",
        "id",
        "kind",
        "ref",
        "edition",
        "version",
        "status",
        "title",
        "description",
        "domains",
        "publisher",
        "source",
        "licence",
        "copyright",
        "amendments",
        "supersedes",
        "requirements",
    ]
)
REQUIREMENT = frozenset(
    [
        "ref",
        "title",
        "text",
        "assessable",
        "weight",
        "tags",
        "guidance",
        "expected_evidence",
        "questions",
        "children",
    ]
)
QUESTION = frozenset({"id", *LOCALES})
RANK = re.compile(r"[1-9][0-9]*")
STATUSES = ("in_force", "superseded", "to_be_confirmed")


def read(top: Cursor) -> Outline:
    """Return the referential of a loaded file.

    :raises BadInput: at the first thing that is wrong, with line and key path.
    """
    top.mapping(TOP)
    top.get("format").one_of(FORMAT)
    if not top.get("kind").is_missing:
        top.get("kind").one_of("audit")
    ref = top.get("ref").text(most=MAX_REF)
    return Outline(
        identifier=slug(ref) or top.get("id").text(most=MAX_REF),
        ref=ref,
        edition=top.get("edition").text(most=32),
        title=localized(top.get("title")),
        description=localized(top.get("description"), required=False),
        publisher=top.get("publisher").text(most=120, required=False),
        domains=tuple(
            Domain(domain.one_of(*(d.value for d in Domain)))
            for domain in top.get("domains").items()
        )
        or (Domain.OTHER,),
        status=_status(top.get("status")),
        amendments=tuple(a.text(most=LINE) for a in top.get("amendments").items()),
        source=top.get("source").text(most=LINE, required=False),
        licence=top.get("licence").text(most=LINE, required=False),
        copyright=top.get("copyright").text(most=LINE, required=False),
        nodes=_Reader().nodes(top.get("requirements")),
        format=N_("YAML de qse-audit"),
    )


def localized(at: Cursor, *, required: bool = True) -> dict[str, str]:
    """Return a text in French and maybe English; a missing one is empty unless required."""
    if at.is_missing and not required:
        return {}
    at.mapping(frozenset(LOCALES))
    found = {code: at.get(code).text(most=LINE) for code in LOCALES if code in at.value}
    if "fr" not in found:
        raise at.get("fr").fail(N_("un texte en français"))
    return found


def _status(at: Cursor) -> EditionStatus:
    return EditionStatus.IN_FORCE if at.is_missing else EditionStatus(at.one_of(*STATUSES))


class _Reader:
    """Reads the tree and makes sure that nothing has the same name."""

    def __init__(self) -> None:
        self.refs: dict[str, int] = {}
        self.questions: dict[str, int] = {}
        self.mistakes = Mistakes()

    def nodes(self, at: Cursor) -> tuple[Node, ...]:
        """Return the chapters; there is at least one."""
        found = tuple(self._nodes(at, depth=0))
        self.mistakes.refuse()
        if not found:
            raise at.fail(N_("une liste d’au moins une exigence"))
        return found

    def _nodes(self, at: Cursor, *, depth: int) -> Iterator[Node]:
        for item in at.items():
            if depth >= MAX_DEPTH:
                raise item.wrong(N_("plus de %(count)d niveaux.", count=MAX_DEPTH))
            made = None
            with self.mistakes.noted():
                made = self._node(item, depth=depth)
            if made:
                yield made

    def _node(self, at: Cursor, *, depth: int) -> Node:
        at.mapping(REQUIREMENT)
        ref = self._ref(at.get("ref"))
        assessable = at.get("assessable").truth()
        questions = tuple(self._question(item, ref) for item in at.get("questions").items())
        if questions and not assessable:
            raise at.get("questions").wrong(
                N_("des questions sous « assessable: false » ; attendu : aucune, ou true")
            )
        return Node(
            key=ref,
            ref=ref,
            title=localized(at.get("title")),
            text=localized(at.get("text"), required=False),
            guidance=localized(at.get("guidance"), required=False),
            expected_evidence=localized(at.get("expected_evidence"), required=False),
            assessable=assessable,
            weight=at.get("weight").whole(least=0, most=1000, default=1),
            tags=tuple(tag.text(most=64) for tag in at.get("tags").items()),
            questions=questions,
            children=tuple(self._nodes(at.get("children"), depth=depth + 1)),
        )

    def _ref(self, at: Cursor) -> str:
        ref = at.text(most=MAX_REF)
        if "\n" in ref:
            raise at.fail(N_("un numéro tel que 7.10, A.5 ou QSE-3"))
        _once(self.refs, ref, at)
        if len(self.refs) > MAX_NODES:
            raise at.wrong(N_("plus de %(count)d exigences.", count=MAX_NODES))
        return ref

    def _question(self, at: Cursor, ref: str) -> Ask:
        at.mapping(QUESTION)
        key = at.get("id").text(most=MAX_REF + 8)
        rank = key.removeprefix(f"{ref}-")
        if rank == key or not RANK.fullmatch(rank):
            raise at.get("id").fail(N_("« %(ref)s- » suivi d’un rang, tel que %(ref)s-1", ref=ref))
        _once(self.questions, key, at.get("id"))
        texts = {code: at.get(code).text(most=LINE) for code in LOCALES if code in at.value}
        if "fr" not in texts:
            raise at.get("fr").fail(N_("un texte en français"))
        return Ask(key, texts)


def _once(seen: dict[str, int], name: str, at: Cursor) -> None:
    """Note ``name`` with its line.

    :raises BadInput: when it was seen before.
    """
    if name in seen:
        raise _twice(name, seen[name], at)
    seen[name] = at.line


def _twice(name: str, line: int, at: Cursor) -> BadInput:
    return at.wrong(
        N_(
            "« %(name)s » est déjà pris ligne %(line)d ; attendu : un numéro par exigence",
            name=name,
            line=line,
        )
    )
