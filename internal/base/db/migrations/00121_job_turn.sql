-- turn is the number of the turn that runs or ran last.
ALTER TABLE job_task ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
