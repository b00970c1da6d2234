package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Call is one outbound call, as it stands when asked for.
type Call struct {
	SID      string
	From, To string
	Status   string // queued, initiated, ringing, in-progress, completed, busy, no-answer, failed
	At       time.Time
	Heard    []string // what was said, document by document
	Pressed  []string // the digits that were sent to the service under test
	Faults   []string // what went wrong with its TwiML
	Ended    bool
	request  url.Values
	sequence int
	taken    bool // by WaitCall
}

func (c *Call) copy() Call {
	d := *c
	d.Heard, d.Pressed, d.Faults = slices.Clone(c.Heard), slices.Clone(c.Pressed), slices.Clone(c.Faults)
	return d
}

// createCall takes a call to be made.
func (s *Server) createCall(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r) {
		return
	}
	f := s.faults.Next()
	if failBefore(w, f) {
		return
	}
	if wrong := s.checkCall(r.PostForm); wrong.Code != 0 {
		refuse(w, wrong)
		return
	}
	c := &Call{SID: newSID("CA"), From: r.PostForm.Get("From"), To: r.PostForm.Get("To"), Status: "queued", At: s.options.Now(), request: r.PostForm}
	body := s.callJSON(*c)
	s.counts.calls.Add(1)
	s.mu.Lock()
	if !s.options.Forget {
		s.calls = append(s.calls, c)
		s.moved()
	}
	s.start(func() { s.place(c) })
	s.mu.Unlock()
	s.created(w, r, f, body)
}

func (s *Server) checkCall(form url.Values) problem {
	to, from := form.Get("To"), form.Get("From")
	seconds := number(form.Get("Timeout"))
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[to]
	switch {
	case to == "":
		return problem{Code: 21201, Message: "No 'To' number is specified", Status: http.StatusBadRequest}
	case from == "":
		return problem{Code: 21213, Message: "Caller phone number is required", Status: http.StatusBadRequest}
	case !plausible(to), p != nil && p.invalid.Code == badTo.Code:
		return naming(badTo, to)
	case !plausible(from):
		return naming(badFrom, from)
	case form.Has("Timeout") && (seconds < 1 || seconds > 600):
		return badTimeout
	case form.Get("Twiml") == "" && !absolute(form.Get("Url")), form.Has("StatusCallback") && !absolute(form.Get("StatusCallback")):
		return badURL
	}
	return problem{}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// callJSON is a call as Twilio writes it.
type callJSON struct {
	AccountSID      string            `json:"account_sid"`
	AnsweredBy      *string           `json:"answered_by"`
	APIVersion      string            `json:"api_version"`
	CallerName      *string           `json:"caller_name"`
	DateCreated     *string           `json:"date_created"`
	DateUpdated     *string           `json:"date_updated"`
	Direction       string            `json:"direction"`
	Duration        *string           `json:"duration"`
	EndTime         *string           `json:"end_time"`
	ForwardedFrom   *string           `json:"forwarded_from"`
	From            string            `json:"from"`
	FromFormatted   string            `json:"from_formatted"`
	ParentCallSID   *string           `json:"parent_call_sid"`
	Price           *string           `json:"price"`
	PriceUnit       string            `json:"price_unit"`
	QueueTime       string            `json:"queue_time"`
	SID             string            `json:"sid"`
	StartTime       *string           `json:"start_time"`
	Status          string            `json:"status"`
	SubresourceURIs map[string]string `json:"subresource_uris"`
	To              string            `json:"to"`
	ToFormatted     string            `json:"to_formatted"`
	URI             string            `json:"uri"`
}

func (s *Server) callJSON(c Call) callJSON {
	uri := s.uri("/Calls/" + c.SID)
	return callJSON{
		AccountSID: s.options.AccountSID, APIVersion: "2010-04-01", Direction: "outbound-api", From: c.From, FromFormatted: c.From,
		PriceUnit: "USD", QueueTime: "0", SID: c.SID, Status: c.Status, To: c.To, ToFormatted: c.To, URI: uri + ".json",
		SubresourceURIs: map[string]string{"notifications": uri + "/Notifications.json", "recordings": uri + "/Recordings.json"},
	}
}
