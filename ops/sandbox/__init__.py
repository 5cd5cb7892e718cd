"""Stand-in platforms: one seeded simulation of a province behind servers and folders that speak as platforms do."""
