package engine

import (
	"context"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// HearAnswers gives what a proved mail's calendar answers, without the mail.
func HearAnswers(ctx context.Context, e *Engine, at time.Time, from string, c calendar.Calendar) error {
	return e.hearAnswers(ctx, at, from, "m1@council.example", c)
}
