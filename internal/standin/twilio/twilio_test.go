package twilio

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "12345"
	ours    = "+447700900000"
	priya   = "+447700900101"
	sam     = "+447700900201"
)

var started = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// service is the service under test: it notes what Twilio tells it, and speaks the documents it is given by path.
type service struct {
	*httptest.Server
	mu        sync.Mutex
	forms     map[string][]url.Values
	documents map[string]string
	unsigned  int
}

func newService(t *testing.T) *service {
	s := &service{forms: map[string][]url.Values{}, documents: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Header.Get("X-Twilio-Signature") != Sign(token, "https://allclear.example"+r.URL.RequestURI(), r.PostForm) {
			s.unsigned++
		}
		s.forms[r.URL.Path] = append(s.forms[r.URL.Path], r.PostForm)
		document, found := s.documents[r.URL.Path]
		if strings.HasPrefix(r.URL.Path, "/voice") && !found {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if document == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, document)
	}))
	t.Cleanup(func() {
		s.Close()
		if s.unsigned > 0 {
			t.Errorf("%d webhooks were not signed for the public address", s.unsigned)
		}
	})
	return s
}

func (s *service) told(path, field string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var values []string
	for _, form := range s.forms[path] {
		values = append(values, form.Get(field))
	}
	return values
}

// start gives a stand-in, the address of its API and the service it calls.
func start(t *testing.T, change func(*Options)) (*Server, string, *service) {
	hook := newService(t)
	var mu sync.Mutex
	now := started
	o := Options{AccountSID: account, AuthToken: token, Hook: hook.URL, Public: "https://allclear.example", Speed: 2000, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}}
	if change != nil {
		change(&o)
	}
	s := New(o)
	api := httptest.NewServer(s)
	t.Cleanup(api.Close)
	t.Cleanup(s.Close)
	return s, api.URL + "/2010-04-01/Accounts/" + account, hook
}

