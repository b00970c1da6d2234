package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
	"github.com/allclear-safety/allclear/e2e/town"
)

// A worker who has nothing but a mail program and a telephone.
func TestAWorkerWithNothingButAMailProgram(t *testing.T) {
	t.Parallel()
	w, p, _ := opened(t, byLMTP, false)
	settle(w)
	send := func(i invite) {
		t.Helper()
		if said, taken := p.Send(p.SMTP(), at(i.from), visits, p.Sign(i.mail(), post.Council)); !taken {
			t.Fatalf("the council's mail is not taken: %s", said)
		}
	}

	// Priya puts a visit into her calendar, private, with the buddy form, and invites Allclear as she would a colleague. She forgets the number.
	start := w.Now().Add(3 * time.Minute).Truncate(time.Minute)
	first := invite{from: town.Priya, uid: "040000008200E00074C5B7101A82E00800000000A0", start: start, end: start.Add(time.Hour),
		rows: [][2]string{{"Who you are visiting", town.ServiceUser}, {"Address", town.Address}, {"Contact number", ""}}}
	send(first)
	booked := w.WaitText(town.Priya.Mobile, 15*time.Second, "booked", start.In(london).Format("15:04"), "Missing")
	t.Logf("she is told: %s", booked.Body)

	// She moves it by half an hour, and adds what was missing.
	moved := first
	moved.sequence, moved.start, moved.end = 1, start.Add(2*time.Minute), start.Add(92*time.Minute)
	moved.rows = [][2]string{{"Who you are visiting", town.ServiceUser}, {"Address", town.Address}, {"Contact number", "07700 900103"}}
	send(moved)
	told := w.WaitText(town.Priya.Mobile, 15*time.Second, "moved", moved.end.In(london).Format("15:04"))
	t.Logf("she is told: %s", told.Body)

	// She goes in and out by text.
	w.Text(town.Priya, "IN")
	w.WaitText(town.Priya.Mobile, 15*time.Second, "until")
	w.Text(town.Priya, "OUT "+reference(booked.Body))
	w.WaitText(town.Priya.Mobile, 15*time.Second, "out ", reference(booked.Body))
	w.NoAlarm()
}

// reference is the one that a text of a rehearsal begins with.
func reference(text string) string {
	words := strings.Fields(text)
	return words[min(1, len(words)-1)]
}
