-- How words begin, at the end of the searched texts, so that searches with one or
-- two characters are answered by the index. chr(1) stands before each beginning.
{{if sqlite}}
UPDATE contact_search SET body = body || coalesce((SELECT group_concat(char(1, 1) || beginning, '') FROM (SELECT DISTINCT substr(value, 1, 2) AS beginning
	FROM json_each('["' || replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(contact_search.body,
		'\', char(10)), '"', char(10)), ' ', char(10)), '-', char(10)), '.', char(10)), '@', char(10)), '''', char(10)), '_', char(10)), '/', char(10)), ',', char(10)),
		'(', char(10)), ')', char(10)), '+', char(10)), ':', char(10)), char(10), '","') || '"]') WHERE value <> '')), '') || char(10);
{{else}}
UPDATE contact_search SET body = body || coalesce((SELECT string_agg(chr(1) || chr(1) || beginning, '') FROM (SELECT DISTINCT left(word, 2) AS beginning
	FROM regexp_split_to_table(contact_search.body, '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]+') AS word WHERE word <> '') AS words), '') || chr(10);
{{end}}
