package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Invited is what became of one calendar object: a single meeting, the master of a series, or an instance of one.
type Invited struct {
	Organizer, UID   private.Text // kept as keyed hashes only: empty when read
	Instance         time.Time    // which of the series; zero for a single meeting and a master
	Worker, Visit    string       // Visit is "" for a master, and where nothing was booked
	Mail             string       // the mail that was applied last
	Sequence         int
	Stamp            time.Time
	State            InvitedState
	StartsAt, EndsAt time.Time    // what the invite said last
	LookAt           time.Time    // of a master: when more of its visits are booked
	Words            private.Text // what is answered and booked by, as whoever keeps it writes it
	Owner            string       // the data key of Words: "visit/ID", "series/ID"
	PutAt            time.Time

	organizer, uid []byte
	words          []byte // sealed
	revision       int64  // that was read; 0 for a row that is new
}

// Over says that a row is written over one that was read; without it, it is a new one.
func (i Invited) Over(read Invited) Invited {
	i.revision = read.revision
	return i
}

// InvitedState is how a calendar object stands.
type InvitedState string

const (
	InvitedBooked    InvitedState = "booked"
	InvitedSeries    InvitedState = "series"
	InvitedCancelled InvitedState = "cancelled" // kept, so that an older request does not bring it back
	InvitedRefused   InvitedState = "refused"   // it was not booked, and its worker was told
)

const invitedColumns = `organizer, uid, instance, worker, visit, mail, sequence, stamp_at, state, starts_at, ends_at, look_at, key_owner, words, put_at, revision`

func scanInvited(s scanner) (i Invited, err error) {
	var instance int64
	err = s.Scan(&i.organizer, &i.uid, &instance, &i.Worker, &i.Visit, &i.Mail, &i.Sequence, at{&i.Stamp}, &i.State, at{&i.StartsAt}, at{&i.EndsAt}, at{&i.LookAt},
		&i.Owner, &i.words, at{&i.PutAt}, &i.revision)
	if instance != 0 {
		i.Instance = time.UnixMicro(instance).UTC()
	}
	return i, err
}

// place is where the words of a row are sealed for.
func (i Invited) place() string {
	return fmt.Sprintf("invited/%x/%x/%d", i.organizer, i.uid, instanceOf(i.Instance))
}

func instanceOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (db *DB) openInvited(ctx context.Context, list []Invited, err error) ([]Invited, error) {
	for n := range list {
		if err == nil {
			list[n], err = db.openWords(ctx, list[n])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read what an invite became: %w", err)
	}
	return list, nil
}

func (db *DB) openWords(ctx context.Context, i Invited) (Invited, error) {
	plain, err := db.open(ctx, db.reader, i.Owner, i.place(), i.words)
	i.Words = private.New(string(plain))
	return i, err
}

// InvitedWords opens what came without its words; they are empty once they were erased.
func (db *DB) InvitedWords(ctx context.Context, i Invited) (Invited, error) {
	i, err := db.openWords(ctx, i)
	if err != nil {
		return i, fmt.Errorf("read what an invite said: %w", err)
	}
	return i, nil
}

// InvitedBy gives what became of an organizer's calendar object: its master or single meeting first, then its instances in their order.
func (db *DB) InvitedBy(ctx context.Context, organizer, uid string) ([]Invited, error) {
	rows, err := all(ctx, db.reader, scanInvited, `SELECT `+invitedColumns+` FROM invited WHERE organizer = $1 AND uid = $2 ORDER BY instance`,
		db.vault.Hash("invited/organizer", organizer), db.vault.Hash("invited/uid", uid))
	return db.openInvited(ctx, rows, err)
}

// InvitedTo gives the calendar object that became a visit; ErrNotFound where it was booked in another way.
func (db *DB) InvitedTo(ctx context.Context, visit string) (Invited, error) {
	rows, err := all(ctx, db.reader, scanInvited, `SELECT `+invitedColumns+` FROM invited WHERE visit = $1 AND visit <> '' LIMIT 1`, visit)
	list, err := db.openInvited(ctx, rows, err)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("read what an invite became: %w", ErrNotFound)
	}
	if err != nil {
		return Invited{}, err
	}
	return list[0], nil
}

// InvitedOf gives what became of all that a worker invited us to.
func (db *DB) InvitedOf(ctx context.Context, worker string) ([]Invited, error) {
	rows, err := all(ctx, db.reader, scanInvited, `SELECT `+invitedColumns+` FROM invited WHERE worker = $1 ORDER BY put_at, instance`, worker)
	return db.openInvited(ctx, rows, err)
}

