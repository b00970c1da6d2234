-- +goose Up
-- Who shares their office calendar with their team, with its details (the plan's section 1): since when they are in the team, what was last said
-- and by whom, the colleague who could not see it since, and when they are to be told of that. Who goes into another team is asked anew.
CREATE TABLE shared_calendars (
	person    TEXT NOT NULL PRIMARY KEY,
	team      TEXT NOT NULL,
	since_at  INTEGER NOT NULL,
	shared    INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
	said_at   INTEGER,
	said_by   TEXT,
	unseen_at INTEGER,
	unseen_by TEXT,
	ask_at    INTEGER
) STRICT;
CREATE INDEX shared_calendars_team ON shared_calendars (team);
CREATE INDEX shared_calendars_ask ON shared_calendars (ask_at) WHERE ask_at IS NOT NULL;
INSERT INTO shared_calendars (person, team, since_at) SELECT id, team, put_at FROM people WHERE active = 1;

-- What was written of visits into teams' shared calendars, by the calendar's mailbox: print is of what it says, empty while it is being written, so that
-- what was begun is known after a crash.
CREATE TABLE team_events (
	visit    TEXT NOT NULL,
	calendar TEXT NOT NULL,
	print    BLOB NOT NULL,
	ends_at  INTEGER NOT NULL,
	PRIMARY KEY (visit, calendar)
) STRICT;
CREATE INDEX team_events_calendar ON team_events (calendar);
