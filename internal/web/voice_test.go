package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// voiceVisit is a visit of Priya's of which Lee decided that it ends by voice only, when she has gone in.
func (h *house) voiceVisit() string {
	h.Helper()
	id := h.visit()
	path := h.assesses(id)
	h.as("p-lee").post(path+"/decide", "revision", "1", "key", "d", "revision", "1", "decision", "go", "reasons", "They may have her phone", "conditions", "voice").leadsTo(path)
	h.wait(30 * time.Minute)
	h.as("p-priya").post("/visits/"+id+"/in", "key", "in").is(http.StatusSeeOther)
	return id
}

// Rule 1.5: a press and a text say that the visit ends with a call; whoever answers says that they spoke with the worker, and then it has ended.
func TestAVisitThatEndsByVoiceOnlyOnItsPages(t *testing.T) {
	h := openHouse(t)
	id := h.voiceVisit()
	v, priya, sam := "/visits/"+id, h.as("p-priya"), h.as("p-sam")
	is := func(want watch.Status) {
		t.Helper()
		kept, err := h.db.Visit(t.Context(), id)
		h.ok(err)
		if kept.Status != want {
			t.Errorf("the visit is %s, not %s", kept.Status, want)
		}
	}
	h.wait(20 * time.Minute)
	priya.get(v).says("This visit ends with a call. Ring Sam Hill, or press and they ring you.", "With a call: no text and no press ends it").hides("Record that they are out")
	priya.post(v+"/out", "key", "a").leadsTo(v).says("It is noted. This visit ends with a call: whoever answers for you will ring you, or you ring them.", "Inside", "Word came that Priya Nair is out. The visit ends by voice only").
		hides("govuk-notification-banner--success", "There is a problem")
	priya.post(v+"/record", "key", "b", "words", "Left now, all done").leadsTo(v).says("This visit ends with a call", "Inside")
	priya.post(v+"/record", "key", "c", "heard", "yes", "spoken", "yes").is(http.StatusUnprocessableEntity)
	is(watch.Inside)
	if texts := h.inbox("07700 900110"); !told(texts, "Priya N says they are out. Please ring them") {
		t.Errorf("Sam is texted %q", texts)
	}
	sam.get(v).says("ring them, and say here that you did", "I spoke with Priya Nair in a call: they are out, and safe").hides("Ring Sam Hill, or press")
	sam.post(v+"/record", "key", "d", "words", "I'm out", "via", "text").leadsTo(v).says("The visit ends by voice only: ring them, and say below that you spoke with them.", "Inside")
	sam.post(v+"/record", "key", "e", "heard", "yes").is(http.StatusUnprocessableEntity).says("Tick that you spoke with them. If you have not, ring them first.", `id="spoken-error"`)
	is(watch.Inside)
	sam.post(v+"/record", "key", "f", "heard", "yes", "spoken", "yes").leadsTo(v).says("Noted: out.", "Someone spoke with the worker", "Sam Hill recorded that the visit has ended")
	is(watch.Ended)
}

// In danger the pages of such a visit are those of any day (rule 4.2), and whoever answers cannot end it past the alarm.
func TestInDuressAVisitThatEndsByVoiceOnlyIsThatOfAnyDay(t *testing.T) {
	days := map[string][]string{}
	for _, name := range []string{"Jane", "Scarlett"} {
		h := openHouse(t)
		id := h.voiceVisit()
		kept, err := h.db.Visit(t.Context(), id)
		h.ok(err)
		priya, v := h.as("p-priya"), "/visits/"+id
		papers, err := h.db.Papers(t.Context(), store.PaperFilter{Kind: store.RiskPaper, About: "visit/" + id})
		h.ok(err)
		note := func(p page) {
			days[name] = append(days[name], strings.ReplaceAll(p.plainly(name, kept), papers[0].ID, "RISK"))
		}
		h.wait(15 * time.Minute)
		note(priya.post(v+"/ask", "key", "A", "name", name))
		note(priya.post(v+"/out", "key", "B").leadsTo(v).says("This visit ends with a call"))
		note(priya.get(v + "?fragment=visit"))
		note(priya.post(v+"/record", "key", "C", "words", "We have left").leadsTo(v))
		note(priya.get(v + "?fragment=timeline"))
		if name == "Scarlett" {
			took, err := h.engine.Checkin(t.Context(), engine.Actor{Via: "api", Key: "E"}, engine.Checkin{Person: "p-priya", Kind: "out"})
			h.ok(err)
			if !took.ByVoice {
				t.Errorf("by the API it is answered %+v", took)
			}
			h.as("p-sam").post(v+"/record", "key", "D", "heard", "yes", "spoken", "yes").is(http.StatusConflict).says("nothing but its closing moves the clock")
		}
	}
	for i, jane := range days["Jane"] {
		if scarlett := days["Scarlett"][i]; scarlett != jane {
			t.Errorf("page %d: asking for Scarlett shows\n%s\nasking for Jane\n%s", i, scarlett, jane)
		}
	}
}
