"""Areas of probes beside the rules that judge what they saw."""
