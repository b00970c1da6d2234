package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
	"github.com/allclear-safety/allclear/e2e/town"
)

// visits is Allclear's address.
const visits = "visits@" + post.Ours

// title is what the worker calls the visit in her calendar.
const title = "Home visit"

// link is a visit's page in an invite.
var link = regexp.MustCompile(`http://[^ ]*/visits/[a-z0-9]+`)

// mail is a mail as Thunderbird shows it.
type mail struct {
	Subject, From string
	Bar           string   // what it says of the meeting
	Buttons       []string // that can be pressed
	Words         string
}

// event is what Thunderbird's calendar holds.
type event struct {
	Title, Privacy, Status, Answer string
	Start, End                     int64 // in milliseconds
}

// person is somebody at their Thunderbird.
type person struct {
	*stage
	*bird
	name string
}

// story is the whole loop.
func (s *stage) story() {
	w, p := s.open()
	priya, sam := s.sit(p, town.Priya), s.sit(p, town.Sam)
	start := w.Now().Add(2 * time.Hour).Truncate(5 * time.Minute)
	end := start.Add(time.Hour)

	// Priya puts a visit into her calendar, private, with the buddy form, and invites Allclear as she would a colleague. She forgets the number.
	form := "Who you are visiting: " + town.ServiceUser + "\nAddress: " + town.Address + "\nContact number:"
	priya.does(write, nil, title, "", form, start.UnixMilli(), end.UnixMilli(), visits)
	priya.photograph("invites")
	var label string
	priya.does(save, &label)
	s.check(label == "Send And Close", "Priya's button says %q", label)
	booked := w.WaitText(town.Priya.Mobile, time.Minute, "booked", town.Clock(start), "Missing: their number")
	s.check(true, "she is texted: %s", booked.Body)

	// Her Thunderbird shows our answer, and our mail says what is missing.
	answer := priya.reads("Tentative", true)
	priya.photograph("answered")
	s.check(strings.Contains(answer.Bar, "reply"), "the answer is shown as one: %q, with %q", answer.Bar, answer.Buttons)
	told := priya.reads("NOT COMPLETE", false)
	priya.photograph("told")
	s.check(strings.Contains(told.Words, "their number"), "a mail says what is missing: %q", told.Words)

	s.responder(w, sam, start, end)
	s.changes(w, priya, sam, start, end.Add(30*time.Minute))
}

// responder sees our invite, and accepts it.
func (s *stage) responder(w *town.Town, sam *person, start, end time.Time) {
	invite := sam.reads("rivate", true)
	sam.photograph("invited")
	s.check(slices.Contains(invite.Buttons, "Accept") && slices.Contains(invite.Buttons, "Decline"), "our invite is a meeting with buttons: %q, %q", invite.Bar, invite.Buttons)
	s.check(strings.Contains(invite.Words, town.Clock(start)), "it shows when it is: %q", invite.Words)
	sam.does(press, nil, "imipAcceptButton")
	all := sam.holds(1)
	s.check(all[0].Start == start.UnixMilli() && all[0].End == end.UnixMilli() && all[0].Privacy == "PRIVATE", "Sam's calendar holds it, private and at its time: %+v", all[0])
	sam.does(show, nil, start.UnixMilli())
	sam.photograph("accepted")
	page := signIn(s, w, town.Sam)
	visit := link.FindString(invite.Words)
	s.eventually("the visit's page says that Sam accepted", func() bool {
		shown := page.get(visit)
		return strings.Contains(shown, "In calendars") && strings.Contains(shown, "Accepted, ")
	})
}

// changes moves the visit's end, and cancels it.
func (s *stage) changes(w *town.Town, priya, sam *person, start, end time.Time) {
	priya.does(change, nil, title, end.UnixMilli())
	priya.photograph("moves")
	priya.does(save, nil)
	moved := w.WaitText(town.Priya.Mobile, time.Minute, "moved", town.Clock(end))
	s.check(true, "she is texted: %s", moved.Body)
	update := sam.reads("rivate", true)
	sam.photograph("moved")
	s.check(strings.Contains(update.Bar, "update") && strings.Contains(update.Words, town.Clock(end)), "the change is shown as one: %q, %q", update.Bar, update.Buttons)
	sam.does(press, nil, "imipAcceptButton")
	s.eventually("Sam's calendar has the new end", func() bool { return sam.holds(1)[0].End == end.UnixMilli() })
	priya.does(erase, nil, title)
	priya.agrees()
	w.WaitText(town.Priya.Mobile, time.Minute, "ancel")
	over := sam.reads("rivate", true)
	sam.photograph("cancelled")
	s.check(strings.Contains(over.Bar, "cancel"), "the cancellation is shown as one: %q, %q", over.Bar, over.Buttons)
	sam.does(press, nil, "imipDeleteButton")
	sam.holds(0)
	sam.does(show, nil, start.UnixMilli())
	sam.photograph("gone")
	w.NoAlarm()
}

