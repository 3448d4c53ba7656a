-- The fields that people defined, and what they changed of the standard ones.
-- sequence: field
CREATE TABLE field (
	id BIGINT NOT NULL, -- of a standard field its own, otherwise above 100
	object {{text}} NOT NULL,
	alias {{text}} NOT NULL,
	position INTEGER NOT NULL, -- within its group
	definition {{text}} NOT NULL, -- JSON
	indexing INTEGER NOT NULL, -- 0 no index, 1 to be filled, 2 filled, 3 filled with values that clash
	added BIGINT,
	modified BIGINT,
	created_by BIGINT,
	created_by_user {{text}},
	modified_by BIGINT,
	modified_by_user {{text}},
	removed BIGINT, -- NULL while it is there
	PRIMARY KEY (id)
) {{clustered}};
CREATE UNIQUE INDEX field_alias ON field (object, alias);

-- One row: how often a definition was changed.
CREATE TABLE field_version (
	id INTEGER NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO field_version (id, version) VALUES (1, 0);
