package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	ringBeforeAnswer = 4 * time.Second
	ringBeforeMail   = 18 * time.Second
	defaultRing      = 60 * time.Second
	defaultGather    = 5 * time.Second
	beforePressing   = 2 * time.Second
	perCharacter     = time.Second / 15 // of speech
	mostDocuments    = 50               // in one call, so that a redirect to itself ends
)

// place makes one call, from its first ring to its end.
func (s *Server) place(c *Call) {
	s.callMoves(c, "initiated", "initiated", 0)
	phone := s.answering(c.To)
	if phone.off {
		s.callMoves(c, "failed", "completed", 480)
		return
	}
	if phone.answers == engaged {
		s.callMoves(c, "busy", "completed", 486)
		return
	}
	s.callMoves(c, "ringing", "ringing", 0)
	ring := defaultRing
	if seconds := number(c.request.Get("Timeout")); seconds > 0 {
		ring = time.Duration(seconds) * time.Second
	}
	before := ringBeforeAnswer
	if phone.answers == voicemail {
		before = ringBeforeMail
	}
	if phone.answers == ringsOut || ring < before {
		if s.wait(ring) {
			s.callMoves(c, "no-answer", "completed", 487)
		}
		return
	}
	if !s.wait(before) {
		return
	}
	s.callMoves(c, "in-progress", "answered", 0)
	s.converse(c, phone)
	if s.ctx.Err() == nil {
		s.callMoves(c, "completed", "completed", 200)
	}
}

// answering is how a phone stands at the moment it is called.
func (s *Server) answering(number string) Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.phones[number]; p != nil {
		return *p
	}
	return Phone{}
}

// callMoves notes a call's status and calls back with it where the caller asked for that event.
func (s *Server) callMoves(c *Call, status, event string, sip int) {
	ends := event == "completed"
	s.mu.Lock()
	c.Status, c.Ended = status, ends
	sequence := c.sequence
	c.sequence++
	s.moved()
	s.mu.Unlock()
	address := c.request.Get("StatusCallback")
	if address == "" || !ends && !slices.Contains(c.request["StatusCallbackEvent"], event) {
		return
	}
	form := s.callForm(c, status)
	form.Set("SequenceNumber", itoa(sequence))
	form.Set("CallbackSource", "call-progress-events")
	form.Set("Timestamp", s.options.Now().UTC().Format(time.RFC1123Z))
	if ends {
		form.Set("CallDuration", "0")
		form.Set("Duration", "0")
		form.Set("SipResponseCode", itoa(sip))
	}
	_, _, _ = s.post(s.ctx, address, form) // Twilio does not repeat a status callback either
}

func (s *Server) callForm(c *Call, status string) url.Values {
	return url.Values{
		"AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"}, "CallSid": {c.SID}, "CallStatus": {status},
		"Direction": {"outbound-api"}, "From": {c.From}, "To": {c.To}, "Caller": {c.From}, "Called": {c.To},
	}
}

// conversation is a call that was answered.
type conversation struct {
	server  *Server
	call    *Call
	phone   Phone
	address string // of the document being played, which relative addresses are resolved against
}

var (
	errLoops  = errors.New("the call is sent from document to document without end")
	errClosed = errors.New("the stand-in was closed")
	errHungUp = errors.New("hung up")
)

// converse plays documents until the call ends.
func (s *Server) converse(c *Call, phone Phone) {
	talk := &conversation{server: s, call: c, phone: phone, address: c.request.Get("Url")}
	document, err := talk.first()
	for n := 0; err == nil && document != nil; n++ {
		if n == mostDocuments {
			err = errLoops
			break
		}
		document, err = talk.play(document)
	}
	if err != nil && !errors.Is(err, errHungUp) && !errors.Is(err, errClosed) {
		s.mu.Lock()
		c.Faults = append(c.Faults, err.Error())
		s.moved()
		s.mu.Unlock()
	}
}

// first gets the document a call begins with: given with the call, or fetched, or else fetched from the fallback.
func (t *conversation) first() ([]byte, error) {
	if inline := t.call.request.Get("Twiml"); inline != "" {
		return []byte(inline), nil
	}
	document, err := t.fetch(t.address, nil)
	if fallback := t.call.request.Get("FallbackUrl"); err != nil && fallback != "" {
		return t.fetch(fallback, nil)
	}
	return document, err
}

// fetch asks the service under test what to do next, with the digits pressed if there are any.
func (t *conversation) fetch(address string, digits []string) ([]byte, error) {
	base, err := url.Parse(t.address)
	if err != nil {
		return nil, fmt.Errorf("resolve a document's address: %w", err)
	}
	next, err := base.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("resolve a document's address: %w", err)
	}
	t.address = next.String()
	form := t.server.callForm(t.call, "in-progress")
	if digits != nil {
		form["Digits"] = digits
		form.Set("FinishedOnKey", "")
		form.Set("msg", "Gather End")
	}
	status, document, err := t.server.post(t.server.ctx, t.address, form)
	if err != nil {
		return nil, err
	}
	if status/100 != 2 {
		return nil, fmt.Errorf("fetch TwiML: %d %s", status, http.StatusText(status))
	}
	return document, nil
}

// play goes through one document; it gives the next one, or nil when the call ends of itself.
func (t *conversation) play(document []byte) ([]byte, error) {
	verbs, err := parse(document)
	if err != nil {
		return nil, err
	}
	for _, v := range verbs {
		switch v.XMLName.Local {
		case "Say":
			err = t.hear(v.words())
		case "Pause":
			err = t.pass(v.seconds("length", time.Second))
		case "Hangup":
			return nil, errHungUp
		case "Redirect":
			return t.fetch(strings.TrimSpace(v.Text), nil)
		case "Gather":
			digits, err := t.gather(v)
			if err != nil {
				return nil, err
			}
			if digits != "" || v.attr("actionOnEmptyResult", "false") == "true" {
				return t.fetch(v.attr("action", t.address), []string{digits})
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// gather says what is inside and waits for keys.
func (t *conversation) gather(v verb) (digits string, err error) {
	words := v.words()
	if t.phone.answers == pickedUp && strings.Contains(v.attr("input", "dtmf"), "dtmf") {
		digits = t.phone.press(words)
	}
	if most := number(v.attr("numDigits", "")); most > 0 && len(digits) > most {
		digits = digits[:most]
	}
	if digits == "" {
		if err := t.hear(words); err != nil {
			return "", err
		}
		return "", t.pass(v.seconds("timeout", defaultGather))
	}
	t.note(words, digits)
	return digits, t.pass(beforePressing) // a key cuts the speech short
}

// hear lets words be spoken to their end.
func (t *conversation) hear(words string) error {
	t.note(words, "")
	return t.pass(time.Duration(len(words)) * perCharacter)
}

func (t *conversation) note(words, digits string) {
	t.server.mu.Lock()
	defer t.server.mu.Unlock()
	if words != "" {
		t.call.Heard = append(t.call.Heard, words)
	}
	if digits != "" {
		t.call.Pressed = append(t.call.Pressed, digits)
	}
	t.server.moved()
}

func (t *conversation) pass(d time.Duration) error {
	if !t.server.wait(d) {
		return errClosed
	}
	return nil
}
