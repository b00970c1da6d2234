package twilio

import (
	"context"
	"fmt"
	"strings"
)

// WaitText waits for a text that contains something to arrive at a phone, and gives the earliest that no WaitText gave before. An error
// is the context's, with the words it waited for.
func (s *Server) WaitText(ctx context.Context, to, containing string) (Message, error) {
	var found Message
	err := s.until(ctx, func() bool {
		for _, m := range s.messages.all {
			if !m.Inbound && m.Arrived && !m.taken && m.To == to && strings.Contains(m.Body, containing) {
				m.taken = true
				found = *m
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("wait for a text that contains %q: %w", containing, err)
	}
	return found, nil
}

// WaitCall waits for a call to a phone to end, and gives the earliest that no WaitCall gave before.
func (s *Server) WaitCall(ctx context.Context, to string) (Call, error) {
	var found Call
	err := s.until(ctx, func() bool {
		for _, c := range s.calls {
			if c.Ended && !c.taken && c.To == to {
				c.taken = true
				found = c.copy()
				return true
			}
		}
		return false
	})
	if err != nil {
		return Call{}, fmt.Errorf("wait for a call to end: %w", err)
	}
	return found, nil
}

// until waits for something to hold; it is asked with the lock held.
func (s *Server) until(ctx context.Context, holds func() bool) error {
	for {
		s.mu.Lock()
		if holds() {
			s.mu.Unlock()
			return nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return errClosed
		}
	}
}

// Settle waits until every text has arrived or is held, every call has ended and every webhook was answered. Nothing new may be asked of
// the stand-in meanwhile.
func (s *Server) Settle() { s.running.Wait() }
