-- What is known of a contact that may be the same person as another: the keys it
-- is looked up by, eight bytes each, and a digest of all that is compared.
CREATE TABLE duplicate_contact (
	contact_id BIGINT NOT NULL,
	digest BIGINT NOT NULL,
	hashes {{blob}} NOT NULL,
	PRIMARY KEY (contact_id)
) {{clustered}};

-- The contacts that share a key.
CREATE TABLE duplicate_key (
	hash BIGINT NOT NULL,
	contact_id BIGINT NOT NULL,
	PRIMARY KEY (hash, contact_id)
) {{clustered}};

-- Two contacts that may be the same person, the smaller number first: one row for
-- each reason, and one with reason 0 for all of them.
CREATE TABLE duplicate_pair (
	contact_id BIGINT NOT NULL,
	other_id BIGINT NOT NULL,
	reason INTEGER NOT NULL,
	score INTEGER NOT NULL,
	PRIMARY KEY (contact_id, other_id, reason)
) {{clustered}};
CREATE INDEX duplicate_pair_order ON duplicate_pair (reason, score, contact_id, other_id);
CREATE INDEX duplicate_pair_other ON duplicate_pair (other_id);

-- Two contacts that somebody said are not the same, the smaller number first. They
-- keep the numbers they had then, whatever they are merged into.
CREATE TABLE duplicate_apart (
	contact_id BIGINT NOT NULL,
	other_id BIGINT NOT NULL,
	said BIGINT NOT NULL,
	user_id BIGINT,
	user_name TEXT,
	PRIMARY KEY (contact_id, other_id)
) {{clustered}};
CREATE INDEX duplicate_apart_other ON duplicate_apart (other_id);
CREATE INDEX duplicate_apart_said ON duplicate_apart (said, contact_id, other_id);

-- How far the contacts of before have been looked at; one row. phase 0: all.
CREATE TABLE duplicate_fill (
	id INTEGER PRIMARY KEY,
	phase INTEGER NOT NULL,
	last BIGINT NOT NULL,
	until BIGINT NOT NULL,
	place TEXT NOT NULL,
	definition TEXT NOT NULL
);
INSERT INTO duplicate_fill (id, phase, last, until, place, definition)
	SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM contact WHERE id > 0) THEN 1 ELSE 0 END, 0, (SELECT coalesce(max(id), 0) FROM contact WHERE id > 0), '', '1';
