"""The papers of a balance: what was frozen in, bytes out. No session, no request."""

from qse_audit.balances.reports.charts import charts_of
from qse_audit.balances.reports.pdf import balance_pdf
from qse_audit.balances.reports.sheets import facts_xlsx
from qse_audit.balances.reports.words import Shown, Wording

__all__ = ["Shown", "Wording", "balance_pdf", "charts_of", "facts_xlsx"]
