"""Indicators: their cards, their values, and what the values say."""
