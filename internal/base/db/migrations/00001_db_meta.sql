CREATE TABLE meta (name {{text}} PRIMARY KEY, value {{text}} NOT NULL) {{clustered}};
{{if sqlite}}
CREATE TABLE sequence (name {{text}} PRIMARY KEY, value BIGINT NOT NULL) {{clustered}};
{{end}}
