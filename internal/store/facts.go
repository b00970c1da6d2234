package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
)

// facts reads what the end of an owner's words depends on.
type facts struct {
	ctx context.Context
	on  runner
}

// around is how long before an alarm something was said that may belong to it: the last visit and the last words are on the police sheet.
const around = 24 * time.Hour

// of gives the facts of one owner. What is not known is retain.Other, which stays.
func (f facts) of(owner string) (r retain.Record, err error) {
	kind, id, _ := strings.Cut(owner, "/")
	switch kind {
	case "visit":
		r, err = f.visit(id)
	case "alarm":
		r, err = f.alarm(id)
	case "person":
		r, err = f.person(id)
	case "text":
		r, err = f.text(id)
	case "paper":
		r, err = f.paper(id)
	case "own_words":
		r, err = f.ownWords(id)
	case "inbox":
		r = retain.Record{Kind: retain.Aside, Over: until(time.DateOnly, id, 0, 1)}
		r.Live, err = f.any(`SELECT provider_id FROM inbox WHERE state = 'waiting' AND key_owner = $1 LIMIT 1`, owner)
	case "answers":
		r = retain.Record{Kind: retain.Answers, Over: until(time.DateOnly, id, 0, 1)}
		r.Live, err = f.any(`SELECT token FROM answers WHERE at < $2 AND key_owner = $1 LIMIT 1`, owner, instant(r.Over))
	case "import":
		day, _, _ := strings.Cut(id, "_")
		r = retain.Record{Kind: retain.Import, Over: until(time.DateOnly, day, 0, 1)}
		r.Live, err = f.any(`SELECT import FROM import_parts WHERE import = $1 LIMIT 1`, id)
	case "mail":
		r, err = f.mail(id)
	case "series":
		r, err = f.series(owner)
	case "looks":
		r = retain.Record{Kind: retain.Looks, Over: until(monthLayout, id, 1, 0)}
	case "hold":
		r = retain.Record{Kind: retain.Hold}
		r.Over, err = first(f.ctx, f.on, func(s scanner) (lifted time.Time, err error) { return lifted, s.Scan(at{&lifted}) },
			`SELECT lifted_at FROM holds WHERE id = $1`, id)
	}
	if errors.Is(err, ErrNotFound) {
		return retain.Record{Kind: retain.Other}, nil
	}
	return r, err
}

// until is when the day or month ends that a name is of, or begins with; zero where it is none.
func until(layout, name string, months, days int) time.Time {
	name, _, _ = strings.Cut(name, "/")
	begins, err := time.Parse(layout, name)
	if err != nil {
		return time.Time{}
	}
	return begins.AddDate(0, months, days)
}

