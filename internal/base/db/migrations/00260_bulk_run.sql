-- sequence: bulk_run
-- Changes of many contacts. next is the part that is worked on next.
CREATE TABLE bulk_run (
	id BIGINT NOT NULL,
	change {{json}} NOT NULL,
	words TEXT NOT NULL,
	state INTEGER NOT NULL,
	user_id BIGINT NOT NULL,
	user_name TEXT NOT NULL,
	zone TEXT NOT NULL,
	contacts BIGINT NOT NULL,
	next BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	skipped BIGINT NOT NULL,
	undone BIGINT NOT NULL,
	kept BIGINT NOT NULL,
	added BIGINT NOT NULL,
	finished BIGINT,
	trouble {{json}},
	PRIMARY KEY (id)
) {{clustered}};

-- Some of the contacts of a change, and what became of each; forgotten after a day.
CREATE TABLE bulk_part (
	run_id BIGINT NOT NULL,
	number BIGINT NOT NULL,
	contacts {{json}} NOT NULL,
	outcomes {{json}},
	left_over {{json}},
	PRIMARY KEY (run_id, number)
) {{clustered}};
