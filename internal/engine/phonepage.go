package engine

import (
	"context"
	"fmt"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// TellOfLink tells someone that who made a link by which it is set up how they sign in: one that they did not ask for is
// somebody else's.
func (e *Engine) TellOfLink(ctx context.Context, person, who string) error {
	at := e.Now()
	sc, err := e.look(ctx, at, person)
	if err != nil {
		return fmt.Errorf("tell of link: %w", err)
	}
	return e.say(ctx, at, sc, note{kind: "link_made", to: []string{person}, notice: wording.LinkMade, reach: watch.OneText, values: wording.Values{Who: who}})
}

// TellOfSignIn tells someone that how they sign in was changed. If it cannot be told, it was changed all the same, so that it
// is only reported.
func (e *Engine) TellOfSignIn(ctx context.Context, person string) {
	at := e.Now()
	sc, err := e.look(ctx, at, person)
	if err == nil {
		err = e.say(ctx, at, sc, note{kind: "sign_in_changed", to: []string{person}, notice: wording.SignInChanged, reach: watch.OneText})
	}
	e.report(ctx, "tell of a changed sign-in", err)
}

// TellOfSignOut tells someone that who ended wherever they were signed in. As TellOfSignIn, it is only reported where it cannot be told.
func (e *Engine) TellOfSignOut(ctx context.Context, person, who string) {
	at := e.Now()
	sc, err := e.look(ctx, at, person)
	if err == nil {
		err = e.say(ctx, at, sc, note{kind: "signed_out", to: []string{person}, notice: wording.SignedOut, reach: watch.OneText, values: wording.Values{Who: who}})
	}
	e.report(ctx, "tell of a sign-out", err)
}

// TextPhonePage texts a worker, on the number they asked from, the link to their own phone page.
func (e *Engine) TextPhonePage(ctx context.Context, worker string, to phone.Number, link string) error {
	at := e.Now()
	sc, err := e.look(ctx, at, worker)
	if err != nil {
		return fmt.Errorf("text phone page: %w", err)
	}
	return e.say(ctx, at, sc, note{kind: "phone_page", answer: to, with: wording.PhonePage, values: wording.Values{Link: link}})
}
