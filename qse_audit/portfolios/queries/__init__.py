"""Reading candidacies, portfolios and the records behind them. Nothing here writes."""
