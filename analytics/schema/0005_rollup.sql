-- The closed days of large sites, counted once. A day is named by the moment at which it begins in the site's zone.
-- Which of them may be believed, and in which version: the newest row of a day says it.
CREATE TABLE IF NOT EXISTS rollup_days {on_cluster} (
  site_id          UInt32,
  day              DateTime('UTC'),
  ends             DateTime('UTC'),                                  -- the next day's beginning
  known_since      DateTime('UTC'),                                  -- no day before was looked at for `seen`
  state            UInt8,                                            -- 0 something came late, 1 counted, 2 being counted
  version          UInt64                                            -- Unix microseconds
) ENGINE = {engine:ReplacingMergeTree(version)}
ORDER BY (site_id, day);

-- Who was here on a day: what of a session lies inside, with the properties of its row in sessions.
CREATE TABLE IF NOT EXISTS rollup_visits {on_cluster} (
  site_id          UInt32,
  day              DateTime('UTC')        CODEC(Delta(4), ZSTD(1)),
  visitor_id       UInt64,
  channel          LowCardinality(String),
  country          LowCardinality(String),
  browser          LowCardinality(String),
  os               LowCardinality(String),
  device           LowCardinality(String),
  pageviews        UInt16                 CODEC(ZSTD(1)),            -- of the whole session, as its duration
  duration_s       UInt32                 CODEC(ZSTD(1)),
  starts           UInt8                  CODEC(ZSTD(1)),            -- on this day
  pages            Map(LowCardinality(String), UInt32) CODEC(ZSTD(1)), -- views by page, on this day
  version          UInt64                 CODEC(Delta(8), ZSTD(1))
) ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, day, visitor_id);

-- Sums by value. Its visitors are split by when they were last seen with the value before: those of several days
-- are then a sum as well, of the visitors not seen since the first of these days. So distinct counts stay exact.
CREATE TABLE IF NOT EXISTS rollup_daily {on_cluster} (
  site_id          UInt32,
  dimension        LowCardinality(String),
  day              DateTime('UTC')        CODEC(Delta(4), ZSTD(1)),
  value            String                 CODEC(ZSTD(1)),
  seen             DateTime('UTC')        CODEC(ZSTD(1)),            -- the last day before; 0 where there is none
  visitors         UInt64                 CODEC(T64, ZSTD(1)),
  page_views       UInt64                 CODEC(T64, ZSTD(1)),
  sessions         UInt64                 CODEC(T64, ZSTD(1)),
  bounces          UInt64                 CODEC(T64, ZSTD(1)),
  viewed           UInt64                 CODEC(T64, ZSTD(1)),
  seconds          UInt64                 CODEC(T64, ZSTD(1)),
  version          UInt64                 CODEC(Delta(8), ZSTD(1))
) ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, dimension, day, value, seen);
