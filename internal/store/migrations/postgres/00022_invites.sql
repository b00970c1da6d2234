-- +goose Up
-- What each person was last sent of a visit for their own calendar. uid is theirs alone and stays for ever; address is sealed under the visit's key; print is
-- keyed, of what was sent. A row that is withdrawn stays, so that a later invite goes on counting from it. asked is the sequence of the last change of a time:
-- an answer to an earlier one answers nothing.
CREATE TABLE invites_sent (
	visit       TEXT NOT NULL,
	person      TEXT NOT NULL,
	uid         TEXT NOT NULL UNIQUE,
	address     BYTEA,
	sequence    INTEGER NOT NULL,
	asked       INTEGER NOT NULL,
	print       BYTEA NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('invited', 'withdrawn')),
	starts_at   BIGINT NOT NULL,
	ends_at     BIGINT NOT NULL,
	sent_at     BIGINT NOT NULL,
	answer      TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'accepted', 'tentative', 'declined')),
	answered_at BIGINT,
	PRIMARY KEY (visit, person)
);
CREATE INDEX invites_sent_person ON invites_sent (person);
