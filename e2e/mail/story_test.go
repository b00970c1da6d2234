package mail_test

import (
	"encoding/base64"
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
	booked := w.WaitText(town.Priya.Mobile, 15*time.Second, "booked", start.In(london).Format("15:04"), "Missing: their number")
	t.Logf("she is told: %s", booked.Body)
	// Her calendar is answered that it is not whole, and a mail says what is missing.
	eventually(t, "her mail program has the answer and the mail", func() bool {
		return holds(p, town.Priya, "method=REPLY", "PARTSTAT=TENTATIVE", first.uid) && holds(p, town.Priya, "Missing", "their number")
	})
	// Sam, who is on call, has it in their own calendar, private, and from us.
	eventually(t, "the one on call has it in their calendar", func() bool {
		return holds(p, town.Sam, "method=REQUEST", "CLASS:PRIVATE", "ORGANIZER;CN=Allclear:mailto:"+visits)
	})

	// She moves it by half an hour, and adds what was missing.
	moved := first
	moved.sequence, moved.start, moved.end = 1, start.Add(2*time.Minute), start.Add(92*time.Minute)
	moved.rows = [][2]string{{"Who you are visiting", town.ServiceUser}, {"Address", town.Address}, {"Contact number", "07700 900103"}}
	send(moved)
	told := w.WaitText(town.Priya.Mobile, 15*time.Second, "moved", moved.end.In(london).Format("15:04"))
	t.Logf("she is told: %s", told.Body)
	if strings.Contains(told.Body, "Missing") {
		t.Error("something is still missing")
	}
	eventually(t, "the calendar of the one on call moved too", func() bool { return holds(p, town.Sam, "SEQUENCE:1", moved.start.UTC().Format("20060102T150405")) })

	// She goes in and out by text.
	w.Text(town.Priya, "IN")
	w.WaitText(town.Priya.Mobile, 15*time.Second, "until")
	w.Text(town.Priya, "OUT "+reference(booked.Body))
	w.WaitText(town.Priya.Mobile, 15*time.Second, "out ", reference(booked.Body))
	w.NoAlarm()
}

// holds says that one mail in somebody's mailbox has all these words, whatever they were encoded in, and that we signed it.
func holds(p *post.Post, who town.Person, words ...string) bool {
	name, _, _ := strings.Cut(at(who), "@")
	for _, mail := range p.Mailbox(name) {
		shown := mail + decoded(mail)
		all := strings.Contains(mail, "dkim=pass") || strings.Contains(mail, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d="+post.Ours)
		for _, w := range words {
			all = all && strings.Contains(shown, w)
		}
		if all {
			return true
		}
	}
	return false
}

// decoded is what a mail's parts say, with folded lines joined.
func decoded(mail string) string {
	var all strings.Builder
	for part := range strings.SplitSeq(strings.ReplaceAll(mail, "\r\n", "\n"), "\n\n") {
		block, _, _ := strings.Cut(part, "\n--")
		if held, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(block, "\n", "")); err == nil {
			all.WriteString(strings.NewReplacer("\r\n ", "", "\n ", "").Replace(string(held)))
		}
	}
	return all.String()
}

// reference is the one that a text of a rehearsal begins with.
func reference(text string) string {
	words := strings.Fields(text)
	return words[min(1, len(words)-1)]
}
