-- +goose Up
-- The board counts and orders the open visits of some teams by this alone; of their rows it reads those on one page.
DROP INDEX visits_due;
CREATE INDEX visits_board ON visits (team, due_at, id) WHERE status IN ('booked', 'inside', 'overdue');
-- What ended lately is a few of very many visits that begin later.
CREATE INDEX visits_settled ON visits (starts_at, team) WHERE status IN ('ended', 'cancelled');
