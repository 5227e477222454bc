"""An estate with what was seen of it becomes copies with one silent change each, judged again."""
