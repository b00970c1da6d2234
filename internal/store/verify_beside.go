package store

import (
	"context"
	"encoding/json"
	"errors"
)

// What is beside the record and must agree with it: data keys, and legal holds. Each check is one statement, so that a server that goes on
// meanwhile is no break.

// erased holds the keys that are gone against the record: each lawful erasure is an entry of it, made with it in one transaction.
func (v *audit) erased(ctx context.Context) error {
	for _, check := range []struct{ query, what string }{
		{`SELECT k.owner FROM data_keys k WHERE k.wrapped IS NULL AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = 'erased/' || k.owner AND e.kind = 'erased')
			ORDER BY k.owner LIMIT 1`, "it was destroyed by hand: no entry says that it was erased"},
		{`SELECT k.owner FROM data_keys k JOIN entries e ON e.id = 'erased/' || k.owner AND e.kind = 'erased' WHERE k.wrapped IS NOT NULL
			ORDER BY k.owner LIMIT 1`, "it was erased, and is there again"},
	} {
		owner, err := first(ctx, v.db.reader, value[string], check.query)
		if err == nil {
			return broken(check.what, "the data key of %s", owner)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// keyless looks for what is sealed under a key that has no row any more: an erasure leaves the row.
func (v *audit) keyless(ctx context.Context) error {
	for _, sealed := range []struct{ table, owner, sealed string }{
		{"people", `'person/' || s.id`, `length(s.details) > 0`},
		{"visits", `'visit/' || s.id`, `(length(s.details) > 0 OR length(s.details_at_in) > 0)`},
		{"outbox", `s.key_owner`, `(length(s.recipient) > 0 OR length(s.body) > 0 OR length(s.mail) > 0)`}, // of alarms too
		{"holds", `'hold/' || s.id`, `length(s.reason) > 0`},
		{"mails", `'mail/' || s.id`, `s.raw IS NOT NULL`},
		{"invited", `s.key_owner`, `s.words IS NOT NULL`}, // of series too
	} {
		owner, err := first(ctx, v.db.reader, value[string], `SELECT `+sealed.owner+` FROM `+sealed.table+` s WHERE `+sealed.sealed+`
			AND NOT EXISTS (SELECT 1 FROM data_keys k WHERE k.owner = `+sealed.owner+`) ORDER BY 1 LIMIT 1`)
		if err == nil {
			return broken("it was taken away by hand: what is sealed under it is there", "the data key of %s", owner)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// heldRow is a hold as its row and its entries have it.
type heldRow struct {
	id, object string
	stands     bool   // by its row
	gone       bool   // it has no row
	set        []byte // what the entry says that set it; nil: there is none
	lifted     bool   // an entry says so
}

// holds compares the legal holds with the entries that set and lifted them.
func (v *audit) holds(ctx context.Context) error {
	rows, err := all(ctx, v.db.reader, func(s scanner) (r heldRow, err error) {
		var stands, gone, lifted int
		err = s.Scan(&r.id, &r.object, &stands, &gone, &r.set, &lifted)
		r.stands, r.gone, r.lifted = stands == 1, gone == 1, lifted == 1
		return r, err
	}, `SELECT h.id, h.object, CASE WHEN h.lifted_at IS NULL THEN 1 ELSE 0 END, 0, s.input, CASE WHEN l.id IS NULL THEN 0 ELSE 1 END FROM holds h
			LEFT JOIN entries s ON s.id = 'hold/' || h.id || '/set' AND s.kind = 'hold_set'
			LEFT JOIN entries l ON l.id = 'hold/' || h.id || '/lifted' AND l.kind = 'hold_lifted'
		UNION ALL SELECT substr(e.id, 6, length(e.id) - 9), '', 0, 1, e.input, 0 FROM entries e WHERE e.worker = $1 AND e.kind = 'hold_set'
			AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.id = substr(e.id, 6, length(e.id) - 9))
		ORDER BY 1`, retention)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if what := r.wrong(); what != "" {
			return broken(what, "the legal hold %s", r.id)
		}
	}
	return nil
}

// wrong says how a hold is not what is on record; "" is that it is.
func (r heldRow) wrong() string {
	var set struct {
		Object string `json:"object"`
	}
	switch {
	case r.gone:
		return "it was taken away by hand: an entry says that it was set"
	case r.set == nil:
		return "it was put there by hand: no entry says that it was set"
	case r.stands == r.lifted && r.lifted:
		return "it was lifted, and stands again"
	case r.stands == r.lifted:
		return "it was lifted by hand: no entry says so"
	case json.Unmarshal(r.set, &set) != nil || set.Object != r.object:
		return "it is on something else than the entry says that set it"
	}
	return ""
}
