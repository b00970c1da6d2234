package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Received is a text as it came in. Its words are here until it is stepped; then they live on in the record, and the row keeps only its
// id, so that no repeat is taken for a new one.
type Received struct {
	Provider, ID         string       // unique together, for ever
	From                 phone.Number // zero when RawFrom is no number
	RawFrom, Body        private.Text
	ReceivedAt, StoredAt time.Time
	Seq                  int64
	Attempts             int // times it was tried
}

// ReceivedRef names a text received.
type ReceivedRef struct{ Provider, ID string }

// Ref names r.
func (r Received) Ref() ReceivedRef { return ReceivedRef{r.Provider, r.ID} }

// receiveRows is how many texts one statement stores: six parameters each.
const receiveRows = 64

// receiving is a text on its way in.
type receiving struct {
	Received
	owner string
	fresh bool
}

// Receive stores a text, durably once it returns, and says whether it is new: a repeat of an id changes nothing.
func (db *DB) Receive(ctx context.Context, r Received) (fresh bool, err error) {
	// The key is the day's: a text lies here for moments, and a key for each would double the work. The day's words go when they are stepped.
	rec := &receiving{Received: r, owner: "inbox/" + r.ReceivedAt.UTC().Format(time.DateOnly)}
	switch {
	case db.readOnly:
		err = ErrReadOnly
	case db.pg != nil:
		err = db.pg.write(ctx, db, func(t *tx) error {
			t.notify()
			return t.receive([]*job{{receive: rec}})
		})
	default:
		err = db.writer.do(ctx, &job{receive: rec})
	}
	if err != nil {
		return false, fmt.Errorf("store text received from %s: %w", r.Provider, err)
	}
	return rec.fresh, nil
}

// receive stores texts by one statement, and notes which of them were new.
func (t *tx) receive(jobs []*job) error {
	args := make([]any, 0, 6*len(jobs))
	waiting := make(map[ReceivedRef]*receiving, len(jobs))
	for _, j := range jobs {
		r := j.receive
		r.fresh = false
		if waiting[r.Ref()] != nil {
			continue // the same twice in one go: the first is the one
		}
		waiting[r.Ref()] = r
		plain := pack(r.From.E164(), r.RawFrom.Reveal(), r.Body.Reveal())
		sealed, err := t.seal(r.owner, r.Ref().place(), plain, r.ReceivedAt)
		if errors.Is(err, ErrErased) { // the day's key is gone, as after a clock that was set ahead: a text is taken all the same
			r.owner += "/" + r.ID
			sealed, err = t.seal(r.owner, r.Ref().place(), plain, r.ReceivedAt)
		}
		if err != nil {
			return err
		}
		args = append(args, r.Provider, r.ID, r.owner, sealed, instant(r.ReceivedAt), instant(r.StoredAt))
	}
	t.work += len(waiting) / 4
	stored, err := all(t.ctx, t.on, func(s scanner) (ref ReceivedRef, err error) {
		err = s.Scan(&ref.Provider, &ref.ID)
		return ref, err
	}, t.db.receiveTexts[len(waiting)], args...)
	if err != nil {
		return err
	}
	for _, ref := range stored {
		waiting[ref].fresh = true
	}
	return nil
}

func (r ReceivedRef) place() string { return "inbox/" + r.Provider + "/" + r.ID }

// receiveStatements are the statements for one text, two, … up to receiveRows.
func receiveStatements() (texts [receiveRows + 1]string) {
	for n := 1; n <= receiveRows; n++ {
		var s strings.Builder
		s.WriteString(`INSERT INTO inbox (provider, provider_id, key_owner, words, received_at, stored_at, state, attempts, why) VALUES `)
		for i := range n {
			if i > 0 {
				s.WriteString(", ")
			}
			s.WriteByte('(')
			for p := range 6 {
				s.WriteString("$" + strconv.Itoa(6*i+p+1) + ", ")
			}
			s.WriteString("'waiting', 0, '')")
		}
		s.WriteString(` ON CONFLICT (provider, provider_id) DO NOTHING RETURNING provider, provider_id`)
		texts[n] = s.String()
	}
	return texts
}

const inboxColumns = `provider, provider_id, key_owner, words, received_at, stored_at, seq, attempts`

type sealedReceived struct {
	Received
	owner string
	words []byte
}

func scanReceived(s scanner) (r sealedReceived, err error) {
	err = s.Scan(&r.Provider, &r.ID, &r.owner, &r.words, at{&r.ReceivedAt}, at{&r.StoredAt}, &r.Seq, &r.Attempts)
	return r, err
}

