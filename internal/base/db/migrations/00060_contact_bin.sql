-- Contacts that were deleted, until they are erased. Their own row has state 3;
-- this one keeps what restoring them needs: the state, the last activity, the
-- identity keys.
CREATE TABLE contact_bin (
	contact_id BIGINT NOT NULL,
	state INTEGER NOT NULL,
	deleted BIGINT NOT NULL,
	deleted_by BIGINT,
	deleted_by_user TEXT,
	last_active BIGINT,
	identity_keys {{json}},
	PRIMARY KEY (contact_id)
) {{clustered}};
CREATE INDEX contact_bin_deleted ON contact_bin (deleted, contact_id);