func (f facts) any(query string, args ...any) (bool, error) {
	_, err := first(f.ctx, f.on, value[string], query, args...)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (f facts) visit(id string) (retain.Record, error) {
	type row struct {
		worker, status     string
		starts, ends, over time.Time
	}
	v, err := first(f.ctx, f.on, func(s scanner) (v row, err error) {
		return v, s.Scan(&v.worker, &v.status, at{&v.starts}, at{&v.ends}, at{&v.over})
	}, `SELECT worker, status, starts_at, expected_end_at, ended_at FROM visits WHERE id = $1`, id)
	if err != nil {
		return retain.Record{}, err
	}
	r := retain.Record{Kind: retain.Visit, Live: v.status != "ended" && v.status != "cancelled", Over: later(v.over, v.ends)}
	err = f.belongs(&r, v.worker, func(a Alarm) bool {
		return slices.Contains(a.Visits, id) || len(a.Visits) == 0 && !a.OpenedAt.Before(v.starts) && a.OpenedAt.Before(r.Over.Add(around))
	}, "visit/"+id)
	return r, err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (f facts) alarm(id string) (retain.Record, error) {
	a, err := first(f.ctx, f.on, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE id = $1`, id)
	if err != nil {
		return retain.Record{}, err
	}
	objects := []string{"alarm/" + id, "person/" + a.Worker}
	for _, v := range a.Visits {
		objects = append(objects, "visit/"+v)
	}
	held, err := f.held(objects...)
	return retain.Record{Kind: retain.Alarm, Live: a.Status == AlarmOpen, Over: a.ClosedAt, Held: held}, err
}

func (f facts) person(id string) (retain.Record, error) {
	r, err := first(f.ctx, f.on, func(s scanner) (r retain.Record, err error) {
		r.Kind = retain.Person
		return r, s.Scan(&r.Live, at{&r.Over})
	}, `SELECT active, left_at FROM people WHERE id = $1`, id)
	if err != nil {
		return r, err
	}
	if err := f.belongs(&r, id, func(Alarm) bool { return true }); err != nil {
		return r, err
	}
	if !r.Open {
		if r.Open, err = f.any(`SELECT id FROM visits WHERE worker = $1 AND `+live+` LIMIT 1`, id); err != nil {
			return r, err
		}
	}
	if !r.Held {
		r.Held, err = f.any(`SELECT h.id FROM holds h WHERE h.lifted_at IS NULL AND EXISTS (SELECT 1 FROM visits v WHERE v.worker = $1 AND 'visit/' || v.id = h.object) LIMIT 1`, id)
	}
	return r, err
}

// paper is what was written about somebody: it belongs to the alarm that it is about, to that of the visit it is about, and to the debrief or incident
// that it comes from. What is for somebody to do or to talk over is over when they are gone.
func (f facts) paper(id string) (retain.Record, error) {
	p, err := first(f.ctx, f.on, scanPaper, `SELECT `+paperColumns+` FROM papers WHERE id = $1`, id)
	if err != nil {
		return retain.Record{}, err
	}
	r := retain.Record{Kind: retain.Paper, Live: p.OverAt.IsZero(), Over: p.OverAt, Own: p.Kind == DebriefPaper || p.Kind == ActionPaper}
	if r.Own && r.Live {
		left, err := first(f.ctx, f.on, func(s scanner) (left time.Time, err error) { return left, s.Scan(at{&left}) }, `SELECT left_at FROM people WHERE id = $1`, p.Person)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return r, err
		}
		r.Live, r.Over = left.IsZero(), left
	}
	from, err := f.origin(p.Paper)
	if err != nil {
		return r, err
	}
	visit, _ := strings.CutPrefix(from.About, "visit/")
	to := func(a Alarm) bool { return from.About == "alarm/"+a.ID || slices.Contains(a.Visits, visit) }
	if err := f.belongs(&r, p.Person, to, from.About); err != nil || from.Person == p.Person {
		return r, err
	}
	theirs := retain.Record{}
	err = f.belongs(&theirs, from.Person, to)
	r.Open, r.Held, r.Alarms = r.Open || theirs.Open, r.Held || theirs.Held, append(r.Alarms, theirs.Alarms...)
	return r, err
}

// origin is the debrief or the incident that a paper comes from; the paper itself where it comes from none that is there.
func (f facts) origin(p Paper) (Paper, error) {
	kind, id, _ := strings.Cut(p.About, "/")
	if !slices.Contains([]PaperKind{DebriefPaper, IncidentPaper, RiskPaper, WarningPaper}, PaperKind(kind)) {
		return p, nil
	}
	from, err := first(f.ctx, f.on, scanPaper, `SELECT `+paperColumns+` FROM papers WHERE id = $1 AND kind = $2`, id, kind)
	if errors.Is(err, ErrNotFound) {
		return p, nil
	}
	return from.Paper, err
}

// ownWords is what somebody said of themselves: it is kept as their details are, and goes at once when they took it back.
func (f facts) ownWords(id string) (retain.Record, error) {
	p, err := first(f.ctx, f.on, scanPaper, `SELECT `+paperColumns+` FROM papers WHERE id = $1`, id)
	if err != nil {
		return retain.Record{}, err
	}
	r, err := f.person(p.Person)
	if !p.OverAt.IsZero() {
		r = retain.Record{Kind: retain.Withdrawn, Over: p.OverAt, Held: r.Held}
	}
	return r, err
}

// text is what was said about no visit and no alarm, or a message about none.
func (f facts) text(id string) (retain.Record, error) {
	type row struct {
		who, visit string
		at         time.Time
		live       bool
	}
	scan := func(s scanner) (x row, err error) { return x, s.Scan(&x.who, &x.visit, at{&x.at}, &x.live) }
	x, err := first(f.ctx, f.on, scan, `SELECT worker, visit, recorded_at, 1 = 0 FROM entries WHERE id = $1`, id)
	if errors.Is(err, ErrNotFound) {
		x, err = first(f.ctx, f.on, scan, `SELECT person, visit, created_at, state = 'pending' FROM outbox WHERE id = $1`, id)
	}
	if err != nil {
		return retain.Record{}, err
	}
	r := retain.Record{Kind: retain.Text, Live: x.live, Over: x.at}
	objects := []string{}
	if x.visit != "" {
		objects = append(objects, "visit/"+x.visit)
	}
	err = f.belongs(&r, x.who, func(a Alarm) bool {
		return x.at.After(a.OpenedAt.Add(-around)) && (a.ClosedAt.IsZero() || !x.at.After(a.ClosedAt))
	}, objects...)
	return r, err
}

// mail is a mail as it came in: it belongs to the visit that it was about.
func (f facts) mail(id string) (retain.Record, error) {
	m, err := first(f.ctx, f.on, scanReceivedMail, `SELECT `+receivedMailColumns+` FROM mails WHERE id = $1`, id)
	if err != nil {
		return retain.Record{}, err
	}
	r := retain.Record{Kind: retain.Text, Live: m.State == MailWaiting, Over: m.ReceivedAt}
	var visit []string
	if m.Visit != "" {
		visit = []string{"visit/" + m.Visit}
	}
	err = f.belongs(&r, m.Person, func(a Alarm) bool {
		return m.Visit != "" && slices.Contains(a.Visits, m.Visit) || m.ReceivedAt.After(a.OpenedAt.Add(-around)) && (a.ClosedAt.IsZero() || !m.ReceivedAt.After(a.ClosedAt))
	}, visit...)
	return r, err
}

// series is what the master of a recurring invite says: it is over when no more of its visits are to be booked.
func (f facts) series(owner string) (retain.Record, error) {
	r := retain.Record{Kind: retain.Text}
	worker, err := first(f.ctx, f.on, func(s scanner) (worker string, err error) {
		var look time.Time
		err = s.Scan(&worker, at{&look}, at{&r.Over})
		r.Live = !look.IsZero()
		return worker, err
	}, `SELECT worker, look_at, put_at FROM invited WHERE key_owner = $1`, owner)
	if err == nil {
		err = f.belongs(&r, worker, func(Alarm) bool { return false })
	}
	return r, err
}

// belongs adds the alarms of a worker that a record belongs to, whether one is open, and whether a hold is on it, on them or on the worker.
func (f facts) belongs(r *retain.Record, worker string, to func(Alarm) bool, objects ...string) error {
	alarms, err := all(f.ctx, f.on, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE worker = $1`, worker)
	if err != nil {
		return err
	}
	objects = append(objects, "person/"+worker)
	for _, a := range alarms {
		r.Open = r.Open || a.Status == AlarmOpen
		if to(a) {
			objects = append(objects, "alarm/"+a.ID)
			if !a.ClosedAt.IsZero() {
				r.Alarms = append(r.Alarms, a.ClosedAt)
			}
		}
	}
	r.Held, err = f.held(objects...)
	return err
}

func (f facts) held(objects ...string) (bool, error) {
	var args []any
	return f.any(`SELECT id FROM holds WHERE lifted_at IS NULL AND object IN (`+places(objects, &args)+`) LIMIT 1`, args...)
}
