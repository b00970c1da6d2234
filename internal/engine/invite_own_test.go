package engine_test

import (
	"slices"
	"strings"
	"testing"
)

// Two entries of one visit in one calendar would be moved apart.
func TestAWorkersOwnInviteIsTheirEntryAndTheOthersGetOurs(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		mine := func(change ...func(*event)) string {
			return invite(append([]func(*event){func(e *event) { e.from = mailOfPriya }}, change...)...).raw()
		}
		invites := func() (list []string) {
			w.posts()
			return slices.DeleteFunc(p.take(), func(line string) bool { return strings.Contains(line, " REPLY ") })
		}
		others := func(method string, sequence, times string) []string {
			return []string{"ann " + method + " " + sequence + " " + times, "lee " + method + " " + sequence + " " + times, "sam " + method + " " + sequence + " " + times}
		}
		w.mails(mine())
		if got, want := invites(), others("REQUEST", "0", "16:00-17:00"); !slices.Equal(got, want) {
			t.Errorf("booked: sent %q, want %q", got, want)
		}
		w.mails(mine(func(e *event) { e.sequence, e.stamp, e.start, e.end = 1, 1, "20261122T163000Z", "20261122T173000Z" }))
		if got, want := invites(), others("REQUEST", "1", "16:30-17:30"); !slices.Equal(got, want) {
			t.Errorf("moved: sent %q, want %q", got, want)
		}
		w.mails(mine(func(e *event) { e.method, e.sequence, e.stamp = "CANCEL", 2, 2 }))
		if got, want := invites(), others("CANCEL", "2", "16:30-17:30"); !slices.Equal(got, want) {
			t.Errorf("called off: sent %q, want %q", got, want)
		}
	})
}
