"""The commands of the connectors: ``tongda run connectors`` and ``tongda sources …``."""
