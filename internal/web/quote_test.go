package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAQuoteKeepsToItself(t *testing.T) {
	for words, want := range map[string]string{
		"Going in":                     "<bdi>Going in</bdi>",
		"<b>out</b> & \"home\"":        "<bdi>&lt;b&gt;out&lt;/b&gt; &amp; &#34;home&#34;</bdi>",
		"two\r\nlines\tand a tab":      "<bdi>two\nlines\tand a tab</bdi>",
		"\u202eni gniog\u202c":         "<bdi>\ufffdni gniog\ufffd</bdi>",
		"a\u202ab\u2066c\u2069":        "<bdi>a\ufffdb\ufffdc\ufffd</bdi>",
		"bell\a, escape\x1b, C1\u0085": "<bdi>bell\ufffd, escape\ufffd, C1\ufffd</bdi>",
		"في الداخل 14:30":              "<bdi>في الداخل 14:30</bdi>",
		"👩\u200d⚕️ Zoë\u200e":          "<bdi>👩\u200d⚕️ Zoë\u200e</bdi>", // joins and marks of direction turn nothing round
	} {
		if got := string(quote(words)); got != want {
			t.Errorf("%q is shown as %q, not %q", words, got, want)
		}
	}
}

// Wherever a page shows what a worker wrote, the rest of the line stays as it is.
func TestAWorkersWordsTurnNothingRound(t *testing.T) {
	const sent, shown = "Going in \u202e<i>", "<bdi>Going in \ufffd&lt;i&gt;</bdi>"
	h := openHouse(t)
	id := h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", sent)
	h.get("/visits/" + id).says("<q>" + shown + "</q>")
	h.wait(75 * time.Minute)
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	if len(open) != 1 {
		t.Fatalf("%d alarms are open", len(open))
	}
	h.get("/alarms/" + open[0].ID).says("“" + shown + "” at 14:30, by text").hides("\u202e")
	h.post("/alarms/"+open[0].ID+"/acknowledge", "key", "A").is(http.StatusSeeOther)
	h.texts("07700 900101", "HELP \u202eme")
	h.get("/alarms/"+open[0].ID).says("“<bdi>HELP \ufffdme</bdi>”", "<q><bdi>HELP \ufffdme</bdi></q>", "Their words: “HELP \ufffdme”").hides("\u202e")
	h.get("/alarms/"+open[0].ID+"/police").says("Their words: “HELP \ufffdme”", "“HELP \ufffdme”").hides("\u202e", "&#8238;")
	tried := h.post("/reading", "text", sent, "state", "booked", "now", "14:00", "start", "13:30", "end", "14:30", "phrase", "Scarlett").is(http.StatusOK).says("Why:")
	if said, _, _ := strings.Cut(tried.Body.String(), "Why:"); strings.Contains(said, "\u202e") || !strings.Contains(said, "<bdi>") {
		t.Errorf("the tried text stands as %q", said)
	}
}
