-- Values without a column are stored as they are compared, too: all contacts are to
-- be looked at, as those are whose place is not known.
UPDATE contact SET place = ' ' WHERE state = 1;
