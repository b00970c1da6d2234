-- +goose Up
-- Mails as they came in. print is the same for the same mail however it came; sender is keyed: the mails of one are worked in the order they came.
CREATE TABLE mails (
	seq         INTEGER PRIMARY KEY,
	id          TEXT NOT NULL UNIQUE,
	print       BLOB NOT NULL UNIQUE,
	sender      BLOB NOT NULL,
	person      TEXT NOT NULL,
	via         TEXT NOT NULL,
	raw         BLOB,
	received_at INTEGER NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'aside')),
	result      TEXT NOT NULL,
	visit       TEXT NOT NULL,
	attempts    INTEGER NOT NULL,
	next_at     INTEGER NOT NULL,
	leased_by   TEXT NOT NULL,
	settled_at  INTEGER
) STRICT;
CREATE INDEX mails_due ON mails (next_at, seq) WHERE state = 'waiting';
CREATE INDEX mails_sender ON mails (sender, seq) WHERE state = 'waiting';
CREATE INDEX mails_person ON mails (person) WHERE person <> '';
CREATE INDEX mails_result ON mails (result, settled_at) WHERE state = 'done';

-- What calendar object became which visit: a single meeting, the master of a series (instance 0, which has no visit) or an instance of one. A row that is
-- cancelled stays, so that an older request does not bring it back. starts_at and ends_at are what the invite said last: a visit that has other times was moved by its worker.
CREATE TABLE invited (
	organizer BLOB NOT NULL,
	uid       BLOB NOT NULL,
	instance  INTEGER NOT NULL,
	worker    TEXT NOT NULL,
	visit     TEXT NOT NULL,
	mail      TEXT NOT NULL,
	sequence  INTEGER NOT NULL,
	stamp_at  INTEGER NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('booked', 'series', 'cancelled', 'refused')),
	starts_at INTEGER,
	ends_at   INTEGER,
	look_at   INTEGER,
	key_owner TEXT NOT NULL,
	words     BLOB,
	put_at    INTEGER NOT NULL,
	PRIMARY KEY (organizer, uid, instance)
) STRICT;
CREATE INDEX invited_visit ON invited (visit) WHERE visit <> '';
CREATE INDEX invited_worker ON invited (worker);
CREATE INDEX invited_look ON invited (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX invited_owner ON invited (key_owner);
