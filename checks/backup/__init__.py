"""Whether the data can be brought back: copies, their age, their distance, their soundness."""
