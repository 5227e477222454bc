"""Findings with their estate in, what they mean out: pure functions of values."""
