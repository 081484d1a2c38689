"""One way to write JSON as bytes, so that a hash or a signature over it can be checked again."""

import json
from typing import Any


def canonical_json(value: object) -> bytes:
    """Return ``value`` as compact UTF-8 JSON with sorted keys: equal values give equal bytes.

    Keys are sorted by code point. Only what JSON itself knows is accepted: dates, fractions and
    the like are worded by the caller.

    :raises ValueError: for NaN, infinities, lone surrogates, and keys that are not text.
    :raises TypeError: for a type that JSON does not know.
    """
    _refuse_odd_keys(value)
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def read_canonical(raw: bytes) -> Any:
    """Return the value that :func:`canonical_json` wrote as ``raw``.

    :raises ValueError: when ``raw`` is not JSON, or is written in any other way than the canonical
        one: a space more, a key twice, another order, another way to write a number.
    """
    try:
        value = json.loads(raw.decode())
        rewritten = canonical_json(value)
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error
    if rewritten != raw:
        raise ValueError("not canonical JSON")
    return value


def _refuse_odd_keys(value: object) -> None:
    """Refuse keys that JSON would silently turn into text: ``{1: …}`` and ``{"1": …}`` differ."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"a key must be text, not {type(key).__name__}: {key!r}")
            _refuse_odd_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_odd_keys(item)
