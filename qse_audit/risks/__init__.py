"""Risk analyses: one engine, to which every rating method is data."""
