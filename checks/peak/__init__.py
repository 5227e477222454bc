"""Whether the busy days of the year are known beforehand."""
