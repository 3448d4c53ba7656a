-- A picture of a user, square and small. app_user.picture is when it was last
-- changed, null for none.
CREATE TABLE user_picture (
	user_id {{id}} PRIMARY KEY,
	data {{blob}} NOT NULL
);

ALTER TABLE app_user ADD COLUMN picture BIGINT;
