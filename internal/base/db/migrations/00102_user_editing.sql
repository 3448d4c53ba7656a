-- Who has the page open on which a thing is changed. thing is a word of ours
-- with a number: contact/12.
CREATE TABLE user_editing (
	thing {{text}} NOT NULL,
	user_id BIGINT NOT NULL,
	since BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	PRIMARY KEY (thing, user_id)
) {{clustered}};
CREATE INDEX user_editing_seen ON user_editing (seen);
