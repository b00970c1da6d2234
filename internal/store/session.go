package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Session is one browser in which someone is signed in. Its secret, the cookie, is kept as a keyed hash only.
type Session struct {
	ID        string // its own name, for the list of them; not the secret
	Person    string
	Reach     string // "whole", or "phone": what a link by text opens, enough to check in
	Method    string // what they proved who they are by
	Device    string // the browser and system, in words, as it says of itself
	Provider  string // the session's name at the organisation's own sign-in; "" where it has none
	Subject   string // who they are at the organisation's own sign-in; "" where that did not begin it
	StartedAt time.Time
	UsedAt    time.Time // rounded to the minute, so that a look writes nothing
	ProvedAt  time.Time // when they last proved who they are
	EndsAt    time.Time
}

func (db *DB) sessionHash(secret string) []byte { return db.vault.Hash("session", secret) }

// AddSession begins a session, known by its secret.
func (db *DB) AddSession(ctx context.Context, s Session, secret string) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO sessions (hash, id, person, reach, method, device, provider, subject, started_at, used_at, proved_at, ends_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			db.sessionHash(secret), s.ID, s.Person, s.Reach, s.Method, s.Device, s.Provider, s.Subject, instant(s.StartedAt), instant(s.UsedAt), instant(s.ProvedAt), instant(s.EndsAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("begin session of %s: %w", s.Person, err)
	}
	return nil
}

const sessionColumns = `id, person, reach, method, device, provider, subject, started_at, used_at, proved_at, ends_at`

func scanSession(s scanner) (x Session, err error) {
	err = s.Scan(&x.ID, &x.Person, &x.Reach, &x.Method, &x.Device, &x.Provider, &x.Subject, at{&x.StartedAt}, at{&x.UsedAt}, at{&x.ProvedAt}, at{&x.EndsAt})
	return x, err
}

// SessionBySecret gives the session with a secret, also one that is over: whoever asks knows the time.
func (db *DB) SessionBySecret(ctx context.Context, secret string) (Session, error) {
	s, err := first(ctx, db.reader, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, db.sessionHash(secret))
	if err != nil {
		return Session{}, fmt.Errorf("look for session: %w", err)
	}
	return s, nil
}

// Sessions gives a person's sessions that are not over, the one used last first.
func (db *DB) Sessions(ctx context.Context, person string, at time.Time) ([]Session, error) {
	list, err := all(ctx, db.reader, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE person = $1 AND ends_at > $2`, person, instant(at))
	if err != nil {
		return nil, fmt.Errorf("list sessions of %s: %w", person, err)
	}
	slices.SortFunc(list, func(a, b Session) int { return b.UsedAt.Compare(a.UsedAt) })
	return list, nil
}

// UsedSession says that a session is used now. It never brings back one that was ended in the meantime.
func (db *DB) UsedSession(ctx context.Context, id string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE sessions SET used_at = $2 WHERE id = $1 AND used_at < $2`, id, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note use of session: %w", err)
	}
	return nil
}

// EndSession ends one session of a person's.
func (db *DB) EndSession(ctx context.Context, person, id string) error {
	return db.endSessions(ctx, `person = $1 AND id = $2`, person, id)
}

// EndSessions ends all sessions of a person's but one; "" spares none.
func (db *DB) EndSessions(ctx context.Context, person, but string) error {
	return db.endSessions(ctx, `person = $1 AND id <> $2`, person, but)
}

// EndSessionsOf ends one session at the organisation's own sign-in, by its name there; and of those that it began for a subject
// the ones that it gave no name. Of "" there is none.
func (db *DB) EndSessionsOf(ctx context.Context, provider, subject string) error {
	return db.endSessions(ctx, `(provider <> '' AND provider = $1) OR (provider = '' AND subject <> '' AND subject = $2)`, provider, subject)
}

// EndSessionsOfSubject ends all sessions of whoever the organisation's own sign-in began one for as a subject.
func (db *DB) EndSessionsOfSubject(ctx context.Context, subject string) error {
	return db.endSessions(ctx, `person IN (SELECT person FROM sessions WHERE subject <> '' AND subject = $1)`, subject)
}

// SessionEnds is how often sessions were ended: where it moves, what is open in a browser asks whether it still may be.
func (db *DB) SessionEnds(ctx context.Context) (int64, error) {
	n, err := first(ctx, db.reader, value[int64], `SELECT n FROM session_ends WHERE id = 1`)
	if err != nil {
		return 0, fmt.Errorf("read how often sessions ended: %w", err)
	}
	return n, nil
}

// ForgetSessions drops the sessions that were over before an instant.
func (db *DB) ForgetSessions(ctx context.Context, before time.Time) error {
	return db.drop(ctx, `DELETE FROM sessions WHERE ends_at < $1`, instant(before))
}

// ForgetTickets drops the tickets that were over before an instant.
func (db *DB) ForgetTickets(ctx context.Context, before time.Time) error {
	return db.drop(ctx, `DELETE FROM tickets WHERE ends_at < $1`, instant(before))
}

