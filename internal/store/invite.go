package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Invite is what one person was last sent of a visit for their own calendar.
type Invite struct {
	Visit, Person string
	UID           string       // theirs alone, and for ever: a reply names it
	Address       private.Text // where it was sent; "" where that was erased
	Sequence      int
	Asked         int    // the sequence of the last change of a time: an answer to an earlier one answers nothing
	Print         []byte // of what it says, see [DB.InvitePrint]
	Withdrawn     bool   // they were sent its cancellation
	StartsAt      time.Time
	EndsAt        time.Time
	SentAt        time.Time
	Answer        Answered // "" before there is one
	AnsweredAt    time.Time
	was           int // the sequence that was read; -1 for a row that is new
}

// Answered is what somebody's calendar answered to an invite. It says nothing about an alarm.
type Answered string

const (
	NoAnswer       Answered = ""
	AnswerAccepted Answered = "accepted"
	AnswerMaybe    Answered = "tentative"
	AnswerDeclined Answered = "declined"
)

// NewInvite is the invite of someone who was sent none of the visit yet.
func NewInvite(visit, person, uid string) Invite {
	return Invite{Visit: visit, Person: person, UID: uid, Sequence: -1, was: -1}
}

// InvitePrint is what an invite is known again by: keyed, so that nobody can try words against it.
func (db *DB) InvitePrint(said string) []byte { return db.vault.Hash("invite", said)[:16] }

// InviteName is what a visit is called in one person's calendar: keyed, so that whoever knows visit and person cannot have it. It is asked for once, and what is
// kept then stands.
func (db *DB) InviteName(visit, person string) string {
	return hex.EncodeToString(db.vault.Hash("invite/uid", visit+"\x00"+person)[:16])
}

const inviteColumns = `visit, person, uid, address, sequence, asked, print, state, starts_at, ends_at, sent_at, answer, answered_at`

type sealedInvite struct {
	Invite
	address []byte
}

func scanInvite(s scanner) (i sealedInvite, err error) {
	var state string
	err = s.Scan(&i.Visit, &i.Person, &i.UID, &i.address, &i.Sequence, &i.Asked, &i.Print, &state, at{&i.StartsAt}, at{&i.EndsAt}, at{&i.SentAt}, &i.Answer, at{&i.AnsweredAt})
	i.Withdrawn, i.was = state == "withdrawn", i.Sequence
	return i, err
}

func (db *DB) openInvite(ctx context.Context, s sealedInvite) (Invite, error) {
	address, err := db.open(ctx, db.reader, visitOwner(s.Visit), invitePlace(s.Invite), s.address)
	s.Address = private.New(string(address))
	return s.Invite, err
}

func invitePlace(i Invite) string { return "visit/" + i.Visit + "/invite/" + i.Person }

// UnreadInvites says of which visits it can't be read what was sent: an address can't be opened, as by a lost key. They are not visits of which nothing was sent.
type UnreadInvites struct {
	Visits []string
	Err    error
}

func (u *UnreadInvites) Error() string {
	return fmt.Sprintf("read invites of visits %s: %v", strings.Join(u.Visits, ", "), u.Err)
}

func (u *UnreadInvites) Unwrap() error { return u.Err }

// Invites gives what people were sent of each of some visits, by the visits' ids, in the order of the people's. The others come beside an *UnreadInvites.
func (db *DB) Invites(ctx context.Context, visits ...string) (map[string][]Invite, error) {
	const atOnce = 200
	sent, unread := map[string][]Invite{}, UnreadInvites{}
	for some := range slices.Chunk(visits, atOnce) {
		var args []any
		rows, err := all(ctx, db.reader, scanInvite, `SELECT `+inviteColumns+` FROM invites_sent WHERE visit IN (`+places(some, &args)+`) ORDER BY visit, person`, args...)
		if err != nil {
			return nil, fmt.Errorf("list invites: %w", err)
		}
		for _, r := range rows {
			i, err := db.openInvite(ctx, r)
			switch {
			case ctx.Err() != nil:
				return nil, fmt.Errorf("read invites: %w", ctx.Err())
			case err != nil:
				unread.Visits, unread.Err = append(unread.Visits, r.Visit), err
			default:
				sent[i.Visit] = append(sent[i.Visit], i)
			}
		}
	}
	if len(unread.Visits) > 0 {
		return sent, &unread
	}
	return sent, nil
}

