-- A note is about a moment (at), which may lie before or after the one at which
-- it was written (added). Names are kept as they were.
-- sequence: contact_note
CREATE TABLE contact_note (
	contact_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	type {{text}} NOT NULL,
	body TEXT NOT NULL,
	at BIGINT NOT NULL,
	added BIGINT NOT NULL,
	author_id BIGINT,
	author_name TEXT,
	edited BIGINT,
	editor_name TEXT,
	PRIMARY KEY (contact_id, id)
) {{clustered}};
