package mail

import (
	"context"
	"time"
)

// Pause waits for a way in whose mailbox is not to be had now, and says whether ctx still holds.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
