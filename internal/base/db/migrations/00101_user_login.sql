-- A log-in is the time that a user is logged in with one browser.
-- sequence: user_login
CREATE TABLE user_login (
	user_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	begun BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	address {{text}} NOT NULL,
	agent TEXT NOT NULL,
	PRIMARY KEY (user_id, id)
) {{clustered}};
CREATE INDEX user_login_expires ON user_login (expires);

-- A link with which a user chooses a password, once.
CREATE TABLE user_link (
	token_hash {{text}} PRIMARY KEY,
	user_id BIGINT NOT NULL,
	expires BIGINT NOT NULL
);
CREATE INDEX user_link_user ON user_link (user_id);

ALTER TABLE app_user ADD COLUMN theme {{text}} NOT NULL DEFAULT '';
