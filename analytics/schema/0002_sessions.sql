-- One whole row per session, recomputed from its events by the ingest worker; the higher version wins. Read with FINAL.
CREATE TABLE IF NOT EXISTS sessions {on_cluster} (
  site_id          UInt32,
  session_id       UInt64,
  visitor_id       UInt64,
  session_start    DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
  ended            DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),  -- last event
  is_new_visitor   UInt8,
  duration_s       UInt32                 CODEC(ZSTD(1)),
  pageviews        UInt16,
  events           UInt16,
  engaged_ms       UInt32                 CODEC(ZSTD(1)),
  max_scroll       UInt8,
  entry_path       String                 CODEC(ZSTD(1)),
  exit_path        String                 CODEC(ZSTD(1)),
  hostname         LowCardinality(String),
  referrer         String                 CODEC(ZSTD(1)),
  referrer_domain  LowCardinality(String),
  source           LowCardinality(String),
  medium           LowCardinality(String),
  campaign         LowCardinality(String),
  term             LowCardinality(String),
  content          LowCardinality(String),
  channel          LowCardinality(String),
  browser          LowCardinality(String),
  browser_version  LowCardinality(String),
  os               LowCardinality(String),
  os_version       LowCardinality(String),
  device           LowCardinality(String),
  screen_w         UInt16                 CODEC(ZSTD(1)),
  screen_h         UInt16                 CODEC(ZSTD(1)),
  country          LowCardinality(String),
  region           LowCardinality(String),
  city             LowCardinality(String),
  timezone         LowCardinality(String),
  language         LowCardinality(String),
  version          UInt64                 CODEC(ZSTD(1)),            -- Unix milliseconds of the rebuild
  deleted          UInt8 DEFAULT 0
) ENGINE = {engine:ReplacingMergeTree(version, deleted)}
PARTITION BY toYYYYMM(session_start)
ORDER BY (site_id, toDate(session_start), visitor_id, session_id)
PRIMARY KEY (site_id, toDate(session_start), visitor_id);
