-- contacts is how many are at the stage, those in the recycle bin left out.
-- sequence: stage
CREATE TABLE stage (
	id {{id}} PRIMARY KEY,
	name {{text}} NOT NULL,
	name_key {{text}} NOT NULL, -- folded
	description TEXT NOT NULL,
	category_id BIGINT NOT NULL, -- 0 for none
	weight BIGINT NOT NULL,
	published INTEGER NOT NULL,
	publish_up BIGINT,
	publish_down BIGINT,
	contacts BIGINT NOT NULL,
	added BIGINT NOT NULL,
	modified BIGINT NOT NULL,
	created_by BIGINT,
	created_by_user {{text}} NOT NULL,
	modified_by BIGINT,
	modified_by_user {{text}} NOT NULL
);
CREATE INDEX stage_name ON stage (name_key);

-- stage_id is 0 for who was taken out of the funnel: since when counts where contacts
-- are merged.
CREATE TABLE contact_stage (
	contact_id BIGINT NOT NULL,
	stage_id BIGINT NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (contact_id)
) {{clustered}};
CREATE INDEX contact_stage_stage ON contact_stage (stage_id, since, contact_id);

-- Where those went who were at a stage that there is no more, 0 for nowhere: threads
-- still tell of it.
CREATE TABLE stage_former (
	stage_id BIGINT PRIMARY KEY,
	into_id BIGINT NOT NULL
) {{clustered}};
CREATE INDEX stage_former_into ON stage_former (into_id);

-- Stages on their way out, into another or, where into_id is 0, off all contacts.
CREATE TABLE stage_move (
	stage_id BIGINT PRIMARY KEY,
	into_id BIGINT NOT NULL,
	contacts BIGINT NOT NULL,
	moved BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	user_name TEXT NOT NULL
) {{clustered}};
