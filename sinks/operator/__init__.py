"""What an operator does at the command line: explain a figure, rule on events, replay dead letters, verify the hub."""
