-- How many events of a kind happened on a day (days since 1970, UTC).
CREATE TABLE report_day (
	kind INTEGER NOT NULL,
	day INTEGER NOT NULL,
	events BIGINT NOT NULL,
	PRIMARY KEY (kind, day)
) {{clustered}};
