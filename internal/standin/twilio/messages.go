package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	longestText     = 1600
	longestValidity = 36_000 // seconds
)

// Reserved words, each the whole of a message in any case.
var (
	stopWords  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	startWords = []string{"START", "YES", "UNSTOP"}
)

// createMessage takes an outbound text.
func (s *Server) createMessage(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r) {
		return
	}
	f := s.faults.Next()
	if failBefore(w, f) {
		return
	}
	m, wrong := s.readMessage(r.PostForm)
	if wrong.Code != 0 {
		refuse(w, wrong)
		return
	}
	m.SID, m.Status, m.At = newSID("SM"), "queued", s.options.Now()
	queued := *m
	s.accept(m)
	s.created(w, r, f, s.messageJSON(queued))
}

// readMessage checks the form in Twilio's order.
func (s *Server) readMessage(form url.Values) (*Message, problem) {
	m := &Message{From: form.Get("From"), To: form.Get("To"), Body: form.Get("Body"), StatusCallback: form.Get("StatusCallback")}
	seconds, err := strconv.Atoi(form.Get("ValidityPeriod"))
	if form.Has("ValidityPeriod") && (err != nil || seconds < 1 || seconds > longestValidity) {
		return nil, badTimeout
	}
	m.ValidityPeriod = time.Duration(seconds) * time.Second
	switch {
	case m.To == "":
		return nil, noTo
	case m.From == "":
		return nil, noFrom
	case m.Body == "":
		return nil, noBody
	case utf8.RuneCountInString(m.Body) > longestText:
		return nil, longBody
	case !plausible(m.To):
		return nil, naming(badTo, m.To)
	case !plausible(m.From):
		return nil, naming(badFrom, m.From)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.phones[m.To]; p != nil && p.invalid.Code != 0 {
		return nil, naming(p.invalid, m.To)
	} else if p != nil && p.optedOut {
		return nil, optedOut
	}
	return m, problem{}
}

// naming puts a number into a problem's words, as Twilio does.
func naming(p problem, number string) problem {
	if strings.Contains(p.Message, "%s") {
		p.Message = fmt.Sprintf(p.Message, number)
	}
	return p
}

// accept notes an outbound text and sets it on its way.
func (s *Server) accept(m *Message) {
	s.counts.messages.Add(1)
	if s.options.Observe != nil {
		s.options.Observe(*m)
	}
	reports := m.StatusCallback != "" && !s.options.Silent
	if s.options.Forget && !reports {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.options.Forget {
		s.messages.add(m)
	}
	s.start(func() { s.carry(m) })
}

// carry hands the text to the carrier and on to the phone, telling of each step.
func (s *Server) carry(m *Message) {
	s.report(m, "sent", 0)
	s.mu.Lock()
	var phone Phone
	if p := s.phones[m.To]; p != nil {
		phone = *p
	}
	m.held = phone.off && phone.carrier == 0
	held := m.held
	s.moved()
	s.mu.Unlock()
	switch {
	case phone.carrier != 0:
		s.report(m, "undelivered", phone.carrier)
	case held: // until the phone is on
	case s.wait(phone.delay):
		s.arrive(m)
	}
}

// arrive brings the text to the phone.
func (s *Server) arrive(m *Message) {
	s.mu.Lock()
	m.Arrived = true
	s.moved()
	s.mu.Unlock()
	s.report(m, "delivered", 0)
}

// report moves the text to a status and calls back with it.
func (s *Server) report(m *Message, status string, code int) {
	s.mu.Lock()
	m.Status, m.ErrorCode = status, code
	s.moved()
	callback := m.StatusCallback
	s.mu.Unlock()
	if callback == "" || s.options.Silent {
		return
	}
	select {
	case s.posting <- struct{}{}:
		defer func() { <-s.posting }()
	case <-s.ctx.Done():
		return
	}
	form := url.Values{
		"AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"},
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {status}, "SmsStatus": {status},
		"From": {m.From}, "To": {m.To},
	}
	if code != 0 {
		form.Set("ErrorCode", itoa(code))
	}
	_, _, _ = s.post(s.ctx, callback, form) // Twilio does not repeat a status callback either
}

// fetchMessage gives one message back.
func (s *Server) fetchMessage(w http.ResponseWriter, r *http.Request) {
	sid, isJSON := strings.CutSuffix(r.PathValue("file"), ".json")
	s.mu.Lock()
	m := s.messages.bySID[sid]
	var found Message
	if m != nil {
		found = *m
	}
	s.mu.Unlock()
	if m == nil || !isJSON || r.PathValue("account") != s.options.AccountSID {
		refuse(w, notFound)
		return
	}
	answer(w, http.StatusOK, s.messageJSON(found))
}

// Text is an inbound text: it is received, and the service under test is called at /hooks/twilio/sms, once, as Twilio does. It gives the
// status that was answered; err says that none was.
func (s *Server) Text(from, to, body string) (sid string, status int, err error) {
	sid = s.Receive(from, to, body)
	status, err = s.Deliver(s.ctx, sid)
	return sid, status, err
}

// Receive takes an inbound text without telling the service under test of it, as when the webhook is lost: it can be fetched and listed.
func (s *Server) Receive(from, to, body string) (sid string) {
	m := &Message{SID: newSID("SM"), From: from, To: to, Body: body, Status: "received", Inbound: true, Arrived: true, At: s.options.Now()}
	s.counts.received.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages.add(m)
	if word := strings.TrimSpace(body); !s.options.OptOutOff {
		switch {
		case isWord(word, stopWords):
			s.phone(from).optedOut = true
		case isWord(word, startWords):
			s.phone(from).optedOut = false
		}
	}
	s.moved()
	return m.SID
}

func isWord(word string, words []string) bool {
	for _, w := range words {
		if strings.EqualFold(word, w) {
			return true
		}
	}
	return false
}

var errNoText = errors.New("no such inbound text is kept")

// Deliver calls the service under test with a text that was received, again if it was called before.
func (s *Server) Deliver(ctx context.Context, sid string) (status int, err error) {
	s.mu.Lock()
	m := s.messages.bySID[sid]
	s.mu.Unlock()
	if m == nil || !m.Inbound {
		return 0, errNoText
	}
	form := url.Values{
		"AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"},
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "SmsStatus": {"received"},
		"From": {m.From}, "To": {m.To}, "Body": {m.Body}, "NumMedia": {"0"}, "NumSegments": {itoa(segments(m.Body))},
		"FromCountry": {"GB"}, "FromState": {""}, "FromCity": {""}, "FromZip": {""},
		"ToCountry": {"GB"}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
	}
	status, _, err = s.post(ctx, s.public("/hooks/twilio/sms"), form)
	return status, err
}

// segments is near enough for a stand-in: one for 160 characters, or 153 each.
func segments(body string) int {
	if n := utf8.RuneCountInString(body); n > 160 {
		return (n + 152) / 153
	}
	return 1
}
