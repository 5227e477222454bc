"""Whether what a system leans on is strong enough to lean on."""
