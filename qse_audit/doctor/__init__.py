"""Examining an instance: is everything still what was recorded? It reads, and changes nothing."""
