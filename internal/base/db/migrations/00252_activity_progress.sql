-- How many events follow a contact to another, and how many have.
ALTER TABLE event_move ADD COLUMN events BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_move ADD COLUMN moved BIGINT NOT NULL DEFAULT 0;
