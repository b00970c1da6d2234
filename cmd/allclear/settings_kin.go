package main

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// mostKinSteps is how long the words may be that say where else next of kin is changed, in characters: they are read on a phone.
const mostKinSteps = 2000

func setKinSteps(s *Settings, v string) error {
	s.KinSteps = v
	switch {
	case strings.TrimSpace(v) == "":
		return errors.New("must say where else next of kin is changed")
	case utf8.RuneCountInString(v) > mostKinSteps:
		return errors.New("must have at most 2000 characters")
	}
	return nil
}
