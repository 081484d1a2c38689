"""Audit management for the QSE coordinator, and the certification that proves the job."""

__version__ = "0.1.0"
