-- +goose Up
-- The board lists open visits by when they are due.
CREATE INDEX visits_due ON visits (due_at, id) WHERE status IN ('booked', 'inside', 'overdue');
