-- +goose Up
-- How often a row was written: it is written over what was read, and over nothing else.
ALTER TABLE invited ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- Which mail works a calendar object, alone while it waits.
CREATE TABLE invited_turns (
	organizer BLOB NOT NULL,
	uid       BLOB NOT NULL,
	mail      TEXT NOT NULL,
	PRIMARY KEY (organizer, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX invited_turns_mail ON invited_turns (mail);
