"""What an analysis of an estate found to pictures that need no script, one file a picture."""
