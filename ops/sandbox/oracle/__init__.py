"""The oracle: what a settled hub must hold, computed from the ledger by code that the hub does not use."""
