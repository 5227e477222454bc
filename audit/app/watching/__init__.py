"""The parts of the watch while it runs: what feeds it, what doubts it, what it tells."""