func (db *DB) openReceived(ctx context.Context, s sealedReceived) (Received, error) {
	plain, err := db.open(ctx, db.reader, s.owner, s.Ref().place(), s.words)
	if err != nil || plain == nil {
		return s.Received, err
	}
	var from, raw, body string
	if err := unpack(plain, &from, &raw, &body); err != nil {
		return s.Received, err
	}
	if from != "" {
		if s.From, err = phone.Parse(from); err != nil {
			return s.Received, fmt.Errorf("read sender: %w", err)
		}
	}
	s.RawFrom, s.Body = private.New(raw), private.New(body)
	return s.Received, nil
}

// Waiting gives texts that were not stepped yet, in the order they were received, those that come after another one; the zero Received is
// before all. One whose words can't be opened comes without them, and the error names it: it is to be set aside, and the others go on.
func (db *DB) Waiting(ctx context.Context, after Received, limit int) ([]Received, error) {
	rows, err := all(ctx, db.reader, scanReceived, `SELECT `+inboxColumns+` FROM inbox
		WHERE state = 'waiting' AND (received_at, seq) > ($1, $2) ORDER BY received_at, seq LIMIT $3`, instant(after.ReceivedAt), after.Seq, limit)
	if err != nil {
		return nil, fmt.Errorf("list texts that wait: %w", err)
	}
	var list []Received
	var errs []error
	for _, s := range rows {
		r, err := db.openReceived(ctx, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("text %s of %s that waits: %w", s.ID, s.Provider, err))
		}
		list = append(list, r)
	}
	return list, errors.Join(errs...)
}

// ReceivedByID gives a text received; one that was stepped has no words any more.
func (db *DB) ReceivedByID(ctx context.Context, ref ReceivedRef) (Received, error) {
	s, err := first(ctx, db.reader, scanReceived, `SELECT `+inboxColumns+` FROM inbox WHERE provider = $1 AND provider_id = $2`, ref.Provider, ref.ID)
	if err != nil {
		return Received{}, fmt.Errorf("read text received: %w", err)
	}
	return db.openReceived(ctx, s)
}

// settleReceived ends a text's wait. One that is done has its words cleared; one that is set aside keeps them, for people to read.
func (t *tx) settleReceived(ref ReceivedRef, state, why string, at time.Time) error {
	query := `UPDATE inbox SET state = $3, why = $4, settled_at = $5, words = NULL WHERE provider = $1 AND provider_id = $2`
	if state == "aside" {
		query = `UPDATE inbox SET state = $3, why = $4, settled_at = $5 WHERE provider = $1 AND provider_id = $2 AND state = 'waiting'`
	}
	n, err := t.exec(query, ref.Provider, ref.ID, state, why, maybe(at))
	if err == nil && n == 0 {
		err = fmt.Errorf("text %s of %s: %w", ref.ID, ref.Provider, ErrNotFound)
	}
	return err
}

// Finish says that a text is done with; its words are cleared. Commit does the same for the texts of a change.
func (db *DB) Finish(ctx context.Context, ref ReceivedRef, at time.Time) error {
	err := db.write(ctx, func(t *tx) error { return t.settleReceived(ref, "done", "", at) })
	if err != nil {
		return fmt.Errorf("finish text received: %w", err)
	}
	return nil
}

// Tried counts one more try of a text, and gives how many there were.
func (db *DB) Tried(ctx context.Context, ref ReceivedRef) (attempts int, err error) {
	err = db.write(ctx, func(t *tx) (err error) {
		attempts, err = first(t.ctx, t.on, value[int],
			`UPDATE inbox SET attempts = attempts + 1 WHERE provider = $1 AND provider_id = $2 RETURNING attempts`, ref.Provider, ref.ID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count try of text received: %w", err)
	}
	return attempts, nil
}

// SetAside takes a text that can't be stepped out of the way of the others; why has no private words. Whoever calls it tells people.
func (db *DB) SetAside(ctx context.Context, ref ReceivedRef, why string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error { return t.settleReceived(ref, "aside", why, at) })
	if err != nil {
		return fmt.Errorf("set text received aside: %w", err)
	}
	return nil
}

// Aside names the texts that were set aside, in the order they were received.
func (db *DB) Aside(ctx context.Context) ([]ReceivedRef, error) {
	refs, err := all(ctx, db.reader, func(s scanner) (r ReceivedRef, err error) {
		err = s.Scan(&r.Provider, &r.ID)
		return r, err
	}, `SELECT provider, provider_id FROM inbox WHERE state = 'aside' ORDER BY received_at, seq`)
	if err != nil {
		return nil, fmt.Errorf("list texts set aside: %w", err)
	}
	return refs, nil
}

// Backlog says how much is still to be done: texts that were not stepped, and messages that were not handed over.
func (db *DB) Backlog(ctx context.Context) (texts, messages int, err error) {
	if texts, err = first(ctx, db.reader, value[int], `SELECT count(*) FROM inbox WHERE state = 'waiting'`); err == nil {
		messages, err = first(ctx, db.reader, value[int], `SELECT count(*) FROM outbox WHERE state = 'pending'`)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count what is to be done: %w", err)
	}
	return texts, messages, nil
}
