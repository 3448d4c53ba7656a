-- Merges of many pairs at once. done: how many steps were looked at. least: the score
-- that the pairs had to have.
-- sequence: duplicate_run
CREATE TABLE duplicate_run (
	id {{id}} PRIMARY KEY,
	user_id BIGINT,
	user_name TEXT,
	started BIGINT NOT NULL,
	finished BIGINT,
	stopped INTEGER NOT NULL,
	least INTEGER NOT NULL,
	steps INTEGER NOT NULL,
	done INTEGER NOT NULL
);

-- The pairs of a run in their order. outcome: null while it waits.
CREATE TABLE duplicate_step (
	run_id BIGINT NOT NULL,
	place INTEGER NOT NULL,
	one_id BIGINT NOT NULL,
	other_id BIGINT NOT NULL,
	outcome INTEGER,
	PRIMARY KEY (run_id, place)
) {{clustered}};
