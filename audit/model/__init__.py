"""The nouns of an audit: frozen values that every floor above speaks in."""
