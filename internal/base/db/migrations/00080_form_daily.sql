ALTER TABLE form ADD COLUMN proof INTEGER NOT NULL DEFAULT 0; -- browsers have to work before they send

ALTER TABLE form_field ADD COLUMN hide_label INTEGER NOT NULL DEFAULT 0;
ALTER TABLE form_field ADD COLUMN properties {{json}} NOT NULL DEFAULT '{}'; -- what only some types have

-- What follows an accepted submission, besides the answer to the visitor.
-- sequence: form_action
CREATE TABLE form_action (
    form_id    BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    position   INTEGER NOT NULL,
    type       {{text}} NOT NULL,
    properties {{json}} NOT NULL,
    PRIMARY KEY (form_id, id)
) {{clustered}};

-- The answers, folded. Those received before are found by their JSON.
ALTER TABLE form_submission ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE form_submission SET words = lower(CAST(answers AS TEXT));
CREATE INDEX form_submission_at ON form_submission (form_id, at);
