package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

func TestOptionsThatCanNotWork(t *testing.T) {
	good := twilio.Options{AccountSID: account, AuthToken: token, From: number(t, "07700 900000"), URL: public}
	for name, change := range map[string]func(*twilio.Options){
		"no account": func(o *twilio.Options) { o.AccountSID = "" },
		"no token":   func(o *twilio.Options) { o.AuthToken = "" },
		"no number":  func(o *twilio.Options) { o.From = phone.Number{} },
		"no address": func(o *twilio.Options) { o.URL = "" },
		"a path":     func(o *twilio.Options) { o.URL = "/hooks" },
		"a fragment": func(o *twilio.Options) { o.URL = public + "#rc=3" },
	} {
		o := good
		change(&o)
		if _, err := twilio.New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := twilio.New(good); err != nil {
		t.Error(err)
	}
}

// answers gives a client of an API that gives one answer, and the requests it got.
func answers(t *testing.T, status int, body string) (*twilio.Client, func() []url.Values) {
	t.Helper()
	var mu sync.Mutex
	var forms []url.Values
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		mu.Lock()
		defer mu.Unlock()
		forms = append(forms, r.PostForm)
		if status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(api.Close)
	return client(t, api.URL), func() []url.Values {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(forms)
	}
}

func alarm(t *testing.T) channel.Message {
	return channel.Message{ID: "m 1", To: number(t, "07700 900101"), Body: private.New("ALARM 14:05 A7F3"), Class: channel.Alarm}
}

func TestATextAsked(t *testing.T) {
	for _, c := range []struct {
		expires  time.Duration
		validity string
	}{{0, ""}, {time.Millisecond, "1"}, {5 * time.Minute, "300"}, {5*time.Minute + 1, "301"}, {72 * time.Hour, "36000"}} {
		client, asked := answers(t, 201, `{"sid":"SM1"}`)
		m := alarm(t)
		m.Expires = c.expires
		if r, err := client.SMS().Send(t.Context(), m); err != nil || r.ProviderID != "SM1" {
			t.Fatal(r, err)
		}
		form := asked()[0]
		for field, want := range map[string]string{
			"To": "+447700900101", "From": "+447700900000", "Body": "ALARM 14:05 A7F3", "ValidityPeriod": c.validity,
			"StatusCallback": public + "/hooks/twilio/status?m=m+1",
		} {
			if form.Get(field) != want {
				t.Errorf("%v: %s is %q, want %q", c.expires, field, form.Get(field), want)
			}
		}
	}
}

func TestATextThatWantsNoReceiptAsksForNone(t *testing.T) {
	client, asked := answers(t, 201, `{"sid":"SM1"}`)
	m := alarm(t)
	m.Unreceipted = true
	if _, err := client.SMS().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if form := asked()[0]; form.Has("StatusCallback") {
		t.Errorf("a status callback was asked for: %s", form.Get("StatusCallback"))
	}
}

func TestACallAsked(t *testing.T) {
	client, asked := answers(t, 201, `{"sid":"CA1"}`)
	m := alarm(t)
	if _, err := client.Voice().Send(t.Context(), m); channel.NextStep(err) != channel.NextChannel || len(asked()) != 0 {
		t.Errorf("a text as a call: %v, asked %d times", err, len(asked()))
	}
	m.Call = &channel.Call{Nonce: "n&1"}
	if r, err := client.Voice().Send(t.Context(), m); err != nil || r.ProviderID != "CA1" {
		t.Fatal(r, err)
	}
	form := asked()[0]
	if form.Has("Body") || form.Get("Url") != public+"/hooks/twilio/voice?n=n%261" || form.Get("Timeout") != "20" || form.Get("StatusCallback") != public+"/hooks/twilio/status?m=m+1" {
		t.Errorf("asked %v", form)
	}
}

func TestRefusals(t *testing.T) {
	const quoted = `{"code":%d,"message":"The 'To' number +447700900101 said ALARM","status":400}`
	for _, c := range []struct {
		status, code int
		next         channel.Next
		unknown      bool
	}{
		{400, 21211, channel.WrongNumber, false},
		{400, 21610, channel.OptedOut, false},
		{400, 21614, channel.NextChannel, false},   // a landline can be rung
		{400, 21408, channel.Misconfigured, false}, // a country that the account may not text: it can be switched on
		{400, 21215, channel.Misconfigured, false}, // nor ring
		{400, 21617, channel.NextChannel, false},
		{400, 99999, channel.NextChannel, false},
		{400, 21606, channel.Misconfigured, false},
		{401, 20003, channel.Misconfigured, false},
		{404, 20404, channel.Misconfigured, false},
		{400, 20001, channel.Misconfigured, false},
		{403, 20403, channel.Misconfigured, false}, // one that we do not know, about the account
		{400, 21219, channel.Misconfigured, false},
		{400, 10004, channel.Retry, false},
		{403, 20005, channel.NoCredit, false},
		{429, 20429, channel.Retry, false},
		{429, 0, channel.Retry, false},
		{500, 20500, channel.Retry, true},
		{503, 0, channel.Retry, true},
		{403, 0, channel.Misconfigured, false}, // a proxy between
		{302, 0, channel.Misconfigured, false},
		{400, 0, channel.Misconfigured, false}, // Twilio always gives a code
	} {
		body := fmt.Sprintf(quoted, c.code)
		if c.code == 0 {
			body = "<html>+447700900101</html>"
		}
		client, asked := answers(t, c.status, body)
		_, err := client.SMS().Send(t.Context(), alarm(t))
		e, ok := errors.AsType[*channel.Error](err)
		if !ok || e.Next != c.next || e.Unknown != c.unknown || e.Code != c.code {
			t.Errorf("%d %d: got %#v", c.status, c.code, err)
		}
		if said := fmt.Sprint(err); strings.Contains(said, "900101") || strings.Contains(said, "ALARM") || strings.Contains(said, account) {
			t.Errorf("%d %d tells too much: %s", c.status, c.code, said)
		}
		if len(asked()) != 1 {
			t.Errorf("%d %d: asked %d times", c.status, c.code, len(asked()))
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, body := range map[string]string{"nothing": "", "a page": "<html>", "no sid": `{"status":"queued"}`, "too long": `{"sid":"SM1","body":"` + strings.Repeat("S", 2<<20) + `"}`} {
		client, _ := answers(t, 201, body)
		_, err := client.SMS().Send(t.Context(), alarm(t))
		if channel.NextStep(err) != channel.Retry || !channel.MayHaveBeenSent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNobodyAtTheAddressTookNothing(t *testing.T) {
	api := httptest.NewServer(http.NotFoundHandler())
	c := client(t, api.URL)
	api.Close()
	_, err := c.SMS().Send(t.Context(), alarm(t))
	if channel.NextStep(err) != channel.Retry || channel.MayHaveBeenSent(err) || strings.Contains(err.Error(), account) {
		t.Errorf("got %v", err)
	}
}

func TestItsOwnTimeOut(t *testing.T) {
	gone := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-gone:
		}
	}))
	defer api.Close()
	defer close(gone)
	c, err := twilio.New(twilio.Options{
		AccountSID: account, AuthToken: token, From: number(t, "07700 900000"), API: api.URL, URL: public, Timeout: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.SMS().Send(t.Context(), alarm(t))
	if !errors.Is(err, context.DeadlineExceeded) || !channel.MayHaveBeenSent(err) || channel.NextStep(err) != channel.Retry {
		t.Errorf("got %v", err)
	}
}
