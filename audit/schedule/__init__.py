"""Instants, cadences with cron expressions in, what is due out."""
