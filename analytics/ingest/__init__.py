"""From the event stream to ClickHouse."""
