-- name_key is the folded name: two spellings are one tag.
-- sequence: label_tag
CREATE TABLE label_tag (
	name_key {{text}} PRIMARY KEY,
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	added BIGINT NOT NULL
) {{clustered}};
CREATE UNIQUE INDEX label_tag_id ON label_tag (id);

CREATE TABLE contact_tag (
	contact_id BIGINT NOT NULL,
	tag_id BIGINT NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (contact_id, tag_id)
) {{clustered}};
CREATE INDEX contact_tag_tag ON contact_tag (tag_id, contact_id);
