-- sequence: company
-- sequence: company_note
-- Companies. state: 0 there, 1 merged into another, 2 being deleted.
CREATE TABLE company (
	id BIGINT NOT NULL,
	state INTEGER NOT NULL,
	merged_into BIGINT,
	sort_name {{text}} NOT NULL, -- folded
	fields {{json}} NOT NULL, -- by alias; as they are compared after ~
	owner_id BIGINT,
	score BIGINT NOT NULL,
	people BIGINT NOT NULL, -- contacts that belong to it
	added BIGINT NOT NULL,
	created_by BIGINT,
	created_by_user {{text}},
	modified BIGINT,
	modified_by BIGINT,
	modified_by_user {{text}},
	changed BIGINT NOT NULL, -- added or modified, whichever was last
	merged {{json}}, -- what the merge took from it, while it lasts
	PRIMARY KEY (id)
) {{clustered}};
CREATE INDEX company_state ON company (state, id);
CREATE INDEX company_name ON company (state, sort_name, id);
CREATE INDEX company_people ON company (state, people, id);
CREATE INDEX company_score ON company (state, score, id);
CREATE INDEX company_changed ON company (state, changed, id);
CREATE INDEX company_merged ON company (merged_into) WHERE merged_into IS NOT NULL;

{{search "company_search"}}

-- Which company a name leads to: its own, and those it had before.
CREATE TABLE company_key (
	name_key {{text}} NOT NULL,
	company_id BIGINT NOT NULL,
	PRIMARY KEY (name_key)
) {{clustered}};
CREATE INDEX company_key_company ON company_key (company_id);

-- Who belongs to which company. origin_id is the contact that it was noted of, which
-- may have been merged into the other. gone is 1 while the contact lies in the bin.
CREATE TABLE company_member (
	contact_id BIGINT NOT NULL,
	company_id BIGINT NOT NULL,
	origin_id BIGINT NOT NULL,
	added BIGINT NOT NULL,
	is_primary INTEGER NOT NULL,
	gone INTEGER NOT NULL,
	last_at BIGINT NOT NULL, -- the contact's latest event
	counted BIGINT NOT NULL, -- the event up to which what it does is counted, -1 for nothing yet
	PRIMARY KEY (contact_id, company_id, origin_id)
) {{clustered}};
CREATE INDEX company_member_last ON company_member (company_id, gone, last_at, contact_id);
CREATE INDEX company_member_company ON company_member (company_id, contact_id);

-- What the people of a company did, by day since 1970 in UTC and by kind of event.
CREATE TABLE company_day (
	company_id BIGINT NOT NULL,
	day BIGINT NOT NULL,
	kind INTEGER NOT NULL,
	events BIGINT NOT NULL,
	PRIMARY KEY (company_id, day, kind)
) {{clustered}};

-- Who belonged to a company that was merged, so that it can be taken back.
CREATE TABLE company_moved (
	contact_id BIGINT NOT NULL,
	company_id BIGINT NOT NULL, -- the one that was merged
	origin_id BIGINT NOT NULL,
	added BIGINT NOT NULL,
	was_primary INTEGER NOT NULL,
	had INTEGER NOT NULL, -- 1: it belonged to both
	PRIMARY KEY (contact_id, company_id, origin_id)
) {{clustered}};
CREATE INDEX company_moved_company ON company_moved (company_id, contact_id);

-- What is under way with all people of a company: deletion, merge, separation, or
-- another name.
CREATE TABLE company_work (
	company_id BIGINT NOT NULL,
	work INTEGER NOT NULL,
	into_id BIGINT NOT NULL,
	people BIGINT NOT NULL,
	done BIGINT NOT NULL,
	last BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	user_name {{text}} NOT NULL,
	PRIMARY KEY (company_id)
) {{clustered}};

CREATE TABLE company_tag (
	company_id BIGINT NOT NULL,
	name_key {{text}} NOT NULL,
	name {{text}} NOT NULL,
	PRIMARY KEY (company_id, name_key)
) {{clustered}};
CREATE INDEX company_tag_name ON company_tag (name_key, company_id);

CREATE TABLE company_note (
	company_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	body {{text}} NOT NULL,
	added BIGINT NOT NULL,
	author_id BIGINT,
	author_name {{text}},
	PRIMARY KEY (company_id, id)
) {{clustered}};
