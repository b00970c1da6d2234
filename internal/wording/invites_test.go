package wording

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAnAnswerByMailReads(t *testing.T) {
	v := saturday()
	v.Begin, v.Until, v.Link = on(23, 14, 0), on(23, 15, 0), "https://allclear.example.org/visits/v1"
	var b strings.Builder
	for n := range ofInvites {
		if l := InviteLetter(n, v, nil); strings.ContainsAny(l.Subject, "\n<>{}") || len(l.Subject) > 150 || strings.Contains(l.Subject, "Priya") || strings.Contains(l.Subject, "registration") {
			t.Errorf("%s has the subject %q", n, l.Subject)
		}
	}
	complete := v
	complete.Missing = nil
	doubts := []string{"zone_unknown", "zone_disagrees", "floating", "not_there", "twice", "no_end", "ends_before", "two_ends", "off_rule", "times_of_form", "form_differs", "no_uid", "something new"}
	for _, l := range []Letter{InviteLetter(InviteBooked, complete, nil), InviteLetter(InviteBooked, v, nil), InviteLetter(InviteAsked, v, doubts), InviteLetter(SeriesPart, v, nil), InviteLetter(MailUnread, v, nil)} {
		fmt.Fprintf(&b, "== %s\n\n%s\n", l.Subject, l.Body)
	}
	golden(t, "testdata/invites.txt", b.String())
}

func TestASpanIsWrittenAsPeopleDo(t *testing.T) {
	for want, span := range map[string][2]time.Time{
		"Mon 23 Nov 14:00-15:00":               {on(23, 14, 0), on(23, 15, 0)},
		"Mon 23 Nov 23:00 to Tue 24 Nov 01:00": {on(23, 23, 0), on(24, 1, 0)},
		"Sun 25 Oct 01:30 BST-01:30 GMT":       {time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)},
		"Sun 28 Mar 2027 00:30-02:30":          {time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC), time.Date(2027, 3, 28, 1, 30, 0, 0, time.UTC)},
		"Mon 23 Nov 14:00":                     {on(23, 14, 0), {}},
	} {
		v := saturday()
		v.Begin, v.Until = span[0], span[1]
		if got := v.slot(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
