"""The one-machine stack: PostgreSQL, Redis and a ClickHouse engine from PyPI, and what runs around them."""
