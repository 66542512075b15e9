"""The closed days of large sites, counted once and read instead of their events."""
