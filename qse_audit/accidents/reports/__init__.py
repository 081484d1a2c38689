"""The register outside the application: spreadsheets and the sheet of a year."""

from qse_audit.accidents.reports.sheets import spreadsheet

__all__ = ["spreadsheet"]
