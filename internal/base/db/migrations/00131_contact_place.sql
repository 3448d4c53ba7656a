-- place is what contacts are sorted by where they live: folded, empty when there is
-- none, a space as long as nobody has looked.
ALTER TABLE contact ADD COLUMN place {{text}} NOT NULL DEFAULT ' ';
CREATE INDEX contact_place ON contact (place, id) WHERE state = 1;
