CREATE INDEX contact_owner ON contact (owner_id) WHERE owner_id IS NOT NULL;
