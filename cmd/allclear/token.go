package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token for the API and print it, alone, on the last line."`
}

type tokenCreateCmd struct {
	settingsFlags
	Name  string `required:"" help:"What uses it; the record shows this name."`
	Scope string `required:"" help:"What it may do: admin, or any of alarms:act, visits:read, visits:write with commas between."`
}

// Run works beside a running server.
func (c tokenCreateCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	secret, err := app.CreateToken(w.ctx, s.options(w), c.Name, c.Scope)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, secret)
	return err
}

type migrateCmd struct{ settingsFlags }

// Run brings the database to this version.
func (migrateCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	if err := app.Migrate(w.ctx, s.options(w)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, "database: at this version")
	return err
}
