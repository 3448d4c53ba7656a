-- query is what stands in the address of the list. shared: everybody sees it.
-- sequence: view_saved
CREATE TABLE view_saved (
	id {{id}} PRIMARY KEY,
	list {{text}} NOT NULL,
	owner_id BIGINT NOT NULL,
	name {{text}} NOT NULL,
	query TEXT NOT NULL,
	shared INTEGER NOT NULL,
	added BIGINT NOT NULL
);
CREATE INDEX view_saved_list ON view_saved (list, owner_id);

-- What a person sees first of a list.
CREATE TABLE view_default (
	user_id BIGINT NOT NULL,
	list {{text}} NOT NULL,
	view_id BIGINT NOT NULL,
	PRIMARY KEY (user_id, list)
) {{clustered}};
CREATE INDEX view_default_view ON view_default (view_id);
