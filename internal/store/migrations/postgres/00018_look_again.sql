-- +goose Up
-- When time alone brings something of a paper: a reminder, its end, what follows from it. NULL for nothing: only those that have one are looked at.
ALTER TABLE papers ADD COLUMN look_at BIGINT;
-- When what follows from an incident by itself was done: the assessments of where it was are looked at again.
ALTER TABLE papers ADD COLUMN followed_at BIGINT;
UPDATE papers SET followed_at = made_at WHERE kind = 'incident' AND EXISTS (SELECT 1 FROM meta WHERE key = 'asked/incident/' || papers.id);
UPDATE papers SET look_at = COALESCE(due_at, changed_at) WHERE over_at IS NULL AND body IS NOT NULL AND kind IN ('risk', 'warning', 'debrief', 'action', 'incident');
UPDATE papers SET look_at = changed_at WHERE kind = 'incident' AND followed_at IS NULL AND body IS NOT NULL;
DELETE FROM meta WHERE key LIKE 'asked/%';
CREATE INDEX papers_look ON papers (look_at) WHERE look_at IS NOT NULL;

-- When what follows from an alarm once it is closed was done: debriefs were offered, and an incident was opened of a harm.
ALTER TABLE alarms ADD COLUMN followed_at BIGINT;
DROP INDEX alarms_closed;
CREATE INDEX alarms_follow ON alarms (closed_at) WHERE closed_at IS NOT NULL AND followed_at IS NULL;