// InvitesOf gives the invites that a person was sent, in the order of their visits' starts.
func (db *DB) InvitesOf(ctx context.Context, person string) ([]Invite, error) {
	rows, err := all(ctx, db.reader, scanInvite, `SELECT `+inviteColumns+` FROM invites_sent WHERE person = $1 ORDER BY starts_at, visit`, person)
	list := make([]Invite, 0, len(rows))
	for _, r := range rows {
		if err != nil {
			break
		}
		var i Invite
		i, err = db.openInvite(ctx, r)
		list = append(list, i)
	}
	if err != nil {
		return nil, fmt.Errorf("list invites of %s: %w", person, err)
	}
	return list, nil
}

// InviteByUID gives the invite that a reply names; ErrNotFound where it is none of ours.
func (db *DB) InviteByUID(ctx context.Context, uid string) (Invite, error) {
	s, err := first(ctx, db.reader, scanInvite, `SELECT `+inviteColumns+` FROM invites_sent WHERE uid = $1`, uid)
	if err != nil {
		return Invite{}, fmt.Errorf("look for an invite: %w", err)
	}
	return db.openInvite(ctx, s)
}

// putInvite writes what somebody is sent now; ErrConflict where they were sent something else since it was read, or answered.
func (t *tx) putInvite(i Invite) error {
	address, err := t.seal(visitOwner(i.Visit), invitePlace(i), []byte(i.Address.Reveal()), i.SentAt)
	if err != nil {
		return err
	}
	state := "invited"
	if i.Withdrawn {
		state = "withdrawn"
	}
	args := []any{i.Visit, i.Person, address, i.Sequence, i.Asked, i.Print, state, instant(i.StartsAt), instant(i.EndsAt), instant(i.SentAt)}
	query := `UPDATE invites_sent SET address = $3, sequence = $4, asked = $5, print = $6, state = $7, starts_at = $8, ends_at = $9, sent_at = $10,
		answer = CASE WHEN asked = $5 THEN answer ELSE '' END, answered_at = CASE WHEN asked = $5 THEN answered_at ELSE NULL END
		WHERE visit = $1 AND person = $2 AND sequence = $11`
	last := any(i.was)
	if i.was < 0 {
		query = `INSERT INTO invites_sent (visit, person, address, sequence, asked, print, state, starts_at, ends_at, sent_at, uid)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`
		last = i.UID
	}
	n, err := t.exec(query, append(args, last)...)
	if err == nil && n == 0 {
		err = ErrConflict
	}
	return err
}

// NoticeInvite is the notice of a mail that says how a visit stands in somebody's calendar. A newer one says all that an older one did.
const NoticeInvite = "invite"

// dropInvite drops what somebody was to be sent of a visit and that was not handed over yet: what they are sent now has a higher sequence. Without it, what
// gathers while the mail server is away would all go out when it is back, and could come in another order.
func (t *tx) dropInvite(i Invite) error {
	_, err := t.exec(`UPDATE outbox SET state = 'superseded' WHERE key_owner = $1 AND state = 'pending' AND channel = $2 AND notice = $3 AND person = $4`,
		visitOwner(i.Visit), channelMail, NoticeInvite, i.Person)
	return err
}

// putAnswer keeps what somebody's calendar answered, unless a later answer is there, or the invite was moved since.
func (t *tx) putAnswer(a InviteAnswer) error {
	_, err := t.exec(`UPDATE invites_sent SET answer = $2, answered_at = $3 WHERE uid = $1 AND asked = $4 AND (answered_at IS NULL OR answered_at <= $3)`,
		a.UID, string(a.Answer), instant(a.At), a.Asked)
	return err
}

// InviteAnswer is an answer to the invite with a UID, as it was when a time of it last changed.
type InviteAnswer struct {
	UID    string
	Asked  int
	Answer Answered
	At     time.Time // when it was given
}

// invitesFrom is how long past its expected end a visit is still looked at for what calendars say of it: a worker in danger may be shown a later end than its own.
const invitesFrom = 12 * time.Hour

