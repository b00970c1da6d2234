package channel_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel"
)

func TestWhatAnErrorSaysToDoNext(t *testing.T) {
	refused := &channel.Error{Next: channel.WrongNumber, Code: 21211}
	unknown := &channel.Error{Next: channel.Retry, Unknown: true, Err: context.DeadlineExceeded}
	for _, c := range []struct {
		name    string
		err     error
		next    channel.Next
		unknown bool
		words   string
	}{
		{"no error", nil, "", true, ""},
		{"a refusal", refused, channel.WrongNumber, false, "wrong number: code 21211"},
		{"a refusal within another", fmt.Errorf("deliver m7: %w", refused), channel.WrongNumber, false, "deliver m7: wrong number: code 21211"},
		{"a time-out", unknown, channel.Retry, true, "retry (it may have been handed over): context deadline exceeded"},
		{"an error that does not say", errors.New("broken pipe"), channel.Retry, true, "broken pipe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := channel.NextStep(c.err); got != c.next {
				t.Errorf("next step %q, want %q", got, c.next)
			}
			if got := channel.MayHaveBeenSent(c.err); got != c.unknown {
				t.Errorf("may have been sent: %v", got)
			}
			if c.err != nil && c.err.Error() != c.words {
				t.Errorf("reads %q, want %q", c.err, c.words)
			}
		})
	}
	if !errors.Is(fmt.Errorf("send: %w", unknown), context.DeadlineExceeded) {
		t.Error("the cause can't be found through it")
	}
}
