-- +goose Up
-- Texts that were asked back are a few of very many entries; a manager looks through them for what was meant.
CREATE INDEX entries_asked ON entries (at, id) WHERE kind = 'text' AND events LIKE '%"asked_back"%';
CREATE INDEX entries_labels ON entries (worker, seq) WHERE kind = 'label';
