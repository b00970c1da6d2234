package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/allclear-safety/allclear/internal/retain"
)

// setRetain sets one of the periods for which words are kept, in whole days.
func setRetain(name string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		settings := retain.Settings()
		of := settings[slices.IndexFunc(settings, func(r retain.Setting) bool { return r.Name == name })]
		days, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Errorf("must be a whole number of days from %d to %d", of.Least, of.Most)
		}
		return of.Set(&s.Retain, days)
	}
}
