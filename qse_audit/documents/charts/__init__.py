"""Charts: one neutral description; drawn as SVG, explored with Plotly, read as a table."""

from qse_audit.documents.charts.interactive import to_plotly
from qse_audit.documents.charts.spec import ChartSpec
from qse_audit.documents.charts.svg import NARROW, WIDE, to_svg
from qse_audit.documents.charts.table import ChartTable, to_table

__all__ = ["NARROW", "WIDE", "ChartSpec", "ChartTable", "to_plotly", "to_svg", "to_table"]
