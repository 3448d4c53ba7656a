-- What a user is to be told. title and body are texts as they are told: a key
-- with its English, and its arguments.
-- sequence: notice
CREATE TABLE notice (
	user_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	kind {{text}} NOT NULL,
	title TEXT NOT NULL,
	body TEXT NOT NULL,
	path TEXT NOT NULL,
	at BIGINT NOT NULL,
	read_at BIGINT,
	PRIMARY KEY (user_id, id)
) {{clustered}};
CREATE INDEX notice_unread ON notice (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notice_at ON notice (at);
