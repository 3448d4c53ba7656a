-- PostgreSQL keeps what is new for this index in a list that each search reads to its
-- end. It is put in its place sooner, in kB.
{{if not sqlite}}
ALTER INDEX contact_search_body SET (gin_pending_list_limit = 256);
{{end}}
