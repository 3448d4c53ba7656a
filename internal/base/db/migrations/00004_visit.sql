-- A device is one browser of one contact. Its token leads to the contact
-- through identity.
-- sequence: device
CREATE TABLE device (
	contact_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	token {{text}} NOT NULL,
	added BIGINT NOT NULL,
	user_agent_id BIGINT,
	language {{text}},
	resolution {{text}},
	PRIMARY KEY (contact_id, id)
) {{clustered}};

-- Texts that many page views share: addresses, titles, referrers, user agents.
-- sequence: visit_text
CREATE TABLE visit_text (
	hash {{blob}} PRIMARY KEY,
	id BIGINT NOT NULL,
	body TEXT NOT NULL
) {{clustered}};
CREATE UNIQUE INDEX visit_text_id ON visit_text (id);
