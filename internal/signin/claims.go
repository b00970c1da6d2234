package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// claims is what a provider says of someone, by names whose case matters.
type claims map[string]json.RawMessage

// text is a claim that is a text; "" where it is none.
func (c claims) text(name string) (s string) {
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// yes says that a claim is true: not the word, the value.
func (c claims) yes(name string) bool { return string(c[name]) == "true" }

// list is a claim that is a list of texts, or one text; false where it is something else.
func (c claims) list(name string) (list []string, is bool) {
	if json.Unmarshal(c[name], &list) == nil {
		return list, true
	}
	var one string
	if json.Unmarshal(c[name], &one) == nil {
		return []string{one}, true
	}
	return nil, false
}

// elsewhere says that a claim was too long for the token and has to be asked for (OpenID Connect Core 1.0, section 5.6.2):
// so Entra does beyond 200 groups.
func (c claims) elsewhere(name string) bool {
	var names map[string]json.RawMessage
	_ = json.Unmarshal(c["_claim_names"], &names) // where it is none, nothing is elsewhere
	_, is := names[name]
	return is || name == ByGroups && (c.yes("hasgroups") || c.text("hasgroups") == "true")
}

// subject is what someone is known by: never an e-mail address, which can be given to another. Entra's oid is the same for
// all its clients, so that it outlives a new registration of Allclear.
func (c claims) subject() string {
	if oid := c.text("oid"); oid != "" {
		return oid
	}
	return c.text("sub")
}

// there is a session or a subject as the issuer knows it, for it alone; "" for none. It is the sub that a provider ends sessions
// by, never the oid that [claims.subject] prefers.
func (o *Organisation) there(name string) string {
	if name == "" {
		return ""
	}
	return o.Issuer + "/" + name
}

// roles are those of ours that the provider gives someone. A claim that is missing gives none: so Entra says that someone
// has no role. Roles that we don't know are ignored.
func (o *Organisation) roles(c claims) (roles []string, known bool) {
	if len(o.Roles) == 0 {
		return nil, false
	}
	if _, given := c[o.RolesClaim]; !given {
		return nil, !c.elsewhere(o.RolesClaim)
	}
	names, is := c.list(o.RolesClaim)
	if !is {
		return nil, false
	}
	for _, name := range names {
		if role, is := o.Roles[name]; is {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles), true
}

// who is the person here who is known to the provider by what it says; who was invited, or can be found, is linked.
func (o *Organisation) who(ctx context.Context, invited string, by store.Invitation, c claims) (person string, err error) {
	s, subject := o.SignIn, c.subject()
	byInvitation := func(ctx context.Context, person, issuer, subject string, at time.Time) error {
		return s.Keeper.Link(ctx, person, issuer, subject, by, at)
	}
	person, err = s.Keeper.Linked(ctx, o.Issuer, subject)
	if err == nil {
		if invited != "" && invited != person {
			return "", ErrTaken
		}
		if invited != "" { // the invitation ends, and with it what it was made to end
			if err := o.link(ctx, invited, subject, byInvitation, ErrTaken); !errors.Is(err, ErrGone) {
				return person, err
			}
		}
		_, err = s.here(ctx, person)
		return person, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	if invited != "" {
		return invited, o.link(ctx, invited, subject, byInvitation, ErrTaken)
	}
	if person, err = o.match(ctx, c); err != nil {
		return "", err
	}
	return person, o.link(ctx, person, subject, s.Keeper.LinkFirst, ErrStranger)
}

// link links someone by a keeper's way of it. taken is what it is where that is not to be: their other window may have
// been first, which is none.
func (o *Organisation) link(ctx context.Context, person, subject string, by func(context.Context, string, string, string, time.Time) error, taken error) error {
	s := o.SignIn
	if _, err := s.here(ctx, person); err != nil {
		return err
	}
	if _, err := s.account(ctx, person); err != nil {
		return err
	}
	err := by(ctx, person, o.Issuer, subject, s.Clock().UTC())
	if errors.Is(err, store.ErrVoid) {
		return ErrGone
	}
	if !errors.Is(err, store.ErrConflict) {
		if err == nil {
			s.Log.Info("person linked to who they are at their organisation", "person", person)
		}
		return err
	}
	if is, err := s.Keeper.Linked(ctx, o.Issuer, subject); err == nil && is == person {
		return nil
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return taken
}

// match finds the one person here who has the e-mail address that the provider says.
func (o *Organisation) match(ctx context.Context, c claims) (person string, err error) {
	var address string
	switch {
	case o.Match == MatchVerified && c.yes("email_verified"):
		address = c.text("email")
	case o.Match == MatchUsername:
		address = c.text("preferred_username")
	}
	if address = folded(address); address == "" {
		return "", ErrStranger
	}
	people, err := o.SignIn.Keeper.People(ctx)
	if err != nil && len(people) == 0 {
		return "", fmt.Errorf("look for who someone is here: %w", err)
	}
	if err != nil { // one whose details can't be opened keeps nobody else out
		o.SignIn.Log.Warn("not everyone could be looked at", "problem", err)
	}
	var found []string
	for _, p := range people {
		if p.Active && folded(p.Email.Reveal()) == address {
			found = append(found, p.ID)
		}
	}
	if len(found) > 1 {
		o.SignIn.Log.Warn("several people have one e-mail address, so that none of them is found by it", "people", found)
	}
	if len(found) != 1 {
		return "", ErrStranger
	}
	return found[0], nil
}

// folded is an e-mail address as it is compared. Only letters of ASCII are: among others some fold to an ASCII letter, so
// that somebody could have an address that looks like another's.
func folded(address string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimSpace(address))
}
