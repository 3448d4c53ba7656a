-- How many values did not fit the definition when they were counted last, -1 while
-- they are being counted.
ALTER TABLE field ADD COLUMN unfit BIGINT NOT NULL DEFAULT 0;
