-- Values found until now that do not fit the definition.
ALTER TABLE contact_sweep ADD COLUMN unfit BIGINT NOT NULL DEFAULT 0;
