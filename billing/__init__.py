"""Who pays whom: plans, entitlements, statements, the revenue split."""
