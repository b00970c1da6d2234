package listener

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/emersion/go-smtp"

	"github.com/allclear-safety/allclear/internal/mail"
)

// Counts are what became of what was handed over, since the start.
type Counts struct {
	Taken      int64 // mails that are kept
	Deferred   int64 // mails that are not, and will be tried again
	Refused    int64 // mails and recipients that are not wanted
	TurnedAway int64 // connections
	Open       int   // connections now
}

type counts struct{ taken, deferred, refused, turnedAway atomic.Int64 }

// Counts gives them.
func (l *Listener) Counts() Counts {
	l.mu.Lock()
	open := len(l.conns)
	l.mu.Unlock()
	return Counts{Taken: l.counts.taken.Load(), Deferred: l.counts.deferred.Load(), Refused: l.counts.refused.Load(), TurnedAway: l.counts.turnedAway.Load(), Open: open}
}

// The answers. None repeats what the client said.
var (
	errClear   = refusal(530, smtp.EnhancedCode{5, 7, 0}, "STARTTLS first: mail is not taken in the clear")
	errNobody  = refusal(550, smtp.EnhancedCode{5, 1, 1}, "no such address here")
	errEnough  = refusal(421, smtp.EnhancedCode{4, 7, 0}, "too many were refused, closing")
	errLarge   = refusal(552, smtp.EnhancedCode{5, 3, 4}, "the mail is too large")
	errBareLF  = refusal(550, smtp.EnhancedCode{5, 5, 2}, "a line ends in LF without CR: see RFC 5321, 2.3.8")
	errEmpty   = refusal(554, smtp.EnhancedCode{5, 6, 0}, "the mail is empty")
	errCutOff  = refusal(451, smtp.EnhancedCode{4, 4, 2}, "the mail did not come to its end, try again")
	errFull    = refusal(451, smtp.EnhancedCode{4, 3, 1}, "too many mails at once, try again later")
	errNotKept = refusal(451, smtp.EnhancedCode{4, 3, 0}, "the mail could not be kept, try again later")
)

func refusal(code int, enhanced smtp.EnhancedCode, says string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: says}
}

// session is what a client says between its greeting and its farewell.
type session struct {
	of      *Listener
	conn    *conn
	secure  bool
	from    string
	to      []string
	refused int
}

func (l *Listener) session(c *smtp.Conn) (smtp.Session, error) {
	raw := c.Conn()
	_, secure := c.TLSConnectionState()
	if t, wrapped := raw.(*tls.Conn); wrapped {
		raw = t.NetConn()
	}
	ours, ok := raw.(*conn)
	if !ok {
		return nil, errNotKept // all come through the door
	}
	return &session{of: l, conn: ours, secure: secure}, nil
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }

// Mail begins a mail. From another machine it comes by TLS alone: a buddy form is in it.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.Reset()
	if ip := s.conn.client; !s.secure && ip.IsValid() && !ip.IsLoopback() {
		return s.refuse(errClear)
	}
	s.from = from
	return nil
}

// Rcpt takes our own addresses.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	to = strings.ToLower(to)
	domain := to[strings.LastIndexByte(to, '@')+1:]
	if !s.of.accept[to] && !s.of.accept["@"+domain] {
		return s.refuse(errNobody)
	}
	s.to = append(s.to, to)
	return nil
}

// refuse counts, so that nobody tries out addresses without end.
func (s *session) refuse(why *smtp.SMTPError) error {
	s.of.counts.refused.Add(1)
	if s.refused++; s.refused < s.of.bound.Refusals {
		return why
	}
	s.conn.closeAfterAnswer()
	return errEnough
}

// Data takes the mail, and returns once it is kept.
func (s *session) Data(r io.Reader) error {
	s.conn.begin()
	defer s.conn.done()
	raw, free, err := s.of.read(r)
	defer free()
	switch {
	case errors.Is(err, smtp.ErrDataTooLarge), errors.Is(err, errLarge):
		return s.refuse(errLarge)
	case errors.Is(err, errFull):
		s.of.counts.deferred.Add(1)
		return errFull
	case err != nil, s.conn.broken.Load():
		// A chunk that was cut off looks like a whole one to the package that reads it.
		s.of.counts.deferred.Add(1)
		return errCutOff
	case len(raw) == 0:
		return s.refuse(errEmpty)
	case bareLF(raw):
		return s.refuse(errBareLF)
	}
	if err := s.of.keep(s.arrival(raw)); err != nil {
		s.of.counts.deferred.Add(1)
		s.of.o.Log.Error("mail not kept: whoever handed it over will try again", "via", string(mail.ByListener), "error", err)
		return errNotKept
	}
	s.of.counts.taken.Add(1)
	return nil
}

func (s *session) arrival(raw []byte) mail.Arrival {
	a := mail.Arrival{Raw: raw, From: s.from, To: s.to, Via: mail.ByListener, At: s.of.o.Now()}
	if s.conn.client.IsValid() {
		a.RemoteIP = s.conn.client.String()
	}
	return a
}

// keep hands a mail over within its time. A panic there is that mail's alone.
func (l *Listener) keep(a mail.Arrival) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.bound.Keep)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			l.o.Log.Error("mail not kept by a panic", "stack", string(debug.Stack()))
			err = fmt.Errorf("take mail: panic of %T", p)
		}
	}()
	return l.o.Take(ctx, a)
}

// read takes a mail within its size, and within what all mails together may hold. free gives the latter back.
func (l *Listener) read(r io.Reader) (raw []byte, free func(), err error) {
	var into bytes.Buffer
	held := int64(0)
	free = func() { l.memory.Add(-held) }
	for {
		if room := int64(into.Cap()); room > held {
			if l.memory.Add(room-held) > int64(l.bound.Memory) {
				held = room
				return nil, free, errFull
			}
			held = room
		}
		n, err := io.CopyN(&into, r, piece)
		switch {
		case into.Len() > l.bound.Size:
			return nil, free, errLarge
		case errors.Is(err, io.EOF) && n < piece:
			return into.Bytes(), free, nil
		case err != nil:
			return nil, free, err
		}
	}
}

// piece is how much is read before what is held is looked at.
const piece = 64 << 10

// bareLF finds a line's end that some programs take for one and others do not. By such lines a mail is smuggled in another.
func bareLF(raw []byte) bool {
	for i := 0; ; {
		j := bytes.IndexByte(raw[i:], '\n')
		if j < 0 {
			return false
		}
		if i+j == 0 || raw[i+j-1] != '\r' {
			return true
		}
		i += j + 1
	}
}
