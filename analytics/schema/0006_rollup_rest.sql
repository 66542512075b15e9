-- With these the rest of a period, after the days that were counted, is known without reading its events: which
-- sessions go on after a day's end (id, Unix seconds of the start, page views up to the end), and when who was
-- here on a day was last here before (0 where nobody knows). What was counted without them is counted again.
TRUNCATE TABLE IF EXISTS rollup_days {on_cluster};
TRUNCATE TABLE IF EXISTS rollup_visits {on_cluster};
TRUNCATE TABLE IF EXISTS rollup_daily {on_cluster};
ALTER TABLE rollup_days {on_cluster} ADD COLUMN IF NOT EXISTS goes_on Array(Tuple(UInt64, UInt32, UInt32));
ALTER TABLE rollup_visits {on_cluster} ADD COLUMN IF NOT EXISTS seen DateTime('UTC') CODEC(ZSTD(1));
-- Read for all visits of a month at once, where ZSTD takes as long as all else.
ALTER TABLE rollup_visits {on_cluster} MODIFY COLUMN IF EXISTS pages Map(LowCardinality(String), UInt32) CODEC(LZ4);
