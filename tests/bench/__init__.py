"""What the hub can do on this machine, measured beside what its folds alone can do."""
