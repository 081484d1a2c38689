"""The register outside the application: spreadsheets and the sheet of a year."""

from qse_audit.accidents.reports.sheets import spreadsheet
from qse_audit.accidents.reports.year import Year, year_pdf

__all__ = ["Year", "spreadsheet", "year_pdf"]
