"""Whether services answer, how fast, from how many separate places."""
