"""Haechi audits an estate into findings."""
