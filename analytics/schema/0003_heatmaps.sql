-- Heatmap points as they come: x in permille of the page's width, y in tenths of a pixel-row (px / 10) of the document.
CREATE TABLE IF NOT EXISTS heatmap_points {on_cluster} (
  site_id          UInt32,
  ts               DateTime('UTC')        CODEC(Delta(4), ZSTD(1)),
  page_hash        UInt64,                                           -- of the path
  path             String                 CODEC(ZSTD(1)),
  kind             LowCardinality(String),                           -- click, move
  device           LowCardinality(String),
  x                UInt16                 CODEC(T64, ZSTD(1)),
  y                UInt16                 CODEC(T64, ZSTD(1)),
  element          String                 CODEC(ZSTD(1)),
  visitor_id       UInt64                 CODEC(ZSTD(1))
) ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(ts)
ORDER BY (site_id, page_hash, kind, device, toDate(ts))
TTL ts + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

-- The deepest point of a page that a visitor reached on a day.
CREATE TABLE IF NOT EXISTS heatmap_scroll {on_cluster} (
  site_id          UInt32,
  date             Date,
  page_hash        UInt64,
  path             String                 CODEC(ZSTD(1)),
  device           LowCardinality(String),
  visitor_id       UInt64,
  max_depth        UInt8,                                            -- percent
  version          UInt64
) ENGINE = {engine:ReplacingMergeTree(version)}
PARTITION BY toYYYYMM(date)
ORDER BY (site_id, page_hash, device, date, visitor_id);
