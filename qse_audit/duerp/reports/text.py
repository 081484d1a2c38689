"""A frozen version of the DUERP as a Word file, to be worked on elsewhere."""

from qse_audit.documents.docx import DocxBuilder
from qse_audit.duerp.reports.document import document_data
from qse_audit.duerp.reports.edition import Edition
from qse_audit.duerp.reports.parts import MEASURE_HEADS
from qse_audit.duerp.reports.words import Wording


def document_docx(edition: Edition, locale: str) -> bytes:
    """Return a version as a Word file with the tables of the PDF, headings and repeated heads."""
    content, wording = edition.content, Wording(edition.content, locale)
    drawn = document_data(edition, wording)
    words = drawn["words"]
    file = DocxBuilder(
        title=f"{content.title} v{content.number}",
        locale=locale,
        author=content.organisation,
        made_at=edition.made_at,
    )
    file.paragraph(f"{content.organisation} · {drawn['reference']}", muted=True)
    file.title(content.title, f"{words['kind']} · {drawn['state']['label']}")
    file.facts(drawn["facts"])
    file.heading(words["summary"])
    file.bullets(f"{each['label']} : {each['count']}" for each in drawn["counted"])
    for each in drawn["reminders"]:
        file.paragraph(f"{each['title']}. {each['text']}", bold=True)
    if drawn["answers"]:
        file.heading(words["answers"], 2)
        file.bullets(drawn["answers"])
    heads = [*drawn["level_heads"], words["total"]]
    for name, first in (("by_unit", "unit"), ("by_family", "family")):
        file.heading(words[name], 2)
        file.table([words[first], *heads], drawn[name], weights=[4] + [1.6] * len(heads))
    file.heading(words["exposure"], 2)
    columns = [words[name] for name in ("unit", "women", "men", "both", "unsaid")]
    file.table(columns, drawn["exposure"], weights=[4, 2, 2, 2, 2])
    file.heading(words["contributors"])
    columns = [words[name] for name in ("part", "who", "consulted", "opinion")]
    file.table(columns, drawn["contributors"], weights=[3, 3, 2.4, 5])
    _add_units(file, drawn)
    file.heading(drawn["programme"]["title"])
    heads = [wording.say(each) for each in MEASURE_HEADS]
    file.table(heads, drawn["programme"]["rows"], weights=[3, 3, 2.4, 1.6, 2.4, 2])
    if drawn["integrity"]:
        file.heading(words["integrity"])
        file.paragraph(words["integrity_text"])
        file.facts(drawn["integrity"])
    return file.to_bytes()


def _add_units(file: DocxBuilder, drawn: dict[str, object]) -> None:
    words, units = drawn["words"], drawn["units"]
    assert isinstance(words, dict) and isinstance(units, list)  # noqa: PT018  # as document_data made them
    file.heading(words["inventory"])
    file.paragraph(words["inventory_text"], muted=True)
    heads = [words[name] for name in ("risk", "harm", "exposed", "existing", "rating", "measures")]
    for unit in units:
        file.heading(unit["title"], 2)
        if not unit["lines"]:
            file.paragraph(words["no_line"], muted=True)
            continue
        rows = (
            (
                "\n".join(filter(None, (line["hazard"], line["situation"], line["family"]))),
                line["harm"],
                line["exposed"],
                line["existing"],
                "\n".join(filter(None, (line["level"], line["score"]))),
                "\n".join(line["measures"]),
            )
            for line in unit["lines"]
        )
        file.table(heads, rows, weights=[3.4, 2.2, 1.9, 3, 1.9, 2.4])
