"""The hands: the only rooms that touch network, disk, processes, databases or the clock."""
