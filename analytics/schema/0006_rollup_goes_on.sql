-- The sessions that go on after a day's end (id, Unix seconds of the start, page views up to the end): with them
-- the rest of a period is known from sessions alone. The days that were counted without it are counted again.
ALTER TABLE rollup_days {on_cluster} ADD COLUMN IF NOT EXISTS goes_on Array(Tuple(UInt64, UInt32, UInt32));
TRUNCATE TABLE rollup_days {on_cluster};
