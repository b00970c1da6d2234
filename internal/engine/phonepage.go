package engine

import (
	"context"
	"fmt"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/wording"
)

// TextPhonePage texts a worker, on the number they asked from, the link to their own phone page.
func (e *Engine) TextPhonePage(ctx context.Context, worker string, to phone.Number, link string) error {
	at := e.Now()
	sc, err := e.look(ctx, at, worker)
	if err != nil {
		return fmt.Errorf("text phone page: %w", err)
	}
	return e.say(ctx, at, sc, note{kind: "phone_page", answer: to, with: wording.PhonePage, values: wording.Values{Link: link}})
}
