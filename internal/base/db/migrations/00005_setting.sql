CREATE TABLE setting (name {{text}} PRIMARY KEY, value {{json}} NOT NULL) {{clustered}};
