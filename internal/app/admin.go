package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web"
)

// CreateToken makes a token for the API and gives its secret, which is kept
// nowhere. It works beside a running server.
func CreateToken(ctx context.Context, o Options, name, scope string) (secret string, err error) {
	if err := checkToken(name, scope); err != nil {
		return "", err
	}
	db, err := Open(ctx, o, false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if secret, err = addToken(ctx, db, name, scope, byCommand); err != nil {
		return "", err
	}
	_, err = db.Seal(ctx, time.Now().UTC()) // there may be no server to do so
	return secret, err
}

func checkToken(name, scope string) error {
	for s := range strings.SplitSeq(scope, ",") {
		if !slices.Contains([]string{access.Admin, access.AlarmsAct, access.VisitsRead, access.VisitsWrite}, s) {
			return fmt.Errorf("scope %q is not known: it is admin, or any of alarms:act, visits:read, visits:write with commas between", s)
		}
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return errors.New("a token's name is 1 to 64 characters on one line")
	}
	return nil
}

func addToken(ctx context.Context, db *store.DB, name, scope string, by store.By) (secret string, err error) {
	secret = "ac_" + rand.Text() + rand.Text()
	t := store.Token{ID: rand.Text(), Name: name, Scope: scope, CreatedAt: time.Now().UTC()}
	if err := db.AddToken(ctx, t, secret, by); err != nil {
		return "", fmt.Errorf("keep token: %w", err)
	}
	return secret, nil
}

// DemoToken makes a token that may call the whole API of a demo.
func (a *App) DemoToken(ctx context.Context) (secret string, err error) {
	return addToken(ctx, a.db, "demo", access.Admin, store.By{})
}

// Migrate brings the database to this version.
func Migrate(ctx context.Context, o Options) error {
	v, err := openVault(ctx, o, false)
	if err != nil {
		return err
	}
	return o.another(store.Migrate(ctx, store.Options{URL: o.Database, Vault: v, Reload: o.reload()}))
}

// SignedIn makes a session for each of some people, as if they had signed in, and gives the cookie of each: for measuring the
// pages, by whoever has the database and its key. It works beside a running server.
func SignedIn(ctx context.Context, o Options, people []string) (cookies map[string]*http.Cookie, err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	who := access.New(db)
	cookies = make(map[string]*http.Cookie, len(people))
	for _, person := range people {
		_, secret, err := who.Begin(ctx, access.Start{Person: person, Reach: access.Whole, Method: "measurement"}, time.Now())
		if err != nil {
			return nil, err
		}
		cookies[person] = &http.Cookie{Name: web.SessionCookie(o.URL), Value: secret} // #nosec G124 -- sent by the measurement, set by no browser
	}
	return cookies, nil
}
