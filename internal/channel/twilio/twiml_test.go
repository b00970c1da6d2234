package twilio_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	standin "github.com/allclear-safety/allclear/internal/standin/twilio"
)

func TestTheDocuments(t *testing.T) {
	asked := string(twilio.Say(twilio.KeyAddress("a&b"), `Alarm for "P & N" <Ltd>. Press 7.`, "Again: press 7."))
	for _, want := range []string{
		`<Gather input="dtmf" numDigits="1" timeout="6" method="POST" action="/hooks/twilio/voice/key?n=a%26b"><Say language="en-GB">Alarm for &#34;P &amp; N&#34; &lt;Ltd&gt;. Press 7.</Say></Gather>`,
		`</Gather><Hangup/></Response>`,
	} {
		if strings.Count(asked, want) != 1 {
			t.Errorf("has not once %s:\n%s", want, asked)
		}
	}
	if strings.Count(asked, "Again: press 7.") != 2 {
		t.Errorf("not said three times in all:\n%s", asked)
	}
	if n := strings.Count(string(twilio.Say("/k", "Press 7.", "")), "Press 7."); n != 3 {
		t.Errorf("said %d times, want 3", n)
	}
	if !bytes.HasSuffix(twilio.Confirm("You have it."), []byte(`<Response><Say language="en-GB">You have it.</Say><Hangup/></Response>`)) {
		t.Errorf("got %s", twilio.Confirm("You have it."))
	}
}

// desk answers Twilio's webhooks for calls as the service will: with what this package reads and writes.
type desk struct {
	client  *twilio.Client
	mu      sync.Mutex
	forged  int
	pressed []string
	ended   []channel.StatusUpdate
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.client.CheckSignature(r.RequestURI, r.PostForm, r.Header.Get("X-Twilio-Signature")) {
		d.forged++
		w.WriteHeader(http.StatusForbidden)
		return
	}
	nonce := r.URL.Query().Get("n")
	ask := twilio.Say(twilio.KeyAddress(nonce), "Allclear alarm. To take charge, press 7.", "")
	switch r.URL.Path {
	case twilio.VoicePath:
		_, _ = w.Write(ask)
	case twilio.KeyPath:
		_, digit := twilio.ParsePress(r.PostForm)
		d.pressed = append(d.pressed, nonce+" "+digit)
		if digit != "7" && len(d.pressed) < 3 {
			_, _ = w.Write(ask)
			return
		}
		_, _ = w.Write(twilio.Confirm("Goodbye."))
	case twilio.StatusPath:
		u, err := twilio.ParseStatus(r.Form)
		if err == nil && u.Rank == 9 {
			d.ended = append(d.ended, u)
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func TestCallsFromEndToEnd(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     func(*standin.Phone)
		pressed []string
		heard   int
		status  string
		failed  bool
	}{
		{"the key asked for", func(p *standin.Phone) { p.PressesHeard() }, []string{"n1 7"}, 2, "completed", false},
		{"a wrong key is asked again", func(p *standin.Phone) { p.PressesWrong() }, []string{"n1 1", "n1 1", "n1 1"}, 4, "completed", false},
		{"a voicemail is told three times and presses nothing", func(p *standin.Phone) { p.Voicemail() }, nil, 3, "completed", false},
		{"engaged", func(p *standin.Phone) { p.Busy() }, nil, 0, "busy", true},
		{"nobody", func(p *standin.Phone) { p.RingsOut() }, nil, 0, "no-answer", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{}
			s, client := provider(t, d)
			d.client = client
			c.set(s.Phone("+447700900101"))
			m := alarm(t)
			m.Call = &channel.Call{Nonce: "n1"}
			receipt, err := client.Voice().Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			made, err := s.WaitCall(ctx, "+447700900101")
			if err != nil || made.SID != receipt.ProviderID || len(made.Heard) != c.heard || made.Faults != nil {
				t.Fatalf("got %+v, %v", made, err)
			}
			s.Settle()
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.forged > 0 || !slices.Equal(d.pressed, c.pressed) {
				t.Errorf("pressed %q, %d forged", d.pressed, d.forged)
			}
			if len(d.ended) != 1 || d.ended[0].ProviderID != receipt.ProviderID || d.ended[0].ID != m.ID || d.ended[0].Status != c.status || d.ended[0].Failed != c.failed {
				t.Errorf("told %+v", d.ended)
			}
		})
	}
}

func TestAForgedKeyIsRefused(t *testing.T) {
	d := &desk{client: client(t, "")}
	form := url.Values{"CallSid": {"CA1"}, "Digits": {"7"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, twilio.KeyAddress("n1"), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.RequestURI = twilio.KeyAddress("n1")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", standin.Sign("a guess", public+r.RequestURI, form))
	answer := &discarded{}
	if d.ServeHTTP(answer, r); d.forged != 1 || answer.status != http.StatusForbidden || d.pressed != nil {
		t.Errorf("answered %d, pressed %q", answer.status, d.pressed)
	}
}

// discarded is an answer of which only the status is kept.
type discarded struct {
	io.Writer
	status int
}

func (*discarded) Header() http.Header    { return http.Header{} }
func (d *discarded) WriteHeader(code int) { d.status = code }
