package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/web"
)

// ours are the addresses that programs call; every other one is a page.
var ours = []string{"/api/", "/hooks/", "/healthz", "/readyz", "/metrics"}

// withPages puts the pages beside the API.
func (a *App) withPages(ctx context.Context, front *api.API, who *access.Access) (http.Handler, error) {
	o := web.Options{Engine: a.engine, Store: a.db, Access: who, View: view.New(view.Options{Store: a.db, Engine: a.engine, Rehearsal: a.o.Demo || a.o.Speed > 0}),
		Speed: a.clock.Speed, Rehearsal: a.o.Demo || a.o.Speed > 0, Demo: a.demo, Vocabulary: a.o.Vocabulary, Clock: time.Now, URL: a.o.URL, ExitPage: a.o.ExitPage, Log: a.o.Log, Keeping: keeping{a}}
	if a.demo == nil { // in a demo the reader chooses whom to act as
		s, err := signin.New(signin.Options{Keeper: a.db, URL: a.o.URL, Clock: time.Now, Random: rand.Reader, Log: a.o.Log})
		if err != nil {
			return nil, fmt.Errorf("set up sign-in: %w", err)
		}
		if a.first, err = s.OfferFirst(ctx); err != nil {
			return nil, fmt.Errorf("set up sign-in: %w", err)
		}
		o.SignIn = s
		if o.Organisation, err = a.organisation(s); err != nil {
			return nil, fmt.Errorf("set up the organisation's sign-in: %w", err)
		}
	}
	pages, err := web.New(o)
	if err != nil {
		return nil, err
	}
	a.pages = pages
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.demo != nil && strings.HasPrefix(r.URL.Path, "/api/") {
			a.demo.Seen()
		}
		for _, path := range ours {
			if strings.HasPrefix(r.URL.Path, path) {
				front.ServeHTTP(w, r)
				return
			}
		}
		pages.ServeHTTP(w, r)
	}), nil
}

// organisation is the organisation's own sign-in; nil for none.
func (a *App) organisation(s *signin.SignIn) (*signin.Organisation, error) {
	if a.o.OIDC == nil {
		return nil, nil
	}
	return signin.NewOrganisation(signin.OrganisationOptions{SignIn: s, Issuer: a.o.OIDC.Issuer, ClientID: a.o.OIDC.ClientID, ClientSecret: a.o.OIDC.ClientSecret,
		Roles: a.o.OIDC.Roles, RolesClaim: a.o.OIDC.RolesClaim, Match: a.o.OIDC.Match, Client: a.o.Outgoing.Client("", 0)})
}

// First is the address at which the first administrator begins; "" where somebody can sign in already.
func (a *App) First() string {
	if a.first == "" {
		return ""
	}
	return a.o.URL + "/first/" + a.first
}

// Pages lists the addresses of the pages that are shown, as patterns of net/http; none where there are no pages.
func (a *App) Pages() []string {
	if a.pages == nil {
		return nil
	}
	return a.pages.Addresses()
}