// endSessions ends sessions, and has that heard of wherever they are open.
func (t *tx) endSessions(where string, args ...any) error {
	n, err := t.exec(`DELETE FROM sessions WHERE `+where, args...)
	if n > 0 && err == nil {
		_, err = t.exec(`UPDATE session_ends SET n = n + 1 WHERE id = 1`)
	}
	return err
}

func (db *DB) endSessions(ctx context.Context, where string, args ...any) error {
	if err := db.write(ctx, func(t *tx) error { return t.endSessions(where, args...) }); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// drop drops what is over.
func (db *DB) drop(ctx context.Context, statement string, args ...any) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop what is over: %w", err)
	}
	return nil
}

// The kinds of tickets.
const (
	TicketFirst = "first" // makes the first administrator
	TicketJoin  = "join"  // lets someone set up how they sign in
	TicketPhone = "phone" // opens a worker's own phone page
	TicketBegun = "begun" // a sign-in that was begun and is done: it must not be gone on with again
)

// Anew is the matter of a ticket to set up how one signs in, by which whatever one signed in by before is dropped.
const Anew = "anew"

// used is the matter of a ticket that counts no more, and is kept so that it is known how many there were.
const used = "used"

// Ticket is good once, for whoever has its secret, until it ends. The secret is kept as a keyed hash only.
type Ticket struct {
	Kind, Person string
	Matter       string // what goes on with it; nothing private
	EndsAt       time.Time
}

// Mark is what only who has the database's keys makes of a text: what a browser keeps for us is known again by it.
func (db *DB) Mark(what, text string) []byte { return db.vault.Hash("mark/"+what, text) }

func (db *DB) ticketHash(kind, secret string) []byte { return db.vault.Hash("ticket/"+kind, secret) }

// AddTicket keeps a ticket.
func (db *DB) AddTicket(ctx context.Context, k Ticket, secret string) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO tickets (hash, kind, person, matter, ends_at) VALUES ($1, $2, $3, $4, $5)`,
			db.ticketHash(k.Kind, secret), k.Kind, k.Person, k.Matter, instant(k.EndsAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep %s ticket: %w", k.Kind, err)
	}
	return nil
}

// ErrEnough says that there are as many as there may be.
var ErrEnough = errors.New("there are as many as there may be")

// AddTicketOf keeps a ticket of someone's, unless as many of its kind were made for them that end after an instant, used ones
// too: then it is ErrEnough.
func (db *DB) AddTicketOf(ctx context.Context, k Ticket, secret string, most int, after time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		// Of two that come at once the second waits here, and then counts the first's.
		if _, err := t.exec(`UPDATE people SET put_at = put_at WHERE id = $1`, k.Person); err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO tickets (hash, kind, person, matter, ends_at) SELECT $1, $2, $3, $4, $5
			WHERE (SELECT count(*) FROM tickets WHERE kind = $2 AND person = $3 AND ends_at > $6) < $7`,
			db.ticketHash(k.Kind, secret), k.Kind, k.Person, k.Matter, instant(k.EndsAt), instant(after), most)
		if err == nil && n == 0 {
			err = ErrEnough
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep %s ticket: %w", k.Kind, err)
	}
	return nil
}

const ticketColumns = `kind, person, matter, ends_at`

func scanTicket(s scanner) (k Ticket, err error) {
	err = s.Scan(&k.Kind, &k.Person, &k.Matter, at{&k.EndsAt})
	return k, err
}

// Ticket gives a ticket that is good at an instant, and leaves it good.
func (db *DB) Ticket(ctx context.Context, kind, secret string, at time.Time) (Ticket, error) {
	k, err := first(ctx, db.reader, scanTicket, `SELECT `+ticketColumns+` FROM tickets WHERE hash = $1 AND ends_at > $2 AND matter <> '`+used+`'`,
		db.ticketHash(kind, secret), instant(at))
	if err != nil {
		return Ticket{}, fmt.Errorf("look for %s ticket: %w", kind, err)
	}
	return k, nil
}

// TakeTicket gives a ticket that is good at an instant, and ends it: of two who take it one gets it. One to a phone page is
// still counted.
func (db *DB) TakeTicket(ctx context.Context, kind, secret string, at time.Time) (k Ticket, err error) {
	take := `DELETE FROM tickets`
	if kind == TicketPhone {
		take = `UPDATE tickets SET matter = '` + used + `'`
	}
	err = db.write(ctx, func(t *tx) (err error) {
		k, err = first(t.ctx, t.on, scanTicket, take+` WHERE hash = $1 AND ends_at > $2 AND matter <> '`+used+`' RETURNING `+ticketColumns,
			db.ticketHash(kind, secret), instant(at))
		return err
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("take %s ticket: %w", kind, err)
	}
	return k, nil
}

// DropTickets ends all tickets of a kind that a person has: a new invitation makes the last one void.
func (db *DB) DropTickets(ctx context.Context, kind, person string) error {
	return db.drop(ctx, `DELETE FROM tickets WHERE kind = $1 AND person = $2`, kind, person)
}
