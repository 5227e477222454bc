"""Text of inventory files to an Estate, or to every problem in it with file, line and column."""
