"""The supervisor: starts everything on one machine in order, restarts what dies, and stops it in reverse."""
