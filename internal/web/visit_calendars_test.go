package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// invites gives people addresses, and sends what is to be sent.
func (h *house) invites() {
	h.Helper()
	h.engine.Mail, h.engine.MailFrom = h.town.SMS(), "allclear@council.example"
	for _, id := range []string{"p-priya", "p-sam", "p-lee"} {
		p, err := h.db.Person(h.Context(), id)
		h.ok(err)
		p.Email = private.New(strings.TrimPrefix(id, "p-") + "@council.example")
		_, err = h.db.PutPerson(h.Context(), p, h.clock.Now())
		h.ok(err)
	}
	for more := true; more; {
		var err error
		more, err = h.engine.SendInvites(h.Context())
		h.ok(err)
	}
}

// answers keeps what somebody's calendar answered.
func (h *house) answers(visit, person string, a store.Answered) {
	h.Helper()
	sent, err := h.db.Invites(h.Context(), visit)
	h.ok(err)
	for _, i := range sent[visit] {
		if i.Person == person {
			l, err := h.db.Load(h.Context(), "invites")
			h.ok(err)
			h.ok(h.db.Commit(h.Context(), store.Change{Worker: "invites", Revision: l.Revision, Watch: l.Watch,
				Answers: []store.InviteAnswer{{UID: i.UID, Asked: i.Asked, Answer: a, At: h.clock.Now()}}}))
			return
		}
	}
	h.Fatalf("%s was sent nothing", person)
}

func TestAVisitShowsWhoWasInvitedAndWhatTheyAnswered(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v := "/visits/" + id
	h.get(v).hides("In calendars") // nothing goes by e-mail
	h.invites()
	h.answers(id, "p-sam", store.AnswerAccepted)
	h.answers(id, "p-lee", store.AnswerDeclined)
	h.get(v).is(http.StatusOK).says("In calendars", "Accepted, ", "Declined: still answers for the visit", "Accepting takes charge of no alarm")
	h.as("p-priya").get(v).says("In calendars", "Accepted, ", "Declined: still answers for the visit")
	h.as("p-ann").get(v).hides("In calendars", "Accepted")
	h.as("p-priya")
	h.ok(h.engine.CancelVisit(h.Context(), engine.Actor{By: "p-priya", Via: "web"}, id, false, private.Text{}))
	h.get(v).hides("In calendars")
}

// In danger the worker is shown who is invited to the visit as they see it, whatever calendars show in truth.
func TestDuressIsNotInWhoWasInvited(t *testing.T) {
	var shown []string
	for _, danger := range []bool{false, true} {
		h := openHouse(t)
		id := h.visit()
		h.invites()
		h.clock.Set(saturday.Add(31 * time.Minute))
		if danger {
			_, err := h.engine.Raise(h.Context(), engine.Actor{By: "p-sam", Via: "web"}, "p-priya", "", watch.Duress, engine.Words{})
			h.ok(err)
		}
		late := saturday.Add(2 * time.Hour)
		h.ok(h.engine.EditVisit(h.Context(), engine.Actor{By: "p-priya", Via: "web"}, id, engine.VisitEdit{ExpectedEndAt: late}))
		for range 2 {
			_, err := h.engine.SendInvites(h.Context())
			h.ok(err)
			h.clock.Set(h.clock.Now().Add(time.Minute))
		}
		_, page := h.says("p-priya", "/visits/"+id)
		_, rest, found := strings.Cut(page, `id="calendars"`)
		if !found {
			t.Fatal("it is not shown who was invited")
		}
		rest, _, _ = strings.Cut(rest, "</dl>")
		shown = append(shown, rest)
	}
	if shown[0] != shown[1] {
		t.Errorf("on any day\n%s\nin danger\n%s", shown[0], shown[1])
	}
}
