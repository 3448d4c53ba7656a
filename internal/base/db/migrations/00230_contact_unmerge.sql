-- Merges that are being taken back: the events of contact_id go home from the
-- thread of into_id.
CREATE TABLE contact_unmerge (
	contact_id BIGINT NOT NULL,
	into_id BIGINT NOT NULL,
	task {{json}} NOT NULL,
	PRIMARY KEY (contact_id)
) {{clustered}};
CREATE INDEX contact_unmerge_into ON contact_unmerge (into_id);

-- Whose a key was that came with a merge.
ALTER TABLE identity ADD COLUMN origin_id BIGINT;
