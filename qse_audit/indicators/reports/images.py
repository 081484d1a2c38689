"""A chart as a picture, for a board, a slide or a message."""

from qse_audit.documents.charts import ChartSpec, to_svg
from qse_audit.documents.pdf import render_png


def png(spec: ChartSpec) -> bytes:
    """Return a chart with its title as PNG, 1,600 pixels wide."""
    return render_png(to_svg(spec, titled=True))
