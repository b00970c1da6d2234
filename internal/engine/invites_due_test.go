package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// Who is sent what, by what they are to have and what they have. Each row is a person: "-" is nothing, else address, hours from now, words; behind a slash
// what they were sent last, with its sequence. What is to be sent is given as METHOD SEQUENCE ADDRESS.
func TestWhoIsSentWhat(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	show := func(address string, from int, words string) wanted {
		return wanted{visit: "v", person: "sam", uid: "u-sam", address: private.New(address), starts: hour(from), ends: hour(from + 1), print: []byte(words)}
	}
	has := func(address string, from int, words string, sequence int, more ...string) store.Invite {
		i := store.Invite{Visit: "v", Person: "sam", UID: "u-sam", Address: private.New(address), StartsAt: hour(from), EndsAt: hour(from + 1), Print: []byte(words), Sequence: sequence,
			Answer: store.AnswerAccepted}
		i.Withdrawn = len(more) > 0
		return i
	}
	for _, c := range []struct {
		name   string
		want   []wanted
		held   []store.Invite
		how    stance
		send   string
		prompt bool
	}{
		{"nobody, nothing", nil, nil, standsNow, "", true},
		{"new", []wanted{show("a@x", 2, "w")}, nil, standsNow, "REQUEST 0 a@x asks", true},
		{"as it is", []wanted{show("a@x", 2, "w")}, []store.Invite{has("A@X", 2, "w", 3)}, standsNow, "", false},
		{"other words", []wanted{show("a@x", 2, "other")}, []store.Invite{has("a@x", 2, "w", 3)}, standsNow, "REQUEST 4 a@x", false},
		{"another time", []wanted{show("a@x", 3, "w")}, []store.Invite{has("a@x", 2, "w", 3)}, standsNow, "REQUEST 4 a@x asks", true},
		{"another address", []wanted{show("b@x", 2, "w")}, []store.Invite{has("a@x", 2, "w", 3)}, standsNow, "CANCEL 4 a@x, REQUEST 5 b@x asks", false},
		{"another address, the one before erased", []wanted{show("b@x", 2, "w")}, []store.Invite{has("", 2, "w", 3)}, standsNow, "REQUEST 5 b@x asks", false},
		{"no longer on call", nil, []store.Invite{has("a@x", 2, "w", 3)}, standsNow, "CANCEL 4 a@x", false},
		{"no longer on call, and told", nil, []store.Invite{has("a@x", 2, "w", 4, "withdrawn")}, standsNow, "", false},
		{"on call again", []wanted{show("a@x", 2, "w")}, []store.Invite{has("a@x", 2, "w", 4, "withdrawn")}, standsNow, "REQUEST 5 a@x asks", false},
		{"called off", nil, []store.Invite{has("a@x", 2, "w", 3)}, wasCalledOff, "CANCEL 4 a@x", true},
		{"called off while it goes on", nil, []store.Invite{has("a@x", 0, "w", 3)}, wasCalledOff, "CANCEL 4 a@x", true},
		{"ended early", nil, []store.Invite{has("a@x", 0, "w", 3)}, hasEnded, "", false},
		{"ended, and other words", []wanted{show("a@x", 0, "other")}, []store.Invite{has("a@x", 0, "w", 3)}, hasEnded, "", true},
		{"past, and no longer on call", nil, []store.Invite{has("a@x", -2, "w", 3)}, standsNow, "", false},
		{"past, and called off", nil, []store.Invite{has("a@x", -2, "w", 3)}, wasCalledOff, "", false},
		{"past, and never sent", []wanted{show("a@x", -2, "w")}, nil, standsNow, "", true},
		{"past, and longer now", []wanted{show("a@x", 0, "w")}, []store.Invite{has("a@x", -2, "w", 3)}, standsNow, "REQUEST 4 a@x asks", true},
		{"other words while it goes on", []wanted{show("a@x", 0, "other")}, []store.Invite{has("a@x", 0, "w", 3)}, standsNow, "REQUEST 4 a@x", true},
	} {
		d := decideInvites(now, c.want, c.held, func(string) stance { return c.how })
		var sent []string
		for _, m := range d.mails {
			sequence, line := m.holds.Sequence+1, ""
			if m.row.UID != "" {
				sequence = m.row.Sequence
			}
			line = fmt.Sprintf("%s %d %s", m.method, sequence, m.address.Reveal())
			if m.method == "REQUEST" && m.row.Asked == m.row.Sequence {
				line += " asks"
			}
			sent = append(sent, line)
		}
		if got := strings.Join(sent, ", "); got != c.send || len(sent) > 0 && d.prompt != c.prompt {
			t.Errorf("%s: %q, at once %v; want %q, %v", c.name, got, d.prompt, c.send, c.prompt)
		}
	}
}

// What was sent is what they have: the same decision again sends nothing.
func TestNothingIsSentTwice(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	var held []store.Invite
	last := map[string]int{}
	for step := range 200 {
		var want []wanted
		for i, person := range []string{"sam", "ann", "lee"} {
			if n := (step*7 + i*3) % 11; n > 2 {
				want = append(want, wanted{visit: "v", person: person, uid: "u-" + person, address: private.New(fmt.Sprint(person, n%2)), starts: now.Add(time.Duration(n%4) * time.Hour),
					ends: now.Add(5 * time.Hour), print: []byte{byte(n % 5)}})
			}
		}
		how := func(string) stance { return []stance{standsNow, standsNow, wasCalledOff}[step%3] }
		if how("") == wasCalledOff {
			want = nil
		}
		for _, m := range decideInvites(now, want, held, how).mails {
			sequence := m.holds.Sequence + 1
			if m.row.UID != "" {
				sequence = m.row.Sequence
				held = append(deleted(held, m.person), m.row)
			}
			if before, was := last[m.person]; was && sequence <= before {
				t.Fatalf("step %d: %s is sent %d after %d", step, m.person, sequence, before)
			}
			last[m.person] = sequence
		}
		if again := decideInvites(now, want, held, how); len(again.mails) > 0 {
			t.Fatalf("step %d: %d are sent again", step, len(again.mails))
		}
		for _, w := range want {
			if len(deleted(held, w.person)) == len(held) {
				t.Fatalf("step %d: %s has nothing", step, w.person)
			}
		}
	}
}

func deleted(held []store.Invite, person string) (others []store.Invite) {
	for _, h := range held {
		if h.Person != person {
			others = append(others, h)
		}
	}
	return others
}
