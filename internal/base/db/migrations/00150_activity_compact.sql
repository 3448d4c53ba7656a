-- An event takes less room on PostgreSQL. Nothing asks the database about data.
{{if not sqlite}}
ALTER TABLE event ALTER COLUMN lane TYPE SMALLINT, ALTER COLUMN kind TYPE SMALLINT, ALTER COLUMN source TYPE SMALLINT, ALTER COLUMN data TYPE TEXT;
DROP INDEX event_lane;
CREATE INDEX event_lane ON event (id, lane, kind);
{{end}}
