"""Answers to questions about a site: a report asks for a Site, a Period and Filters."""
