"""The one place of a restore drill, made in scratch space, to nothing left of it."""
