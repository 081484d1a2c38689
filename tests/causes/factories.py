"""Makers of what the tests of causes need, by the services."""

from datetime import timedelta

from qse_audit.causes import services
from qse_audit.causes.rules import AnalysisDraft, CauseTool, NodeDraft, NodeKind
from tests.factories import NOW


def make_analysis(session, cast, tool=CauseTool.FIVE_WHYS, *, actor=None, subject=None, **changes):
    """Begin an analysis that Bob owns, as Claire."""
    given = {
        "title": "Filtre démonté",
        "question": "Pourquoi le filtre manque-t-il ?",
        "owner_id": cast.bob.user_id,
    }
    if tool is CauseTool.ISHIKAWA:
        given["families"] = 5
    if tool is CauseTool.EIGHT_D:
        given["started_at"] = NOW - timedelta(days=2)
    draft = AnalysisDraft(tool=tool, **{**given, **changes})
    made = services.create_analysis(
        session, draft, subject=subject, actor=actor or cast.claire, now=NOW
    )
    session.commit()
    return made


def add(session, cast, analysis, kind, text="Une ligne", *, under=None, **said):
    """Add a line as Claire."""
    made = services.add_node(
        session,
        analysis,
        NodeKind(kind),
        NodeDraft(text=text, **said),
        parent_id=under and under.id,
        actor=cast.claire,
        now=NOW,
    )
    session.commit()
    return made
