"""What happened on a site: collect, ingest, ClickHouse, reports."""
