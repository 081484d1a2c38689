"""Words that judge or tell what was missing, where a cause tree takes only what happened. Pure."""

import re

_JUDGES = re.compile(
    r"""
    \b(?:manque|absence|défaut|insuffisan\w+|négligen\w+|impruden\w+|inattention|erreurs?
       |fautes?|mauvais\w*|aurai(?:t|ent)\ dû|trop|mal\ (?:fait|réglé|rangé|formé)\w*
       |lack\ of|missing|careless\w*|negligen\w+|should\ have|poor(?:ly)?|mistakes?)\b
    | \bn[’']\w+\ pas\b | \bne\ \w+\ pas\b | \bpas\ de\b | \b(?:did|was|were|had)\ not\b
    """,
    re.I | re.X,
)


def judgements(*texts: str) -> tuple[str, ...]:
    """Return the words, in French or English, that judge or deny; each once, in order."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _JUDGES.finditer(text):
            words = " ".join(match.group().split())
            found.setdefault(words.casefold(), words)
    return tuple(found.values())
