package signin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastWord is the shortest name that a password is held against, in letters: a shorter one is part of many words.
const leastWord = 4

// common are words that a thief tries first here: the program's name, and the standard plan's phrase. A team's own phrase is not
// among them: a refusal would tell what it is.
var common = []string{"allclear", "scarlett"}

// commonHosts are parts of addresses that say nothing of whose they are.
var commonHosts = []string{"allclear", "localhost", "example"}

// words are those that someone's password may not have: the common ones, the organisation's name as its address has it, the teams'
// names, and the person's own.
func (s *SignIn) words(ctx context.Context, person string) ([]string, error) {
	list := slices.Clone(common)
	if at, err := url.Parse(s.URL); err == nil {
		labels := strings.Split(at.Hostname(), ".")
		for _, label := range labels[:max(0, len(labels)-1)] { // the last is a country's, or the like
			if !slices.Contains(commonHosts, label) {
				list = append(list, parts(label)...)
			}
		}
	}
	teams, err := s.Keeper.Teams(ctx)
	if err != nil && len(teams) == 0 {
		return nil, fmt.Errorf("read the teams' names: %w", err)
	}
	for _, t := range teams {
		list = append(list, parts(t.Name)...)
	}
	who, err := s.Keeper.Person(ctx, person)
	if err != nil && who.ID == "" {
		return nil, fmt.Errorf("read whose password it is: %w", err)
	}
	return append(list, parts(who.Name)...), nil
}

// parts are the words of a name that are long enough to count, in small letters.
func parts(name string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) < leastWord })
}

// nameOf is the name that someone signs in by: their own e-mail address, and where they have none here what they typed, unless it is
// somebody else's. Whoever was first would keep its owner out else.
func (s *SignIn) nameOf(ctx context.Context, person, typed string) (string, error) {
	people, err := s.Keeper.People(ctx)
	if err != nil && len(people) == 0 {
		return "", fmt.Errorf("look for whose name it is: %w", err)
	}
	same := func(name string) string { return strings.ToLower(strings.TrimSpace(name)) } // as names are kept
	others := false
	for _, p := range people { // one whose details can't be opened keeps nobody else out
		own := same(p.Email.Reveal())
		if p.ID == person && own != "" {
			return p.Email.Reveal(), nil
		}
		others = others || p.ID != person && own != "" && own == same(typed)
	}
	if others {
		return "", &FormError{"name", "That is the e-mail address of somebody else here. Enter your own"}
	}
	return typed, nil
}

// SamePassword says that someone proved their password anew: ErrRefused where it is another, or a [WaitError] where it was tried too
// often from where they are.
func (s *SignIn) SamePassword(ctx context.Context, from, person, password string) (err error) {
	right, err := s.Try(from, person)
	if err != nil {
		return err
	}
	defer func() {
		if !errors.Is(err, ErrRefused) { // right, or not compared
			right()
		}
	}()
	a, err := s.Keeper.Account(ctx, person)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	is := !a.Password.IsZero() && utf8.RuneCountInString(password) <= mostPassword
	if is {
		if is, err = s.matches(ctx, a.Password, password); err != nil {
			return err
		}
	}
	if !is {
		return ErrRefused
	}
	return nil
}