// SeriesDue gives masters of series of which more visits are to be booked, but for those that a mail is changing, the one that waited longest first. They come without their words, see
// [DB.InvitedWords]: one that can't be read keeps no other from its turn.
func (db *DB) SeriesDue(ctx context.Context, now time.Time, limit int) ([]Invited, error) {
	list, err := all(ctx, db.reader, scanInvited, `SELECT `+invitedColumns+` FROM invited i WHERE look_at IS NOT NULL AND look_at <= $1
		AND NOT EXISTS (SELECT 1 FROM invited_turns t JOIN mails m ON m.id = t.mail WHERE t.organizer = i.organizer AND t.uid = i.uid AND m.state = 'waiting') ORDER BY look_at LIMIT $2`, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("list series: %w", err)
	}
	return list, nil
}

// PutOffSeries has a master that [DB.SeriesDue] gave wait until an instant, unless it was changed since.
func (db *DB) PutOffSeries(ctx context.Context, master Invited, until time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE invited SET look_at = $3 WHERE organizer = $1 AND uid = $2 AND instance = 0 AND look_at = $4`, master.organizer, master.uid, instant(until), instant(master.LookAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("put off a series: %w", err)
	}
	return nil
}

// SeriesOf gives the instances of a series, by its master, without their words.
func (db *DB) SeriesOf(ctx context.Context, master Invited) ([]Invited, error) {
	list, err := all(ctx, db.reader, scanInvited, `SELECT `+invitedColumns+` FROM invited WHERE organizer = $1 AND uid = $2 AND instance <> 0 ORDER BY instance`, master.organizer, master.uid)
	if err != nil {
		return nil, fmt.Errorf("list a series: %w", err)
	}
	return list, nil
}

// putInvited keeps what became of calendar objects, in their order; ErrConflict where one is not as it was read, or is new and there by now.
func (t *tx) putInvited(list []Invited) error {
	before := map[string]int64{} // how often each was written here: a mail may ask for two things of one
	for _, i := range list {
		if i.organizer == nil {
			i.organizer, i.uid = t.db.vault.Hash("invited/organizer", i.Organizer.Reveal()), t.db.vault.Hash("invited/uid", i.UID.Reveal())
		}
		row := i.place()
		i.revision += before[row]
		before[row]++
		if err := t.putOneInvited(i); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putOneInvited(i Invited) error {
	sealed, err := t.seal(i.Owner, i.place(), []byte(i.Words.Reveal()), i.PutAt)
	if errors.Is(err, ErrErased) {
		sealed, err = nil, nil // its words are gone, and stay so; how it stands is kept
	}
	if err != nil {
		return err
	}
	query := `UPDATE invited SET worker = $4, visit = $5, mail = $6, sequence = $7, stamp_at = $8, state = $9, starts_at = $10, ends_at = $11, look_at = $12,
		key_owner = $13, words = $14, put_at = $15, revision = revision + 1 WHERE organizer = $1 AND uid = $2 AND instance = $3 AND revision = $16`
	args := []any{i.organizer, i.uid, instanceOf(i.Instance), i.Worker, i.Visit, i.Mail, i.Sequence, instant(i.Stamp), string(i.State), maybe(i.StartsAt), maybe(i.EndsAt), maybe(i.LookAt),
		i.Owner, sealed, instant(i.PutAt), i.revision}
	if i.revision == 0 {
		query = `INSERT INTO invited (` + invitedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`
		args[len(args)-1] = 1
	}
	n, err := t.exec(query, args...)
	if err == nil && n == 0 {
		err = ErrConflict
	}
	return err
}

// PutInvited keeps what became of calendar objects, and what is told with it; ErrConflict where one of them was changed since it was read.
func (db *DB) PutInvited(ctx context.Context, list []Invited, tell []Message) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.putInvited(list); err != nil {
			return err
		}
		if len(tell) > 0 {
			t.notify()
		}
		return t.tell(nil, tell)
	})
	if err != nil {
		return fmt.Errorf("keep what an invite became: %w", err)
	}
	return nil
}

// Object names a calendar object.
type Object struct{ Organizer, UID string }

