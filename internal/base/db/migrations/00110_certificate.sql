-- Certificates with their keys, and what a certificate authority has to be
-- answered, so that several processes can do so.
CREATE TABLE certificate (name {{text}} PRIMARY KEY, data {{blob}} NOT NULL) {{clustered}};
