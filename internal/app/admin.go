package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
)

// CreateToken makes a token for the API and gives its secret, which is kept
// nowhere. It works beside a running server.
func CreateToken(ctx context.Context, o Options, name, scope string) (secret string, err error) {
	for s := range strings.SplitSeq(scope, ",") {
		if !slices.Contains([]string{access.Admin, access.AlarmsAct, access.VisitsRead, access.VisitsWrite}, s) {
			return "", fmt.Errorf("scope %q is not known: it is admin, or any of alarms:act, visits:read, visits:write with commas between", s)
		}
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return "", errors.New("a token's name is 1 to 64 characters on one line")
	}
	db, err := Open(ctx, o, false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	secret = "ac_" + rand.Text() + rand.Text()
	t := store.Token{ID: rand.Text(), Name: name, Scope: scope, CreatedAt: time.Now().UTC()}
	if err := db.AddToken(ctx, t, secret); err != nil {
		return "", fmt.Errorf("keep token: %w", err)
	}
	return secret, nil
}

// Migrate brings the database to this version.
func Migrate(ctx context.Context, o Options) error {
	v, err := openVault(o, false)
	if err != nil {
		return err
	}
	return store.Migrate(ctx, store.Options{URL: o.Database, Vault: v})
}