// eventually waits until something holds, and ends the play where it never does.
func (s *stage) eventually(what string, holds func() bool) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if holds() {
			s.check(true, "%s", what)
			return
		}
	}
	s.Fatalf("it never holds that %s", what)
}

// open is the council's mail, and Allclear beside it.
func (s *stage) open() (*town.Town, *post.Post) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatalf("find a free port: %v", err)
	}
	at := l.Addr().String()
	_ = l.Close() // Allclear takes it
	p := post.Open(s, post.Options{LMTP: at, Desks: true})
	s.after(func() {
		if err := os.WriteFile(filepath.Join(s.folder, "post.log"), []byte(p.Log()), 0o600); err != nil {
			s.Logf("keep what the mail programs said: %v", err)
		}
		p.Close()
	})
	dir, err := os.MkdirTemp("", "allclear-thunderbird")
	if err != nil {
		s.Fatalf("make a folder for Allclear: %v", err)
	}
	s.after(func() { _ = os.RemoveAll(dir) }) // in the temporary folder in any case
	w := town.Open(s, town.Options{Binary: s.binary, Database: "sqlite:" + filepath.Join(dir, "allclear.db"), Dir: dir, Speed: 1, Settings: []string{
		"ALLCLEAR_SMTP=smtp://" + p.Submission(), "ALLCLEAR_MAIL_FROM=Allclear <" + visits + ">", "ALLCLEAR_MAIL_DOMAINS=" + post.Council, "ALLCLEAR_DNS=" + p.NameServer(),
		"ALLCLEAR_MAIL_LISTEN=lmtp://" + at, "ALLCLEAR_MAIL_RELAY=" + post.MX,
	}})
	s.after(w.Close)
	w.Settle(nil)
	for _, who := range []town.Person{town.Priya, town.Sam, town.Ann, town.Lee} {
		form := town.PersonForm(who)
		form["email"] = address(who)
		town.Ask[town.Form](w, http.MethodPut, "/people/"+who.ID, form, http.StatusOK)
	}
	return w, p
}

// address is somebody's at the council.
func address(p town.Person) string { return strings.ToLower(p.First()) + "@" + post.Council }

// sit starts somebody's Thunderbird.
func (s *stage) sit(p *post.Post, who town.Person) *person {
	b, err := hatch(account{name: who.Name, address: address(who), password: post.Password, imap: p.IMAP(), smtp: p.Desk()})
	if err != nil {
		s.Fatalf("%v", err)
	}
	s.after(b.close)
	s.Logf("%s's Thunderbird is open", who.First())
	return &person{stage: s, bird: b, name: strings.ToLower(who.First())}
}

// does has their Thunderbird do something.
func (h *person) does(script string, out any, args ...any) {
	if err := h.run(script, out, args...); err != nil {
		_ = h.bird.photograph(filepath.Join(h.folder, h.name+"-failed.png")) // the error is what counts
		h.Fatalf("%s's Thunderbird: %v", h.name, err)
	}
}

// agrees sees what their Thunderbird asks, and its yes pressed.
func (h *person) agrees() {
	asks := func() bool {
		_, err := h.bird.do("WebDriver:GetAlertText", map[string]any{})
		return err == nil
	}
	h.eventually(h.name+"'s Thunderbird asks whether those who were invited are to be told", asks)
	h.photograph("asked")
	h.eventually("it is answered", func() bool { return !asks() })
}

// reads opens a mail that they had not read yet.
func (h *person) reads(subject string, meeting bool) mail {
	var m mail
	h.does(read, &m, subject, meeting)
	return m
}

// holds waits until their calendar holds so many events.
func (h *person) holds(n int) []event {
	var all []event
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if h.does(held, &all); len(all) == n {
			return all
		}
	}
	h.Fatalf("%s's calendar does not hold %d events but %+v", h.name, n, all)
	return nil
}

// photograph keeps what their screen shows.
func (h *person) photograph(what string) {
	h.photos++
	file := filepath.Join(h.folder, fmt.Sprintf("%02d-%s-%s.png", h.photos, h.name, what))
	if err := h.bird.photograph(file); err != nil {
		h.Fatalf("%v", err)
	}
}
