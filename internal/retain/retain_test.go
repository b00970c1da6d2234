package retain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
)

var over = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestWhenWordsGo(t *testing.T) {
	const day, year = retain.Day, 365 * retain.Day
	closed := []time.Time{over.Add(-year), over}
	for name, c := range map[string]struct {
		r     retain.Record
		after time.Duration // since it was over
		why   retain.Why
	}{
		"a safe visit, 29 days after":                 {retain.Record{Kind: retain.Visit, Over: over}, 29 * day, retain.StaysPeriod},
		"a safe visit, 30 days after":                 {retain.Record{Kind: retain.Visit, Over: over}, 30 * day, ""},
		"a live visit, for ever":                      {retain.Record{Kind: retain.Visit, Live: true, Over: over}, 99 * year, retain.StaysLive},
		"a visit that never was over":                 {retain.Record{Kind: retain.Visit}, 99 * year, retain.StaysLive},
		"a visit whose worker has an open alarm":      {retain.Record{Kind: retain.Visit, Over: over, Open: true}, 99 * year, retain.StaysOpen},
		"a visit of an alarm, 30 days after":          {retain.Record{Kind: retain.Visit, Over: over, Alarms: closed}, 30 * day, retain.StaysAlarm},
		"a visit of two alarms, a day before the end": {retain.Record{Kind: retain.Visit, Over: over, Alarms: closed}, 3*year - day, retain.StaysAlarm},
		"a visit of two alarms, at the later's end":   {retain.Record{Kind: retain.Visit, Over: over, Alarms: closed}, 3 * year, ""},
		"a visit with a hold":                         {retain.Record{Kind: retain.Visit, Over: over, Held: true}, 99 * year, retain.StaysHeld},
		"an open alarm":                               {retain.Record{Kind: retain.Alarm, Live: true}, 99 * year, retain.StaysLive},
		"an alarm, a day before its end":              {retain.Record{Kind: retain.Alarm, Over: over}, 3*year - day, retain.StaysPeriod},
		"an alarm at its end":                         {retain.Record{Kind: retain.Alarm, Over: over}, 3 * year, ""},
		"an alarm with a hold":                        {retain.Record{Kind: retain.Alarm, Over: over, Held: true}, 99 * year, retain.StaysHeld},
		"someone who is here":                         {retain.Record{Kind: retain.Person, Live: true}, 99 * year, retain.StaysLive},
		"someone who left, 364 days after":            {retain.Record{Kind: retain.Person, Over: over}, 364 * day, retain.StaysPeriod},
		"someone who left, a year after":              {retain.Record{Kind: retain.Person, Over: over}, year, ""},
		"someone who left, about whom an alarm was":   {retain.Record{Kind: retain.Person, Over: over, Alarms: closed}, 2 * year, retain.StaysAlarm},
		"someone who left with a visit open":          {retain.Record{Kind: retain.Person, Over: over, Open: true}, 99 * year, retain.StaysOpen},
		"a text of nobody, 29 days after":             {retain.Record{Kind: retain.Text, Over: over}, 29 * day, retain.StaysPeriod},
		"a text of nobody, 30 days after":             {retain.Record{Kind: retain.Text, Over: over}, 30 * day, ""},
		"a day's texts of which one still waits":      {retain.Record{Kind: retain.Aside, Over: over, Live: true}, 99 * year, retain.StaysLive},
		"a day's texts, 30 days after":                {retain.Record{Kind: retain.Aside, Over: over}, 30 * day, ""},
		"why someone looked, a day before the end":    {retain.Record{Kind: retain.Looks, Over: over}, 3*year - day, retain.StaysPeriod},
		"why someone looked, at its end":              {retain.Record{Kind: retain.Looks, Over: over}, 3 * year, ""},
		"a day's answers that were forgotten":         {retain.Record{Kind: retain.Answers, Over: over}, 2 * day, ""},
		"a hold that stands":                          {retain.Record{Kind: retain.Hold, Live: true}, 99 * year, retain.StaysLive},
		"a team's settings":                           {retain.Record{Kind: retain.Other, Over: over}, 99 * year, retain.StaysAlways},
		"what nobody knows":                           {retain.Record{Over: over}, 99 * year, retain.StaysAlways},
	} {
		if why := retain.Standard().Goes(c.r, over.Add(c.after)); why != c.why {
			t.Errorf("%s: %q, not %q", name, why, c.why)
		}
	}
}

func TestWhatIsAskedForDoesNotWaitForItsPeriodAlone(t *testing.T) {
	for name, c := range map[string]struct {
		r   retain.Record
		why retain.Why
	}{
		"a safe visit of today":         {retain.Record{Kind: retain.Visit, Over: over}, ""},
		"a live visit":                  {retain.Record{Kind: retain.Visit, Live: true, Over: over}, retain.StaysLive},
		"a visit of an alarm of today":  {retain.Record{Kind: retain.Visit, Over: over, Alarms: []time.Time{over}}, retain.StaysAlarm},
		"a visit with a hold":           {retain.Record{Kind: retain.Visit, Over: over, Held: true}, retain.StaysHeld},
		"a text while an alarm is open": {retain.Record{Kind: retain.Text, Over: over, Open: true}, retain.StaysOpen},
		"an alarm of today":             {retain.Record{Kind: retain.Alarm, Over: over}, retain.StaysPeriod},
		"someone who is here":           {retain.Record{Kind: retain.Person, Live: true, Alarms: []time.Time{over}}, ""},
		"someone with a visit open":     {retain.Record{Kind: retain.Person, Live: true, Open: true}, retain.StaysOpen},
		"someone with a hold":           {retain.Record{Kind: retain.Person, Live: true, Held: true}, retain.StaysHeld},
		"a team's settings":             {retain.Record{Kind: retain.Other, Over: over}, retain.StaysAlways},
	} {
		if why := retain.Standard().Asked(c.r, over); why != c.why {
			t.Errorf("%s: %q, not %q", name, why, c.why)
		}
	}
}

func TestPeriodsAreSetWithinBounds(t *testing.T) {
	for _, s := range retain.Settings() {
		p := retain.Standard()
		for _, days := range []int{s.Least - 1, 0, -1, s.Most + 1} {
			if err := s.Set(&p, days); err == nil || p != retain.Standard() {
				t.Errorf("%s took %d days: %v", s.Name, days, err)
			}
		}
		for _, days := range []int{s.Least, s.Most} {
			if err := s.Set(&p, days); err != nil {
				t.Errorf("%s refused %d days: %v", s.Name, days, err)
			}
		}
		if p == retain.Standard() {
			t.Errorf("%s set nothing", s.Name)
		}
	}
}

func TestTheRowsSayEveryPeriod(t *testing.T) {
	p := retain.Standard()
	p.Visit, p.Alarm = 45*retain.Day, 7*365*retain.Day
	rows := retain.Rows(p)
	if len(rows) != len(retain.Settings())+3 {
		t.Errorf("%d rows", len(rows))
	}
	if !strings.Contains(rows[0].What, "visit that ended well") || rows[0].For != "45 days" || rows[1].For != "7 years" || rows[4].For != "1 year" {
		t.Errorf("got %v", rows)
	}
	if rows[0].Usual != "30 days" || rows[2].Usual != "" {
		t.Errorf("what is usual is %q, %q", rows[0].Usual, rows[2].Usual)
	}
}
