"""The supervisor: starts everything on one machine in order, restarts what ends, and stops it in reverse."""
