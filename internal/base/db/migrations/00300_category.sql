-- kind is what is put into the category, global for anything. title_key is folded.
-- sequence: category
CREATE TABLE category (
	id {{id}} PRIMARY KEY,
	kind {{text}} NOT NULL,
	alias {{text}} NOT NULL,
	title {{text}} NOT NULL,
	title_key {{text}} NOT NULL,
	description TEXT NOT NULL,
	color {{text}} NOT NULL, -- six hexadecimal digits, or nothing
	published INTEGER NOT NULL,
	added BIGINT NOT NULL,
	modified BIGINT NOT NULL
);
CREATE UNIQUE INDEX category_alias ON category (kind, alias);
