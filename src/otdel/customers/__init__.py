"""Whom we sell to: companies, people, their contacts."""
