-- The values of the fields that contacts are found by, or that name one contact.
CREATE TABLE field_index (
	contact_id BIGINT NOT NULL,
	field_id BIGINT NOT NULL,
	text {{text}} NOT NULL, -- folded, or as stored where that sorts
	number DOUBLE PRECISION, -- of a number; of yes and no 1 and 0
	PRIMARY KEY (contact_id, field_id, text)
) {{clustered}};
CREATE INDEX field_index_text ON field_index (field_id, text, contact_id);
CREATE INDEX field_index_number ON field_index (field_id, number, contact_id) WHERE number IS NOT NULL;

-- Fields whose values are being written to the index, or erased, and how far that is.
CREATE TABLE contact_sweep (
	field_id BIGINT NOT NULL,
	version BIGINT NOT NULL, -- of the definition that made it necessary
	last BIGINT NOT NULL, -- the last contact that was looked at
	until BIGINT NOT NULL, -- the last one there was at the start
	PRIMARY KEY (field_id)
) {{clustered}};

CREATE INDEX identity_conflict_kind ON identity_conflict (kind, value);
