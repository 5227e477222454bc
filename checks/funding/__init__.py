"""Whether a programme keeps its money when a contributor leaves."""
