-- sequence: app_user
CREATE TABLE app_user (
    id              {{id}} PRIMARY KEY,
    user_name       {{text}} NOT NULL,
    user_name_key   {{text}} NOT NULL UNIQUE, -- folded
    email           {{text}} NOT NULL,
    email_key       {{text}} NOT NULL UNIQUE, -- folded
    first_name      {{text}} NOT NULL DEFAULT '',
    last_name       {{text}} NOT NULL DEFAULT '',
    role            {{text}} NOT NULL,
    password_hash   {{text}} NOT NULL,
    session_version BIGINT NOT NULL DEFAULT 1, -- a new one ends every session
    language        {{text}} NOT NULL DEFAULT '',
    zone            {{text}} NOT NULL DEFAULT '',
    active          INTEGER NOT NULL DEFAULT 1,
    added           BIGINT NOT NULL,
    last_login      BIGINT
);

CREATE TABLE user_setup (
    token_hash {{text}} PRIMARY KEY,
    expires    BIGINT NOT NULL
);

CREATE TABLE session (
    token   {{text}} PRIMARY KEY, -- hashed
    data    {{blob}} NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires);
