// Package i18n is in charge of language: translated texts, dates and numbers
// as the person reads them.
//
// English stands at the point of use, after its key: T(ctx, "area.name|English
// %s", …), or N(ctx, n, "area.name|one|many", …) where the number decides.
// French stands in fr/<area>.json, the area being the key's first word:
// {"area.name": "texte %s"} or {"area.name": ["un", "plusieurs"]}. Tests refuse
// a key without French, French without a key, one key with two English texts,
// and verbs that differ.
package i18n
