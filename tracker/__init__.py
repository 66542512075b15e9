"""What runs in a visitor's browser, and the wire contract between it and collect."""