// TakeTurn has a mail work calendar objects alone until it is settled; ErrConflict where another that waits works one of them. A visit is changed before what became of
// its invite is kept: two mails at once, such as a worker's own and a delegate's, would each book it, or leave the times of one beside the word of the other.
func (db *DB) TakeTurn(ctx context.Context, mail string, objects ...Object) error {
	type row struct{ organizer, uid []byte }
	var rows []row
	for _, o := range objects {
		rows = append(rows, row{db.vault.Hash("invited/organizer", o.Organizer), db.vault.Hash("invited/uid", o.UID)})
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(bytes.Compare(a.organizer, b.organizer), bytes.Compare(a.uid, b.uid))
	}) // so that two never wait for each other
	err := db.write(ctx, func(t *tx) error {
		for _, r := range rows {
			n, err := t.exec(`INSERT INTO invited_turns (organizer, uid, mail) VALUES ($1, $2, $3) ON CONFLICT (organizer, uid) DO UPDATE SET mail = excluded.mail
				WHERE invited_turns.mail = excluded.mail OR NOT EXISTS (SELECT 1 FROM mails WHERE mails.id = invited_turns.mail AND mails.state = 'waiting')`, r.organizer, r.uid, mail)
			if err == nil && n == 0 {
				err = ErrConflict
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take the turn of mail %s: %w", mail, err)
	}
	return nil
}

// SettledMail is what became of a mail, and all that follows from it.
type SettledMail struct {
	ID, Person, State, Result, Visit string
	At                               time.Time
	Invited                          []Invited
	Messages                         []Message
	Quiet                            bool         // it is in the record of nobody: strangers write much
	Keep                             private.Text // where it is not kept as it came: what is left of it
	Cut                              bool         // it is not kept as it came
}

// SettleMail ends a mail's wait, with all that follows from it, in one transaction; ErrSeen where that was done before, ErrConflict where what an invite became was
// changed since it was read. Who it is from is on record, an entry of kind
// "mail" in the chain of their looks.
func (db *DB) SettleMail(ctx context.Context, s SettledMail) error {
	by := By{Person: s.Person, Via: "mail"}
	if s.Quiet {
		by = By{}
	}
	err := db.recorded(ctx, by, s.At, func(t *tx) (done, error) {
		n, err := t.exec(`UPDATE mails SET state = $2, result = $3, visit = $4, person = $5, settled_at = $6, leased_by = '' WHERE id = $1 AND state = 'waiting'`,
			s.ID, s.State, s.Result, s.Visit, s.Person, instant(s.At))
		if err == nil && n == 0 {
			err = ErrSeen
		}
		if err == nil && s.Cut {
			err = t.cutMail(s)
		}
		if err != nil {
			return done{}, err
		}
		if err := t.putInvited(s.Invited); err != nil {
			return done{}, err
		}
		if _, err := t.exec(`DELETE FROM invited_turns WHERE mail = $1`, s.ID); err != nil {
			return done{}, err
		}
		t.notify()
		return done{what: "mail/" + s.ID, input: map[string]string{"result": s.Result, "visit": s.Visit}}, t.tell(nil, s.Messages)
	})
	if err != nil {
		return fmt.Errorf("settle mail %s: %w", s.ID, err)
	}
	return nil
}

// cutMail leaves of a mail what is to be kept of it.
func (t *tx) cutMail(s SettledMail) error {
	var sealed []byte
	if !s.Keep.IsZero() {
		var err error
		if sealed, err = t.seal(mailOwner(s.ID), mailPlace(s.ID), pack("", "", s.Keep.Reveal()), s.At); err != nil && !errors.Is(err, ErrErased) {
			return err
		}
	}
	_, err := t.exec(`UPDATE mails SET raw = $2 WHERE id = $1`, s.ID, sealed)
	return err
}

// MailsWith gives the mails that ended with a result since an instant, at most limit, with what is kept of them.
func (db *DB) MailsWith(ctx context.Context, result string, since time.Time, limit int) ([]ReceivedMail, error) {
	list, err := all(ctx, db.reader, scanReceivedMail, `SELECT `+receivedMailColumns+` FROM mails WHERE state = 'done' AND result = $1 AND settled_at >= $2 ORDER BY settled_at, seq LIMIT $3`,
		result, instant(since), limit)
	for n := range list {
		if err == nil {
			list[n], err = db.MailWords(ctx, list[n])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return list, nil
}

// MailCount is how many mails of one person ended with a result in one hour.
type MailCount struct {
	Person string
	Hour   time.Time // its beginning, in UTC
	Count  int
}

// CountMails counts the mails that ended with a result from an instant to another, by person and hour.
func (db *DB) CountMails(ctx context.Context, result string, since, until time.Time) ([]MailCount, error) {
	scan := func(s scanner) (c MailCount, err error) {
		var hour int64
		err = s.Scan(&c.Person, &hour, &c.Count)
		c.Hour = time.UnixMicro(hour * time.Hour.Microseconds()).UTC()
		return c, err
	}
	list, err := all(ctx, db.reader, scan, `SELECT person, settled_at / 3600000000 AS hour, COUNT(*) FROM mails WHERE state = 'done' AND result = $1 AND settled_at >= $2 AND settled_at < $3
		GROUP BY person, hour ORDER BY hour, person`, result, instant(since), instant(until))
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	return list, nil
}

// MailsOf gives the mails that came from a person, the oldest first, with what is kept of them.
func (db *DB) MailsOf(ctx context.Context, person string) ([]ReceivedMail, error) {
	list, err := all(ctx, db.reader, scanReceivedMail, `SELECT `+receivedMailColumns+` FROM mails WHERE person = $1 AND person <> '' ORDER BY seq`, person)
	for n := range list {
		if err == nil {
			list[n], err = db.MailWords(ctx, list[n])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list mails of %s: %w", person, err)
	}
	return list, nil
}
