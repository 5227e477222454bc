"""Whether names and certificates hold when a place is lost."""
