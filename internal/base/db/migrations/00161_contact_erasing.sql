-- Set once a part of a deleted contact's thread is erased: it can no longer be restored.
ALTER TABLE contact_bin ADD COLUMN erasing INTEGER NOT NULL DEFAULT 0;
