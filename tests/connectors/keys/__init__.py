"""Every key of source.yml and what its change changes."""
