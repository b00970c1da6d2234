package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/nearest"
)

type userCmd struct {
	Create userCreateCmd `cmd:"" help:"Let someone sign in: prints, alone on the last line, the address at which they set up how."`
}

type userCreateCmd struct {
	settingsFlags
	Person  string   `placeholder:"ID" help:"Someone who is here already. Else a new person is made of what follows."`
	Name    string   `help:"Their name."`
	Email   string   `help:"Their e-mail address."`
	Mobile  string   `help:"Their mobile number: whoever answers for workers needs one."`
	Team    string   `help:"Their team, by its id or its name."`
	NewTeam bool     `help:"Make the team."`
	Role    []string `help:"What they are, with commas between: worker, manager, responder, admin, auditor."`
}

// Run works beside a running server.
func (c userCreateCmd) Run(w world, ctx *kong.Context) error {
	if bad := c.problems(); len(bad) > 0 {
		return bad
	}
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	address, err := app.CreateUser(w.ctx, s.options(w), app.NewUser{Person: c.Person, Name: c.Name, Email: c.Email, Mobile: c.Mobile, Team: c.Team, NewTeam: c.NewTeam, Roles: c.Role})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, address)
	return err
}

// problems says what is wrong with the flags.
func (c userCreateCmd) problems() problems {
	var bad problems
	if c.Person != "" {
		if c.Name+c.Email+c.Mobile+c.Team != "" || c.NewTeam || len(c.Role) > 0 {
			bad = append(bad, "--person is someone who is here already: leave the other flags out")
		}
		return bad
	}
	for _, needed := range []struct{ flag, value string }{{"--name", c.Name}, {"--email", c.Email}, {"--team", c.Team}, {"--role", strings.Join(c.Role, "")}} {
		if strings.TrimSpace(needed.value) == "" {
			bad = append(bad, needed.flag+" is missing")
		}
	}
	for _, r := range c.Role {
		if !slices.Contains(app.Roles(), r) {
			bad = append(bad, fmt.Sprintf("--role %s is not known; did you mean %s?", r, nearest.To(r, app.Roles())))
		}
	}
	return bad
}
