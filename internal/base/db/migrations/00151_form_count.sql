-- How many submissions of a form there are: too many to be counted to be told.
CREATE TABLE form_count (
    form_id BIGINT PRIMARY KEY,
    n       BIGINT NOT NULL
) {{clustered}};
INSERT INTO form_count (form_id, n) SELECT form_id, count(*) FROM form_submission GROUP BY form_id;
