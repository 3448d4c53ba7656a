-- What was said about writing to a contact lies with the one that lives on; the origin is
-- whom it was said of, before merges.
-- sequence: contact_block
CREATE TABLE contact_block (
	contact_id BIGINT NOT NULL,
	channel {{text}} NOT NULL,
	origin_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	reason INTEGER NOT NULL,
	comment TEXT NOT NULL,
	about_id BIGINT,
	added BIGINT NOT NULL,
	source INTEGER NOT NULL,
	said_by {{json}} NOT NULL,
	PRIMARY KEY (contact_id, channel, origin_id)
) {{clustered}};
CREATE INDEX contact_block_origin ON contact_block (origin_id);
CREATE INDEX contact_block_channel ON contact_block (channel, contact_id);
CREATE INDEX contact_block_reason ON contact_block (reason, contact_id);

-- over_id is the contact whose wishes these replaced, when others had been merged into it.
CREATE TABLE contact_wish (
	contact_id BIGINT NOT NULL,
	channel {{text}} NOT NULL,
	origin_id BIGINT NOT NULL,
	most INTEGER NOT NULL,
	per {{text}} NOT NULL,
	preferred INTEGER NOT NULL,
	pause_from {{text}} NOT NULL,
	pause_to {{text}} NOT NULL,
	changed BIGINT NOT NULL,
	over_id BIGINT NOT NULL,
	PRIMARY KEY (contact_id, channel, origin_id)
) {{clustered}};
CREATE INDEX contact_wish_origin ON contact_wish (origin_id);

-- What contacts are written to for. Numbers below 100 are the program's.
-- sequence: consent_purpose
CREATE TABLE consent_purpose (
	id BIGINT NOT NULL,
	name_en TEXT NOT NULL,
	name_fr TEXT NOT NULL,
	basis {{text}} NOT NULL,
	retired INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (id)
) {{clustered}};
INSERT INTO consent_purpose (id, name_en, name_fr, basis) VALUES
	(1, 'News and offers', 'Actualités et offres', 'legitimate_interest'),
	(2, 'Messages about a service in use', 'Messages relatifs à un service en cours', 'contract');

-- Consents given and withdrawn; never changed.
-- sequence: contact_consent
CREATE TABLE contact_consent (
	contact_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	origin_id BIGINT NOT NULL,
	purpose_id BIGINT NOT NULL,
	given INTEGER NOT NULL,
	basis {{text}} NOT NULL,
	at BIGINT NOT NULL,
	shown TEXT NOT NULL,
	version {{text}} NOT NULL,
	place TEXT NOT NULL,
	ip {{text}} NOT NULL,
	source INTEGER NOT NULL,
	said_by {{json}} NOT NULL,
	PRIMARY KEY (contact_id, id)
) {{clustered}};
CREATE INDEX contact_consent_origin ON contact_consent (origin_id);
