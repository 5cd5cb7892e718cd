"""Stand-in platforms: one seeded simulation of a province, shown by servers and inboxes in the form of real platforms."""
