"""A frozen read model worded for readers: dates, sizes and cross-references in place."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from qse_audit.documents.text import Texts, day, file_size, moment
from qse_audit.portfolios.queries.kinds import VERBS
from qse_audit.portfolios.rules import Observation

LINE, WIDEST, MARGIN = 100, 42, 3
"""Letters of a line of a table on paper, of its widest column, and between two columns."""


def worded(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``model`` with every date and size in words and every reference resolved."""
    words = Texts(model["locale"])
    files = {f["number"]: {**f, "size": _size(f, words)} for f in model["files"]}
    records = {r["key"]: _record(r, files, words) for r in model["records"]}
    situations = {s["number"]: _situation(s, records, words) for s in model["situations"]}
    return {
        **model,
        "frozen": moment(datetime.fromisoformat(model["frozen_at"]), words.locale),
        "candidacy": {
            **model["candidacy"],
            "starts": _day(model["candidacy"]["starts_on"], words),
            "due": _day(model["candidacy"]["report_due_on"], words),
        },
        "certification": {
            **model["certification"],
            "ends": _day(model["certification"]["ends_on"], words),
        },
        "blocks": [_block(b, situations, model, words=words) for b in model["blocks"]],
        "situations": list(situations.values()),
        "records": list(records.values()),
        "files": list(files.values()),
        "opinion": _opinion(model["opinion"], words),
    }


def _day(text: str | None, words: Texts) -> str:
    return day(date.fromisoformat(text), words.locale) if text else ""


def _size(file: Mapping[str, Any], words: Texts) -> str:
    size = file["size_bytes"]
    return file_size(size, words.locale) if size is not None else ""


def _record(record: Mapping[str, Any], files: Mapping[int, Any], words: Texts) -> dict[str, Any]:
    return {
        **record,
        "happened": _day(record["happened_on"], words),
        "files": [files[number] for number in record["files"]],
        "tables": [{**table, "weights": weights(table)} for table in record.get("tables", [])],
        "drawings": [
            # drawn by ``documents.charts``, which escapes every text itself
            {**each, "svg": Markup(each["svg"]), "image": f"{record['key']}-{place}.svg"}
            for place, each in enumerate(record.get("drawings", []))
        ],
        "file_name": f"records/{record['key']}-{record['kind']}-{record['id']}.json",
        "events": [
            {
                **event,
                "when": moment(datetime.fromisoformat(event["at"]), words.locale),
                "word": words.translate(VERBS.get(event["verb"], event["verb"])),
            }
            for event in record["events"]
        ],
    }


def weights(table: Mapping[str, Any]) -> list[float]:
    """Return how wide each column of a table is beside the others, so that no word is cut.

    Each has room for its longest word; what is left of a line goes to the columns that want more.
    """
    columns = [[head, *cells] for head, *cells in zip(table["head"], *table["rows"], strict=True)]
    least = [max(map(_longest_word, column)) + MARGIN for column in columns]
    wanted = [
        max(low, min(max(map(len, column[1:]), default=0), WIDEST) + MARGIN)
        for low, column in zip(least, columns, strict=True)
    ]
    more = sum(wanted) - sum(least)
    part = min(1, max(LINE - sum(least), 0) / more) if more else 0
    return [low + (want - low) * part for low, want in zip(least, wanted, strict=True)]


def _longest_word(text: str) -> int:
    """Return the letters of the longest word; a no-break space makes one word of two."""
    return max(map(len, text.replace("\n", " ").split(" ")))


def _situation(
    situation: Mapping[str, Any], records: Mapping[str, Any], words: Texts
) -> dict[str, Any]:
    start, end = situation["starts_on"], situation["ends_on"]
    dates = _day(start, words) + (f" – {_day(end, words)}" if end and end != start else "")
    tied = [
        {
            **records[each["key"]],
            "own_part": each["own_part"],
            "tied": moment(datetime.fromisoformat(each["tied_at"]), words.locale),
        }
        for each in situation["records"]
    ]
    return {**situation, "dates": dates, "records": tied}


def _block(
    block: Mapping[str, Any],
    situations: Mapping[int, Any],
    model: Mapping[str, Any],
    *,
    words: Texts,
) -> dict[str, Any]:
    answers = {}
    if model["opinion"]:
        answers = {a["capability"]: a for a in model["opinion"]["document"]["answers"]}
    return {
        **block,
        "capabilities": [
            {
                **capability,
                "situations": [situations[number] for number in capability["situations"]],
                "answer": answers.get(capability["code"]),
                "observation_word": words.translate(Observation(capability["observation"]).label)
                if capability["observation"]
                else "",
                "criteria": [
                    {**c, "situations": [situations[number] for number in c["situations"]]}
                    for c in capability["criteria"]
                ],
            }
            for capability in block["capabilities"]
        ],
    }


def _opinion(opinion: Mapping[str, Any] | None, words: Texts) -> dict[str, Any] | None:
    if opinion is None:
        return None
    signed = moment(datetime.fromisoformat(opinion["signed_at"]), words.locale)
    return {**opinion, "signed": signed}
