"""Risk analyses as files."""
