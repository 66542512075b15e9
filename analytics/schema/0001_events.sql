-- Raw events: the only truth. Everything else can be rebuilt from here.
-- ts is not in the primary key on purpose: as its fourth column it would take the pruning away from toDate(ts).
CREATE TABLE IF NOT EXISTS events {on_cluster} (
  site_id          UInt32                 CODEC(Delta(4), LZ4),      -- sites.number in PostgreSQL
  ts               DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
  event_id         UInt64                 CODEC(NONE),               -- hash of the client's event id: random, incompressible
  name             LowCardinality(String),                           -- page_view, engagement, scroll_depth, ... or the site's own
  visitor_id       UInt64                 CODEC(ZSTD(1)),
  session_id       UInt64                 CODEC(ZSTD(1)),
  session_start    DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),  -- constant inside a session
  is_new_visitor   UInt8                  CODEC(ZSTD(1)),
  hostname         LowCardinality(String),
  path             String                 CODEC(ZSTD(1)),
  query            String                 CODEC(ZSTD(1)),
  title            String                 CODEC(ZSTD(1)),            -- on page_view rows only
  -- How the session came here: every event of a session carries what its first event said.
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
  device           LowCardinality(String),                           -- desktop, mobile, tablet, tv, ...
  screen_w         UInt16                 CODEC(ZSTD(1)),
  screen_h         UInt16                 CODEC(ZSTD(1)),
  viewport_w       UInt16                 CODEC(ZSTD(1)),
  viewport_h       UInt16                 CODEC(ZSTD(1)),
  country          LowCardinality(String),                           -- ISO 3166-1 alpha-2
  region           LowCardinality(String),
  city             LowCardinality(String),
  timezone         LowCardinality(String),
  language         LowCardinality(String),
  props            Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  scroll_depth     UInt8                  CODEC(ZSTD(1)),            -- percent
  engaged_ms       UInt32                 CODEC(ZSTD(1)),
  received_at      DateTime('UTC')        CODEC(Delta(4), ZSTD(1))
) ENGINE = {engine:ReplacingMergeTree}
PARTITION BY toYYYYMM(ts)
ORDER BY (site_id, toDate(ts), visitor_id, ts, event_id)
PRIMARY KEY (site_id, toDate(ts), visitor_id)
SETTINGS non_replicated_deduplication_window = 10000;
