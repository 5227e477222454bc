"""Whether another place takes over when the first one is lost."""
