package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// DoImportPart does one part of an import that is running: of each of the people become says, by how they are now and by their past, what becomes of them. It is
// called within the transaction, perhaps more than once, and must not ask the database. All of the part is done or none, and once: ErrSeen where
// it is done. Whom it changes is on record as by [DB.ChangePerson], with the import's name.
func (db *DB) DoImportPart(ctx context.Context, i Import, part int, people []string, at, lease time.Time, become func(person int, before buddy.Person, past Past) Become) error {
	by := By{Person: i.By, Via: "import"}
	ids := make([]string, len(people))
	for n := range ids {
		ids[n] = rand.Text()
	}
	var err error
	for range retries { // a look of the same reader may come between
		err = db.write(ctx, func(t *tx) error {
			w := importWork{tx: t, Import: i, by: by, at: at}
			if err := w.begin(part, lease); err != nil {
				return err
			}
			for n, id := range people {
				if err := w.person(id, ids[n], func(before buddy.Person, past Past) Become { return become(n, before, past) }); err != nil {
					return fmt.Errorf("person %s: %w", id, err)
				}
			}
			return w.end()
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("import %s, part %d: %w", i.ID, part, err)
	}
	return nil
}

// importWork is one part under way.
type importWork struct {
	*tx
	Import
	by      By
	at      time.Time
	entries []Entry
}

// begin takes the part, if nobody did it, and reads how many were done before.
func (w *importWork) begin(part int, lease time.Time) error {
	if err := w.moveEpoch(); err != nil { // from here on nobody else changes people
		return err
	}
	w.notify()
	n, err := w.exec(`UPDATE imports SET part = part + 1, lease_at = $3 WHERE id = $1 AND part = $2 AND state = 'running'`, w.ID, part, instant(lease))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrSeen
	}
	now, err := first(w.ctx, w.on, scanImport, `SELECT `+importColumns+` FROM imports WHERE id = $1`, w.ID)
	w.Counts = now.Counts
	return err
}

func (w *importWork) person(id, entry string, become func(buddy.Person, Past) Become) error {
	before, err := w.tx.person(id)
	if err != nil {
		return err
	}
	past, err := w.past(id)
	if err != nil {
		return err
	}
	b := become(before, past)
	if b.Kept {
		w.Counts.Kept++
	}
	switch {
	case b.Leaver:
		w.Counts.Left++
		return nil
	case b.Stays:
		w.Counts.Same++
		return nil
	case !b.Changes:
		w.Counts.Same++
		return w.spoke(id, past, b.Says, w.AsOf)
	}
	taken, err := w.numberTaken(b.After)
	if err != nil {
		return err
	}
	if taken { // since the list was looked through; it must not keep all others from being done
		w.Counts.Same++
		w.Counts.Kept++
		return nil
	}
	if err := w.change(before, b, entry); err != nil {
		return err
	}
	return w.spoke(id, past, b.Says, w.AsOf)
}

// numberTaken says that somebody else has a person's external id.
func (w *importWork) numberTaken(p buddy.Person) (bool, error) {
	if p.ExternalID == "" {
		return false, nil
	}
	_, err := first(w.ctx, w.on, value[string], `SELECT id FROM people WHERE external_id = $1 AND id <> $2`, p.ExternalID, p.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (w *importWork) change(before buddy.Person, b Become, entry string) error {
	raw, err := json.Marshal(toPerson(b.After))
	if err != nil {
		return err
	}
	created, err := w.putPerson(b.After, raw, w.at)
	if err != nil {
		return err
	}
	c := changed{New: created, Import: w.ID}
	if created {
		w.Counts.New++
	} else {
		w.Counts.Changed++
		if c.Changed, err = differ(before, b.After); err != nil {
			return err
		}
		if err := w.voidWhatWasGiven(before, b.After); err != nil {
			return err
		}
	}
	input, err := json.Marshal(c)
	if err != nil {
		return err
	}
	e := Entry{ID: "person/" + entry, At: w.at, RecordedAt: w.at, Kind: "person", By: w.by.Person, Via: w.by.Via, Visit: "person/" + b.After.ID, Input: input, Events: []byte("[]"), Owner: "person/" + w.by.Person}
	w.entries = append(w.entries, e)
	return w.tell(nil, b.Tell)
}

// end keeps the counts, and hangs the entries on the chain of who brought the file.
func (w *importWork) end() error {
	counts, err := json.Marshal(w.Counts)
	if err != nil {
		return err
	}
	if _, err := w.exec(`UPDATE imports SET counts = $2 WHERE id = $1`, w.ID, string(counts)); err != nil || len(w.entries) == 0 {
		return err
	}
	return w.recordAll(looks+cmp.Or(w.by.Person, "import"), w.entries)
}
