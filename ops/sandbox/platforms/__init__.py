"""The stand-in platforms: HTTP servers and inboxes that show the rows as the outside world does, with faults on demand."""
