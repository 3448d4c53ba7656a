-- sequence: form
CREATE TABLE form (
    id               {{id}} PRIMARY KEY,
    name             {{text}} NOT NULL,
    name_key         {{text}} NOT NULL, -- folded
    alias            {{text}} NOT NULL,
    description      TEXT NOT NULL,
    language         {{text}} NOT NULL,
    published        INTEGER NOT NULL,
    publish_up       BIGINT,
    publish_down     BIGINT,
    post_action      {{text}} NOT NULL,
    post_property    TEXT NOT NULL,
    button           {{text}} NOT NULL,
    render_style     INTEGER NOT NULL,
    no_index         INTEGER NOT NULL,
    kiosk            INTEGER NOT NULL, -- every submission is somebody else
    added            BIGINT NOT NULL,
    modified         BIGINT NOT NULL,
    created_by       BIGINT,
    created_by_user  {{text}} NOT NULL,
    modified_by      BIGINT,
    modified_by_user {{text}} NOT NULL
);
CREATE INDEX form_name ON form (name_key, id);
CREATE INDEX form_added ON form (added, id);
CREATE INDEX form_modified ON form (modified, id);

-- sequence: form_field
CREATE TABLE form_field (
    form_id       BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    position      INTEGER NOT NULL,
    alias         {{text}} NOT NULL,
    label         TEXT NOT NULL,
    type          {{text}} NOT NULL,
    contact_field {{text}} NOT NULL, -- alias of the contact's field, empty for none
    required      INTEGER NOT NULL,
    message       TEXT NOT NULL,
    default_value TEXT NOT NULL,
    placeholder   TEXT NOT NULL,
    help          TEXT NOT NULL,
    PRIMARY KEY (form_id, id)
) {{clustered}};

-- contact_id is 0 when nobody could be told: no field of the form is the
-- contact's, and the browser was unknown.
-- sequence: form_submission
CREATE TABLE form_submission (
    contact_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    form_id    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    ip         {{text}} NOT NULL,
    page       TEXT NOT NULL,
    referrer   TEXT NOT NULL,
    answers    {{json}} NOT NULL,
    PRIMARY KEY (contact_id, id)
) {{clustered}};
CREATE INDEX form_submission_form ON form_submission (form_id, id);

-- Which submission a key was first used for: sent twice, a form counts once.
CREATE TABLE form_submission_key (
    form_id        BIGINT NOT NULL,
    submission_key {{text}} NOT NULL,
    submission_id  BIGINT NOT NULL,
    PRIMARY KEY (form_id, submission_key)
) {{clustered}};
