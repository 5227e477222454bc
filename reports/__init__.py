"""Formats: a dossier becomes bytes that a person or a program reads."""
