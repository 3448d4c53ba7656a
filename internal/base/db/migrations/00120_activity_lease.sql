-- holder is the process that stored the place last, and has the reader until
-- held_until (milliseconds) unless it stores another.
ALTER TABLE reader_cursor ADD COLUMN holder BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reader_cursor ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;
