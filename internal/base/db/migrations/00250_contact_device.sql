-- From when on a device was whose, once it changed hands: until the next row of
-- its token. A merge never rewrites contact_id; 0 is somebody who was erased.
CREATE TABLE device_turn (
	token {{text}} NOT NULL,
	since BIGINT NOT NULL,
	contact_id BIGINT NOT NULL,
	PRIMARY KEY (token, since)
) {{clustered}};
CREATE INDEX device_turn_contact ON device_turn (contact_id);

-- Devices of which it was found, or said by hand, whether many people share them.
CREATE TABLE device_use (
	token {{text}} NOT NULL,
	shared INTEGER NOT NULL,
	said INTEGER NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (token)
) {{clustered}};
