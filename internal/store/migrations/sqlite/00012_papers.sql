-- +goose Up
-- What people write, agree and sign: each a row, its words sealed, and each change of it an entry of the record.
CREATE TABLE papers (
	id         TEXT PRIMARY KEY,
	kind       TEXT NOT NULL CHECK (kind IN ('plan', 'signature', 'support', 'risk', 'warning', 'own_words', 'debrief', 'action', 'incident')),
	team       TEXT NOT NULL,
	person     TEXT NOT NULL,
	about      TEXT NOT NULL,
	status     TEXT NOT NULL,
	number     INTEGER NOT NULL,
	revision   INTEGER NOT NULL CHECK (revision >= 1),
	made_by    TEXT NOT NULL,
	made_at    INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	due_at     INTEGER,
	over_at    INTEGER,
	key_owner  TEXT NOT NULL,
	body       BLOB
) STRICT;
CREATE UNIQUE INDEX papers_number ON papers (kind, team, number) WHERE number > 0;
CREATE INDEX papers_team ON papers (team, kind, made_at);
CREATE INDEX papers_person ON papers (person, kind);
CREATE INDEX papers_about ON papers (about);
CREATE INDEX papers_due ON papers (kind, due_at) WHERE over_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX papers_owner ON papers (key_owner);

-- What a paper is found by, without being read: a keyed hash of each.
CREATE TABLE paper_marks (
	hash  BLOB NOT NULL,
	paper TEXT NOT NULL REFERENCES papers (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_marks_paper ON paper_marks (paper);

-- Each version of a paper is asked of the record by what it is about.
CREATE INDEX entries_papers ON entries (visit, at) WHERE kind IN ('plan', 'signature', 'support', 'risk', 'warning', 'own_words', 'debrief', 'action', 'incident');
