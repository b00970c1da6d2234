package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// NewUser is someone who is to sign in.
type NewUser struct {
	Person  string // the id of one who is here already; "" makes a new person of what follows
	Name    string
	Email   string
	Mobile  string // "" for none
	Team    string // by its id or its name
	NewTeam bool   // makes the team
	Roles   []string
}

// CreateUser makes a person who is to sign in, or takes one who is here, and gives the address at which they set up how.
// It works beside a running server.
func CreateUser(ctx context.Context, o Options, u NewUser) (address string, err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o.URL = o.public(o.Listen)
	s, err := signin.New(signin.Options{Keeper: db, URL: o.URL, Clock: time.Now, Random: rand.Reader, Log: o.Log})
	if err != nil {
		return "", fmt.Errorf("set up sign-in: %w", err)
	}
	person, err := u.person(ctx, db)
	if err != nil {
		return "", err
	}
	secret, err := s.Invite(ctx, byCommand.Person, byCommand.Via, person)
	if err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	if _, err := db.Seal(ctx, time.Now().UTC()); err != nil { // there may be no server to do so
		return "", err
	}
	return o.URL + "/join/" + secret, nil
}

// byCommand is who does what a command does.
var byCommand = store.By{Person: "command line", Via: "command"}

// person finds the person, or makes them.
func (u NewUser) person(ctx context.Context, db *store.DB) (id string, err error) {
	if u.Person != "" {
		p, err := db.Person(ctx, u.Person)
		if errors.Is(err, store.ErrNotFound) {
			return "", fmt.Errorf("there is nobody with the id %q", u.Person)
		}
		if err == nil && !p.Active {
			return "", fmt.Errorf("%s is no longer here", u.Person)
		}
		return p.ID, err
	}
	p := buddy.Person{ID: "p-" + strings.ToLower(rand.Text()[:12]), Name: u.Name, Email: private.New(u.Email), Roles: u.Roles, Active: true}
	if u.Mobile != "" {
		if p.Mobile, err = phone.Parse(u.Mobile); err != nil {
			return "", fmt.Errorf("mobile: %w", err)
		}
	}
	if p.Team, err = u.team(ctx, db, p.ID); err != nil {
		return "", err
	}
	if bad := p.Problems(); len(bad) > 0 {
		return "", fmt.Errorf("%s %s", bad[0].Field, bad[0].Says)
	}
	if err := u.alone(ctx, db); err != nil {
		return "", err
	}
	_, err = db.ChangePerson(ctx, p, byCommand, time.Now().UTC(), nil) // they are new: nobody has to be told
	return p.ID, err
}

// alone refuses a second person with one e-mail address: they could not tell who signs in by it.
func (u NewUser) alone(ctx context.Context, db *store.DB) error {
	people, err := db.People(ctx)
	if err != nil || u.Email == "" {
		return err
	}
	for _, p := range people {
		if strings.EqualFold(p.Email.Reveal(), u.Email) {
			return fmt.Errorf("that e-mail address is %s's already; to let them sign in, give --person %s", p.ID, p.ID)
		}
	}
	return nil
}

// team finds the team, or makes it.
func (u NewUser) team(ctx context.Context, db *store.DB, fallback string) (id string, err error) {
	teams, err := db.Teams(ctx)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(teams, func(t store.Team) bool {
		return t.ID == u.Team || t.ExternalID == u.Team || strings.EqualFold(t.Name, u.Team)
	})
	switch {
	case at >= 0 && u.NewTeam:
		return "", fmt.Errorf("there is a team %q already; leave --new-team out", u.Team)
	case at >= 0:
		return teams[at].ID, nil
	case !u.NewTeam:
		return "", fmt.Errorf("there is no team %q; with --new-team it is made", u.Team)
	}
	t := store.FirstTeam(u.Team, fallback)
	if bad := buddy.NameProblems("team", t.Name); len(bad) > 0 {
		return "", fmt.Errorf("%s %s", bad[0].Field, bad[0].Says)
	}
	_, err = db.ChangeTeam(ctx, t, byCommand, time.Now().UTC())
	return t.ID, err
}
