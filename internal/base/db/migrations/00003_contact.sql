-- state: 0 anonymous, 1 known, 2 merged into another. The sort columns are
-- folded, empty when there is no value, and null for anonymous contacts.
-- sequence: contact
CREATE TABLE contact (
	id {{id}} PRIMARY KEY,
	state INTEGER NOT NULL,
	added BIGINT NOT NULL,
	modified BIGINT,
	identified BIGINT,
	created_by BIGINT,
	created_by_user TEXT,
	modified_by BIGINT,
	modified_by_user TEXT,
	owner_id BIGINT,
	points BIGINT NOT NULL,
	ip_id BIGINT,
	merged_into BIGINT,
	sample INTEGER NOT NULL,
	name TEXT,
	sort_name {{text}},
	firstname {{text}},
	lastname {{text}},
	company {{text}},
	email {{text}},
	fields {{json}}
);
CREATE INDEX contact_name ON contact (sort_name, id) WHERE state = 1;
CREATE INDEX contact_company ON contact (company, id) WHERE state = 1;
CREATE INDEX contact_email ON contact (email, id) WHERE state = 1;
CREATE INDEX contact_points ON contact (points, id) WHERE state = 1;
CREATE INDEX contact_added ON contact (added, id) WHERE state = 1;
CREATE INDEX contact_identified ON contact (identified, id) WHERE state = 1;
CREATE INDEX contact_known ON contact (id) WHERE state = 1;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- Apart from contact because it changes with every hit.
CREATE TABLE contact_active (
	contact_id {{id}} PRIMARY KEY,
	state INTEGER NOT NULL,
	last_active BIGINT NOT NULL
);
CREATE INDEX contact_active_order ON contact_active (state, last_active, contact_id);

CREATE TABLE identity (
	kind INTEGER NOT NULL,
	value {{text}} NOT NULL,
	contact_id BIGINT NOT NULL,
	added BIGINT NOT NULL,
	source INTEGER NOT NULL,
	PRIMARY KEY (kind, value)
) {{clustered}};
CREATE INDEX identity_contact ON identity (contact_id);

-- A contact that holds a value whose key another contact owns.
CREATE TABLE identity_conflict (
	contact_id BIGINT NOT NULL,
	kind INTEGER NOT NULL,
	value {{text}} NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (contact_id, kind, value)
) {{clustered}};

-- sequence: ip_address
CREATE TABLE ip_address (
	address {{text}} PRIMARY KEY,
	id BIGINT NOT NULL
) {{clustered}};
CREATE UNIQUE INDEX ip_address_id ON ip_address (id);

CREATE TABLE contact_ip (
	contact_id BIGINT NOT NULL,
	ip_id BIGINT NOT NULL,
	added BIGINT NOT NULL,
	PRIMARY KEY (contact_id, ip_id)
) {{clustered}};
CREATE INDEX contact_ip_address ON contact_ip (ip_id, contact_id);

{{search "contact_search"}}
