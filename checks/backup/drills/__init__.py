"""A copy of one technology with a workshop to what a restore of it brought back, one technology a file."""
