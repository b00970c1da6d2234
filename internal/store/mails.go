package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// ReceivedMail is an e-mail as it came in, and what became of it.
type ReceivedMail struct {
	ID         string
	Print      string       // the same for the same mail, however it came
	Sender     private.Text // who its From says it is from; "" where it says nobody
	Person     string       // whose registered address that is, once it was read
	Via        string
	Raw        private.Text // gone once it is erased
	From       private.Text // the envelope's sender
	To         []string     // the envelope's
	RemoteIP   string
	ReceivedAt time.Time
	State      string // waiting, done, aside
	Result     string // what became of it, in a word; "" while it waits
	Visit      string // the visit that it is about
	Attempts   int
	SettledAt  time.Time
	Seq        int64

	next time.Time // the lease under which it was taken
}

// The states of a mail.
const (
	MailWaiting = "waiting"
	MailDone    = "done"
	MailAside   = "aside" // it could not be worked, and people were told
)

func mailOwner(id string) string { return "mail/" + id }
func mailPlace(id string) string { return "mail/" + id + "/raw" }

// ReceiveMail stores a mail, durably once it returns, and says whether it is new: one that came before changes nothing.
func (db *DB) ReceiveMail(ctx context.Context, m ReceivedMail) (fresh bool, err error) {
	parts := append([]string{m.From.Reveal(), m.RemoteIP, m.Raw.Reveal()}, m.To...)
	sender := m.Sender.Reveal()
	if sender == "" {
		sender = "\x00" + m.Print // of nobody: it waits for no other
	}
	err = db.write(ctx, func(t *tx) error {
		fresh = false
		_, err := first(t.ctx, t.on, value[string], `SELECT id FROM mails WHERE print = $1`, db.vault.Hash("mail", m.Print))
		if err == nil || !errors.Is(err, ErrNotFound) {
			return err
		}
		sealed, err := t.seal(mailOwner(m.ID), mailPlace(m.ID), pack(parts...), m.ReceivedAt)
		if err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO mails (id, print, sender, person, via, raw, received_at, state, result, visit, attempts, next_at, leased_by)
			VALUES ($1, $2, $3, '', $4, $5, $6, 'waiting', '', '', 0, $6, '') ON CONFLICT (print) DO NOTHING`,
			m.ID, db.vault.Hash("mail", m.Print), db.vault.Hash("mail/from", sender), m.Via, sealed, instant(m.ReceivedAt))
		if fresh = n == 1; fresh {
			t.notify()
		} else if err == nil {
			err = ErrSeen // another brought the same just now: nothing of this one is kept
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrSeen) {
		return false, fmt.Errorf("store mail received by %s: %w", m.Via, err)
	}
	return fresh, nil
}

const receivedMailColumns = `seq, id, person, via, received_at, state, result, visit, attempts, next_at, settled_at`

func scanReceivedMail(s scanner) (m ReceivedMail, err error) {
	err = s.Scan(&m.Seq, &m.ID, &m.Person, &m.Via, at{&m.ReceivedAt}, &m.State, &m.Result, &m.Visit, &m.Attempts, at{&m.next}, at{&m.SettledAt})
	return m, err
}

// TakeMails gives mails that wait, each the first of its sender, and leases them: nobody else gets them before lease. One that could not be worked holds up none
// of those behind it: anybody can write in a sender's name what cannot be proved for now. They come without their words, see [DB.MailWords].
func (db *DB) TakeMails(ctx context.Context, now, lease time.Time, node string, limit int) (taken []ReceivedMail, err error) {
	list, err := all(ctx, db.reader, scanReceivedMail, `SELECT `+receivedMailColumns+` FROM mails m WHERE state = 'waiting' AND next_at <= $1
		AND NOT EXISTS (SELECT 1 FROM mails b WHERE b.state = 'waiting' AND b.sender = m.sender AND b.seq < m.seq AND b.attempts = 0) ORDER BY next_at, seq LIMIT $2`, instant(now), limit)
	if err == nil && len(list) > 0 {
		err = db.write(ctx, func(t *tx) error {
			taken = nil
			for _, m := range list {
				n, err := t.exec(`UPDATE mails SET next_at = $3, leased_by = $4 WHERE id = $1 AND state = 'waiting' AND next_at = $2`,
					m.ID, instant(m.next), instant(lease), node)
				if err != nil {
					return err
				}
				if n == 1 {
					m.next = lease
					taken = append(taken, m)
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("take mails: %w", err)
	}
	return taken, nil
}

// MailWords opens a mail; its Raw is empty once it was erased.
func (db *DB) MailWords(ctx context.Context, m ReceivedMail) (ReceivedMail, error) {
	sealed, err := first(ctx, db.reader, value[[]byte], `SELECT raw FROM mails WHERE id = $1`, m.ID)
	var plain []byte
	if err == nil {
		plain, err = db.open(ctx, db.reader, mailOwner(m.ID), mailPlace(m.ID), sealed)
	}
	if err == nil && plain != nil {
		var from, raw string
		if err = unpackReceived(plain, &from, &m.RemoteIP, &raw, &m.To); err == nil {
			m.From, m.Raw = private.New(from), private.New(raw)
		}
	}
	if err != nil {
		return m, fmt.Errorf("read mail %s: %w", m.ID, err)
	}
	return m, nil
}

func unpackReceived(plain []byte, from, ip, raw *string, to *[]string) error {
	if err := unpack(plain, from, ip, raw); err != nil {
		return err
	}
	rest := plain[len(pack(*from, *ip, *raw)):]
	for len(rest) > 0 {
		var one string
		if err := unpack(rest, &one); err != nil {
			return err
		}
		rest = rest[len(pack(one)):]
		*to = append(*to, one)
	}
	return nil
}

// Mail gives a mail by its id, without its words.
func (db *DB) Mail(ctx context.Context, id string) (ReceivedMail, error) {
	m, err := first(ctx, db.reader, scanReceivedMail, `SELECT `+receivedMailColumns+` FROM mails WHERE id = $1`, id)
	if err != nil {
		return m, fmt.Errorf("read mail: %w", err)
	}
	return m, nil
}

// RetryMail has a mail wait until an instant, and gives how often it was tried.
func (db *DB) RetryMail(ctx context.Context, id string, next time.Time) (attempts int, err error) {
	err = db.write(ctx, func(t *tx) (err error) {
		attempts, err = first(t.ctx, t.on, value[int], `UPDATE mails SET next_at = $2, leased_by = '', attempts = attempts + 1 WHERE id = $1 AND state = 'waiting' RETURNING attempts`,
			id, instant(next))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("have mail %s wait: %w", id, err)
	}
	return attempts, nil
}
