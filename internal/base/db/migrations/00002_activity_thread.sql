-- One row is one event of a contact's thread. origin_id, recorded_at and depth
-- are null when they are contact_id, at and zero.
-- sequence: event
CREATE TABLE event (
	contact_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	id BIGINT NOT NULL,
	lane INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	source INTEGER NOT NULL,
	origin_id BIGINT,
	device_id BIGINT,
	recorded_at BIGINT,
	cause_id BIGINT,
	depth INTEGER,
	data {{json}},
	PRIMARY KEY (contact_id, at, id)
) {{monthly}};
{{months "event"}}
CREATE INDEX event_lane ON event (lane, id, kind);

CREATE TABLE reader_cursor (
	reader {{text}} NOT NULL,
	lane INTEGER NOT NULL,
	event_id BIGINT NOT NULL,
	replay_until BIGINT NOT NULL,
	PRIMARY KEY (reader, lane)
) {{clustered}};

CREATE TABLE reader_fault (
	contact_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	event_id BIGINT NOT NULL,
	reader {{text}} NOT NULL,
	failed_at BIGINT NOT NULL,
	error TEXT NOT NULL,
	PRIMARY KEY (contact_id, at, event_id, reader)
) {{clustered}};
