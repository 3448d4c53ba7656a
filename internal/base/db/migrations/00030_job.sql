-- run_at is when a job may be taken: its turn while it waits, the end of the
-- lease while it runs. state: 0 waiting, 1 running, 2 done, 3 failed.
-- sequence: job
CREATE TABLE job (
    id         {{id}} PRIMARY KEY,
    kind       {{text}} NOT NULL,
    args       {{text}} NOT NULL,
    unique_key {{text}},
    state      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    run_at     BIGINT NOT NULL,
    added      BIGINT NOT NULL,
    finished   BIGINT,
    error      {{text}}
);
CREATE INDEX job_due ON job (run_at, id) WHERE state < 2;
CREATE INDEX job_finished ON job (state, finished) WHERE state > 1;
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key) WHERE state < 2;

CREATE TABLE job_task (
    name   {{text}} PRIMARY KEY,
    run_at BIGINT NOT NULL,
    ran_at BIGINT,
    error  {{text}}
) {{clustered}};
