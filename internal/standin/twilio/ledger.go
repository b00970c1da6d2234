package twilio

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// keptInbound is how many inbound texts are kept when outbound ones are forgotten.
const keptInbound = 1 << 16

// Message is a text message in either direction, as it stands when asked for. Numbers are in E.164.
type Message struct {
	SID            string
	From, To, Body string
	Status         string // queued, sent, delivered, undelivered; received for an inbound one
	ErrorCode      int
	Inbound        bool
	Arrived        bool // at the phone
	At             time.Time
	ValidityPeriod time.Duration
	StatusCallback string
	held           bool // until the phone is on
	taken          bool // by WaitText
}

// ledger keeps messages in the order they came. Its owner's lock guards it.
type ledger struct {
	bySID  map[string]*Message
	all    []*Message
	bounds int // how many to keep; 0 for all
}

func (l *ledger) init(forget bool) {
	l.bySID = map[string]*Message{}
	if forget {
		l.bounds = keptInbound
	}
}

func (l *ledger) add(m *Message) {
	if l.bounds > 0 && len(l.all) >= 2*l.bounds {
		for _, old := range l.all[:l.bounds] {
			delete(l.bySID, old.SID)
		}
		l.all = slices.Clone(l.all[l.bounds:])
	}
	l.bySID[m.SID] = m
	l.all = append(l.all, m)
}

// page gives the messages that match, newest first, beginning after the one named.
func (l *ledger) page(after string, size int, match func(*Message) bool) (found []Message, more bool) {
	started := after == ""
	for _, m := range slices.Backward(l.all) {
		switch {
		case !started:
			started = m.SID == after
		case !match(m):
		case len(found) == size:
			return found, true
		default:
			found = append(found, *m)
		}
	}
	return found, false
}

// Counts is how much came and went.
type Counts struct {
	Messages int64 // outbound texts accepted
	Calls    int64 // calls accepted
	Received int64 // inbound texts
	Webhooks int64 // webhooks called
}

// Counts is how much came and went since the start.
func (s *Server) Counts() Counts {
	c := &s.counts
	return Counts{c.messages.Load(), c.calls.Load(), c.received.Load(), c.webhooks.Load()}
}

// Messages gives all text messages that are kept, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Message, 0, len(s.messages.all))
	for _, m := range s.messages.all {
		all = append(all, *m)
	}
	return all
}

// Calls gives all calls that are kept, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Call, 0, len(s.calls))
	for _, c := range s.calls {
		all = append(all, c.copy())
	}
	return all
}

// moved wakes those who wait for something to happen. The lock is held.
func (s *Server) moved() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// pageSize reads a list's PageSize: 50 unless told, 1,000 at most.
func pageSize(s string) int {
	n, _ := strconv.Atoi(s) // 0 for what is no number
	return min(cmp.Or(max(n, 0), 50), 1000)
}
