"""Measurements against the budgets of the design; each prints a ratio from one run."""
