-- Facts are compared in one form, so that one fact is not kept, or left behind, in several writings.
-- normal_form and indexed_words are functions of the program (database.py).

ALTER TABLE facts ADD COLUMN form TEXT NOT NULL DEFAULT '';
UPDATE facts SET form = normal_form(text);
DROP INDEX facts_by_text;
CREATE INDEX facts_by_form ON facts (form);

-- Words with an accent of its own were cut in two.
UPDATE terms SET
  text = (SELECT indexed_words(facts.text) FROM facts WHERE facts.id = terms.rowid),
  context = (SELECT indexed_words(facts.context) FROM facts WHERE facts.id = terms.rowid)
WHERE rowid IN (SELECT id FROM facts WHERE text || context GLOB '*[^ -~]*');
