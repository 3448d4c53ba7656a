-- contacts is how many contacts have the tag.
ALTER TABLE label_tag ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE label_tag ADD COLUMN contacts BIGINT NOT NULL DEFAULT 0;
UPDATE label_tag SET contacts = (SELECT count(*) FROM contact_tag c WHERE c.tag_id = label_tag.id);
CREATE INDEX label_tag_contacts ON label_tag (contacts, id);

-- Names that tags had before: threads still tell of them by these.
CREATE TABLE label_former (
	name_key {{text}} PRIMARY KEY,
	tag_id BIGINT NOT NULL
) {{clustered}};

-- Tags on their way out, into another or, where into_id is 0, off all contacts.
CREATE TABLE label_move (
	tag_id BIGINT PRIMARY KEY,
	into_id BIGINT NOT NULL,
	contacts BIGINT NOT NULL,
	moved BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	user_name TEXT NOT NULL
) {{clustered}};
