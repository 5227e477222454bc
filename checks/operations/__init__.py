"""Whether people have promised, signed and been named."""
