"""Indicators as charts and papers."""
