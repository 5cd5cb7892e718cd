"""Keep and restore: the read model with its offsets, raw records with their cursors, the evidence behind them."""
