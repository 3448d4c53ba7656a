-- Which contacts had an event of a kind. Page views, of which there are by far the
-- most, are left out.
CREATE INDEX event_kind ON event (kind, contact_id) WHERE kind <> 10;