func ask(t *testing.T, method, address string, form url.Values) (status int, body map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(account, token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func text(to, body string) url.Values {
	return url.Values{"To": {to}, "From": {ours}, "Body": {body}, "StatusCallback": {"https://allclear.example/status"}}
}

// soon bounds what should come at once. Every wait in a test is for something that does come.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func settle(t *testing.T, s *Server, what string, holds func() bool) {
	t.Helper()
	if err := s.until(soon(t), holds); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestTheAccountIsActiveAndNoOtherIsThere(t *testing.T) {
	_, api, _ := start(t, nil)
	if status, body := ask(t, http.MethodGet, api+".json", nil); status != http.StatusOK || body["status"] != "active" || body["sid"] != account {
		t.Errorf("the account: %d %v", status, body)
	}
	if status, body := ask(t, http.MethodGet, api+"0.json", nil); status != http.StatusNotFound || body["code"] != 20404.0 {
		t.Errorf("another: %d %v", status, body)
	}
}

func TestSignatureIsTwiliosOwn(t *testing.T) {
	form := url.Values{"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"}}
	if got, want := Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form), "RSOYDt4T1cUTdK1PDd93/VVr8B8="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestATextArrivesAndIsReported(t *testing.T) {
	s, api, hook := start(t, nil)
	status, body := ask(t, "POST", api+"/Messages.json", text(sam, "ALARM 14:05 A7F3"))
	if status != http.StatusCreated || body["status"] != "queued" || body["direction"] != "outbound-api" || !strings.HasPrefix(body["sid"].(string), "SM") || len(body["sid"].(string)) != 34 {
		t.Fatalf("got %d %v", status, body)
	}
	m, err := s.WaitText(soon(t), sam, "A7F3")
	if err != nil || m.SID != body["sid"] || m.From != ours {
		t.Fatalf("got %+v, %v", m, err)
	}
	settle(t, s, "delivered", func() bool { return s.messages.all[0].Status == "delivered" })
	s.Settle()
	if got := hook.told("/status", "MessageStatus"); !slices.Equal(got, []string{"sent", "delivered"}) {
		t.Errorf("told %v", got)
	}
	if c := s.Counts(); c.Messages != 1 || c.Calls != 0 {
		t.Errorf("counts %+v", c)
	}
}

func TestATextIsGivenToOneWaitOnly(t *testing.T) {
	s, api, _ := start(t, nil)
	ask(t, "POST", api+"/Messages.json", text(sam, "ALARM one"))
	ask(t, "POST", api+"/Messages.json", text(sam, "ALARM two"))
	settle(t, s, "both arrive", func() bool { return s.messages.all[0].Arrived && s.messages.all[1].Arrived })
	for _, want := range []string{"ALARM one", "ALARM two"} {
		if m, err := s.WaitText(soon(t), sam, "ALARM"); err != nil || m.Body != want {
			t.Fatalf("got %q, %v; want %q", m.Body, err, want)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := s.WaitText(over, sam, "ALARM"); err == nil {
		t.Errorf("a third time: %+v", m)
	}
}

func TestAPhoneThatIsOff(t *testing.T) {
	s, api, _ := start(t, nil)
	s.Phone(sam).Off()
	ask(t, "POST", api+"/Messages.json", text(sam, "held"))
	settle(t, s, "held", func() bool { return s.messages.all[0].held })
	if m := s.Messages()[0]; m.Status != "sent" || m.Arrived {
		t.Errorf("off: %+v", m)
	}
	s.Phone(sam).On()
	if _, err := s.WaitText(soon(t), sam, "held"); err != nil {
		t.Error(err)
	}
}

func TestACarrierThatReturnsATextSaysWhy(t *testing.T) {
	s, api, hook := start(t, nil)
	s.Phone(sam).Returns(30003)
	ask(t, "POST", api+"/Messages.json", text(sam, "lost"))
	settle(t, s, "undelivered", func() bool { return s.messages.all[0].Status == "undelivered" })
	s.Settle()
	if got := hook.told("/status", "ErrorCode"); !slices.Equal(got, []string{"", "30003"}) {
		t.Errorf("codes %q", got)
	}
}

func TestRefusals(t *testing.T) {
	s, api, _ := start(t, nil)
	s.Phone("+447700900301").OptsOut()
	s.Phone("+447700900302").Invalid()
	s.Phone("+447700900303").Landline()
	with := func(change func(url.Values)) url.Values {
		form := text(sam, "hello")
		change(form)
		return form
	}
	for _, c := range []struct {
		name   string
		form   url.Values
		status int
		code   float64
	}{
		{"no number", with(func(f url.Values) { f.Del("To") }), 400, 21604},
		{"no sender", with(func(f url.Values) { f.Del("From") }), 400, 21603},
		{"no body", with(func(f url.Values) { f.Del("Body") }), 400, 21602},
		{"too long", with(func(f url.Values) { f.Set("Body", strings.Repeat("a", 1601)) }), 400, 21617},
		{"no E.164 number", with(func(f url.Values) { f.Set("To", "07700900101") }), 400, 21211},
		{"a validity of 11 h", with(func(f url.Values) { f.Set("ValidityPeriod", "39600") }), 400, 20001},
		{"opted out", text("+447700900301", "hello"), 400, 21610},
		{"invalid", text("+447700900302", "hello"), 400, 21211},
		{"a landline", text("+447700900303", "hello"), 400, 21614},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := ask(t, "POST", api+"/Messages.json", c.form)
			if status != c.status || body["code"] != c.code || body["status"] != float64(c.status) || body["message"] == "" || !strings.HasPrefix(body["more_info"].(string), "https://") {
				t.Errorf("got %d %v, want %d %v", status, body, c.status, c.code)
			}
		})
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages were taken all the same", n)
	}
}

func TestOnlyTheAccountIsLetIn(t *testing.T) {
	_, api, _ := start(t, nil)
	r := httptest.NewRequestWithContext(t.Context(), "POST", api+"/Messages.json", nil)
	r.RequestURI = ""
	r.SetBasicAuth(account, "wrong")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(string(body), "20003") {
		t.Errorf("got %d %s", answer.StatusCode, body)
	}
}

func TestReservedWords(t *testing.T) {
	for _, c := range []struct {
		said    string
		off     bool
		allowed bool
	}{
		{"STOP", false, false}, {" Optout ", false, false}, {"stop please", false, true}, {"HELP", false, true}, {"STOP", true, true},
	} {
		s, api, _ := start(t, func(o *Options) { o.OptOutOff = c.off })
		s.Receive(priya, ours, c.said)
		if status, _ := ask(t, "POST", api+"/Messages.json", text(priya, "hello")); (status == http.StatusCreated) != c.allowed {
			t.Errorf("after %q: %d", c.said, status)
		}
		s.Receive(priya, ours, "start")
		if status, _ := ask(t, "POST", api+"/Messages.json", text(priya, "hello")); status != http.StatusCreated {
			t.Errorf("after start: %d", status)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		fault    Fault
		status   int
		accepted int
	}{{Down, 500, 0}, {Lost, 500, 1}, {Limited, 429, 0}, {Broke, 403, 0}, {Slow, 201, 1}} {
		s, api, _ := start(t, nil)
		s.Fail(c.fault, 1)
		if status, _ := ask(t, "POST", api+"/Messages.json", text(sam, "hello")); status != c.status || len(s.Messages()) != c.accepted {
			t.Errorf("%s: got %d with %d accepted, want %d with %d", c.fault, status, len(s.Messages()), c.status, c.accepted)
		}
		if status, _ := ask(t, "POST", api+"/Messages.json", text(sam, "hello")); status != http.StatusCreated {
			t.Errorf("after %s: %d", c.fault, status)
		}
	}
}

func TestForgetting(t *testing.T) {
	s, api, _ := start(t, func(o *Options) { o.Forget = true; o.Silent = true })
	for range 3 {
		ask(t, "POST", api+"/Messages.json", text(sam, "hello"))
	}
	if s.Counts().Messages != 3 || len(s.Messages()) != 0 {
		t.Errorf("%+v, %d kept", s.Counts(), len(s.Messages()))
	}
	s.messages.bounds = 2
	var last string
	for range 9 {
		last = s.Receive(priya, ours, "in")
	}
	if n := len(s.Messages()); n > 4 || len(s.messages.bySID) != n {
		t.Errorf("%d inbound texts kept, %d by sid", n, len(s.messages.bySID))
	}
	if status, _ := ask(t, "GET", api+"/Messages/"+last+".json", nil); status != http.StatusOK {
		t.Errorf("the newest inbound text: %d", status)
	}
}

func BenchmarkCreateMessage(b *testing.B) {
	s := New(Options{AccountSID: account, AuthToken: token, Forget: true, Silent: true, Now: func() time.Time { return started }})
	defer s.Close()
	body := text(sam, "ALARM 14:05 A7F3 Priya has not checked out").Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), "POST", "/2010-04-01/Accounts/"+account+"/Messages.json", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(account, token)
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != http.StatusCreated {
			b.Fatal(w.Code)
		}
	}
}
