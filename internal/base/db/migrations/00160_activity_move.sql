-- Contacts whose events follow them to another contact in slices. A row is there
-- from the merge until the last event has moved.
CREATE TABLE event_move (
	contact_id BIGINT NOT NULL,
	into_id BIGINT NOT NULL,
	PRIMARY KEY (contact_id)
) {{clustered}};
CREATE INDEX event_move_into ON event_move (into_id);
