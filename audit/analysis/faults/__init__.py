"""Fault trees: what has to fail together, and how likely that is."""
