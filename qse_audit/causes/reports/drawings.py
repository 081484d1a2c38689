"""The drawing of an analysis, whatever its tool: an SVG, charts, or none."""

from collections.abc import Sequence

from qse_audit.causes.reports.bow_tie import bow_tie_svg
from qse_audit.causes.reports.fishbone import fishbone_svg
from qse_audit.causes.reports.trees import tree_svg
from qse_audit.causes.reports.words import Wording
from qse_audit.causes.rules import CauseTool
from qse_audit.core.series import pareto
from qse_audit.core.text import N_
from qse_audit.documents.charts import ChartSpec
from qse_audit.documents.charts.causes import pareto_chart
from qse_audit.documents.charts.control import Subject
from qse_audit.documents.charts.spec import Scale

DRAWN = frozenset(
    {CauseTool.ISHIKAWA, CauseTool.FIVE_WHYS, CauseTool.CAUSE_TREE, CauseTool.BOW_TIE}
)
"""The tools whose lines make a drawing."""


def drawing(wording: Wording, problem: str, families: int | None = None) -> str:
    """Return the SVG of an analysis; ``""`` for a tool without, or before its first line."""
    tool = wording.tool
    if tool not in DRAWN or not (wording.tree.nodes or tool is CauseTool.ISHIKAWA):
        return ""
    if tool is CauseTool.ISHIKAWA:
        return fishbone_svg(wording, problem, families or 5)
    if tool is CauseTool.BOW_TIE:
        return bow_tie_svg(wording)
    return tree_svg(wording, problem)


def charts(wording: Wording) -> Sequence[ChartSpec]:
    """Return the Pareto of an analysis by count, and by cost where costs are known."""
    if wording.tool is not CauseTool.PARETO:
        return ()
    lines = wording.tree.nodes
    counts = [(node.text, node.count) for node in lines if node.count is not None]
    costs = [(node.text, node.cost) for node in lines if node.cost is not None]
    return [
        pareto_chart(
            pareto(amounts),
            subject=Subject(wording.say(title), wording.say(name), scale, wording.locale),
        )
        for title, name, scale, amounts in (
            (N_("Par nombre de cas"), N_("Cas"), Scale(), counts),
            (N_("Par coût"), N_("Coût"), Scale(unit="€"), costs),
        )
        if amounts
    ]