// longestVisit is more than any visit lasts.
const longestVisit = 72 * time.Hour

// VisitPlace is a visit's place in the order in which [DB.VisitsAhead] gives them.
type VisitPlace struct {
	StartsAt time.Time
	ID       string
}

// VisitsAhead gives visits, of any status, that calendars may have to show at an instant or later, by their start, those after a place; and the place of the
// last of them, which is the same place where there are no more. One that can't be opened is left out: the error says so.
func (db *DB) VisitsAhead(ctx context.Context, at time.Time, after VisitPlace, limit int) ([]Visit, VisitPlace, error) {
	rows, err := all(ctx, db.reader, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE starts_at >= $1 AND (starts_at > $2 OR starts_at = $2 AND id > $3)
		AND expected_end_at >= $4 ORDER BY starts_at, id LIMIT $5`,
		instant(at.Add(-longestVisit)), instant(after.StartsAt), after.ID, instant(at.Add(-invitesFrom)), limit)
	if err != nil {
		return nil, after, fmt.Errorf("list visits ahead: %w", err)
	}
	if n := len(rows); n > 0 {
		after = VisitPlace{rows[n-1].StartsAt, rows[n-1].ID}
	}
	visits, err := db.openVisits(ctx, rows)
	return visits, after, err
}

// visitsSince finds them as teamsSince does. What only says that invites were sent changes no visit.
const visitsSince = `WITH
	fresh AS (SELECT worker, visit FROM entries WHERE n > $1 AND worker <> $3 UNION ALL SELECT worker, visit FROM entries WHERE n IS NULL AND worker <> $3)
	SELECT v.id FROM fresh CROSS JOIN visits v WHERE v.worker = fresh.worker AND v.starts_at >= $2
	UNION SELECT v.id FROM fresh CROSS JOIN visits v WHERE v.id = fresh.visit`

// VisitsSince gives the ids of the visits that may have changed since the n-th sealed entry of the record, what waits for its seal included, but
// for entries of one chain: the visits that the entries name, and their workers' visits that start at begun or later.
func (db *DB) VisitsSince(ctx context.Context, n int64, begun time.Time, but string) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], visitsSince, n, instant(begun), but)
	if err != nil {
		return nil, fmt.Errorf("look for visits that changed: %w", err)
	}
	return ids, nil
}

// VisitsByID gives those of the visits that there are. One that can't be opened is left out: the error says so.
func (db *DB) VisitsByID(ctx context.Context, ids ...string) (visits []Visit, err error) {
	const atOnce = 200
	var errs []error
	for some := range slices.Chunk(ids, atOnce) {
		var args []any
		rows, err := all(ctx, db.reader, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE id IN (`+places(some, &args)+`) ORDER BY starts_at, id`, args...)
		if err != nil {
			return nil, fmt.Errorf("read visits: %w", err)
		}
		open, err := db.openVisits(ctx, rows)
		visits, errs = append(visits, open...), append(errs, err)
	}
	return visits, errors.Join(errs...)
}

// openVisits opens all that can be opened.
func (db *DB) openVisits(ctx context.Context, rows []sealedVisit) (visits []Visit, err error) {
	var errs []error
	for _, r := range rows {
		v, err := db.openVisit(ctx, r)
		if err != nil {
			errs = append(errs, fmt.Errorf("open visit %s: %w", r.ID, err))
			continue
		}
		visits = append(visits, v)
	}
	return visits, errors.Join(errs...)
}

// FromOwnEvent says which of some visits stand in their worker's own calendar already: an invite of theirs booked them, and was not taken back.
func (db *DB) FromOwnEvent(ctx context.Context, visits ...string) (map[string]bool, error) {
	const atOnce = 200
	own := map[string]bool{}
	for some := range slices.Chunk(visits, atOnce) {
		var args []any
		ids, err := all(ctx, db.reader, value[string], `SELECT visit FROM invited WHERE state = 'booked' AND visit <> '' AND visit IN (`+places(some, &args)+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("look for visits that invites booked: %w", err)
		}
		for _, id := range ids {
			own[id] = true
		}
	}
	return own, nil
}
