"""Example estates as package data: a name becomes YAML text."""
