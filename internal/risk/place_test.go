package risk

import (
	"slices"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
)

func at(user, address string) Place { return Place{private.New(user), private.New(address)} }

// finds says that what is kept of the one is found by a visit to the other.
func finds(kept, visit Place) bool {
	sought := visit.Sought()
	return slices.ContainsFunc(kept.Marks(), func(m string) bool { return slices.Contains(sought, m) })
}

func TestOnePlaceIsFoundHoweverItIsWritten(t *testing.T) {
	for _, row := range []struct{ what, kept, visit string }{
		{"as it stands", "1 Example Street, Gloucester GL1 1AA", "1 Example Street, Gloucester GL1 1AA"},
		{"case and spaces", "1 Example Street, Gloucester GL1 1AA", "1  EXAMPLE  street\ngloucester\ngl11aa"},
		{"punctuation", "1 St. Mark's Rd., Gloucester, GL1 1AA", "1 St Marks Road Gloucester GL1 1AA"},
		{"an abbreviation", "12 Mill Lane GL2 5DG", "12, Mill Ln, GL2 5DG"},
		{"the street left out", "12 Mill Lane, Gloucester GL2 5DG", "12, GL2 5DG"},
		{"a letter to the number", "12 Mill Lane GL2 5DG", "12a Mill Lane GL2 5DG"},
		{"a flat", "Flat 3, 12 Mill Lane, GL2 5DG", "12 Mill Lane, GL2 5DG"},
		{"a flat written after", "12 Mill Lane, Flat 3, GL2 5DG", "Flat 3, 12 Mill Lane, GL2 5DG"},
		{"a house with a name", "Rose Cottage, Mill Lane, Painswick GL6 6XX", "Rose Cottage, Painswick, GL6 6XX"},
		{"a flat in a house with a name", "Flat 3, Xanthic Hse, GL6 6XX", "Xanthic House, GL6 6XX"},
		{"O for 0", "1 Example Street GL1 0AA", "1 Example Street GL1 OAA"},
		{"no postcode on the visit", "1 Example Street, Gloucester GL1 1AA", "1 Example St, Gloucester"},
		{"no postcode on what is kept", "1 Example Street, Gloucester", "1 Example St, Gloucester GL1 1AA"},
		{"no postcode on either", "Rose Cottage, Mill Lane, Painswick", "rose cottage, mill ln, painswick"},
		{"from 12 to 14", "12-14 Mill Lane, GL2 5DG", "14 Mill Lane, GL2 5DG"},
		{"letters with marks", "3 Heol yr Wyddfa, Cŵm, LL55 4UL", "3 heol yr wyddfa, cwm, LL554UL"},
	} {
		if !finds(at("", row.kept), at("", row.visit)) || !finds(at("", row.visit), at("", row.kept)) {
			t.Errorf("%s: %q is not found at %q\n%q\n%q", row.what, row.kept, row.visit, at("", row.kept).Marks(), at("", row.visit).Sought())
		}
	}
}

func TestAnotherPlaceIsNotFound(t *testing.T) {
	for _, row := range []struct{ what, kept, visit string }{
		{"the neighbour", "1 Example Street, Gloucester GL1 1AA", "3 Example Street, Gloucester GL1 1AA"},
		{"the same number elsewhere", "1 Example Street, Gloucester GL1 1AA", "1 Example Street, Stroud GL5 1AA"},
		{"a flat's number is no house's", "Flat 3, 12 Mill Lane, GL2 5DG", "3 Mill Lane, GL2 5DG"},
		{"another house with a name", "Rose Cottage, Mill Lane, GL6 6XX", "Ivy Cottage, Mill Lane, GL6 6XX"},
		{"nothing", "1 Example Street, Gloucester GL1 1AA", ""},
	} {
		if finds(at("", row.kept), at("", row.visit)) {
			t.Errorf("%s: %q is found at %q", row.what, row.kept, row.visit)
		}
	}
}

func TestOneFamilyIsFoundHoweverItIsWritten(t *testing.T) {
	for _, row := range []struct {
		what        string
		kept, visit Place
		found       bool
	}{
		{"a first letter for a name", at("John Smith", "GL1 1AA"), at("J Smith", "1 Example Street GL1 1AA"), true},
		{"a family", at("The Smith family", "9 Elm Road GL1 1AA"), at("Mr John Smith", "10 Elm Road GL1 1AA"), true},
		{"turned round", at("Smith, John", ""), at("John Smith", "1 Example Street GL1 1AA"), true},
		{"moved away, known by an address", at("John Smith", "1 Example Street GL1 1AA"), at("John Smith", "2 Sample Road GL2 2BB"), false},
		{"known by the name alone", at("John Smith", ""), at("J. Smith", "2 Sample Road GL2 2BB"), true},
		{"sought by the name alone", at("John Smith", "1 Example Street GL1 1AA"), at("Jack Smith", ""), true},
		{"another of the name", at("John Smith", ""), at("Ann Smith", "2 Sample Road GL2 2BB"), false},
		{"two of them", at("Anna & John Smith", ""), at("J Smith", "2 Sample Road GL2 2BB"), true},
		{"a mark on a letter", at("Zoë Łukasik", ""), at("Zoe Lukasik", ""), true},
		{"an apostrophe", at("O’Brien family", "1 Elm Road GL1 1AA"), at("Pat O'Brien", "2 Elm Road, GL1 1AA"), true},
		{"of nobody", at("", "1 Elm Road GL1 1AA"), at("Pat O'Brien", ""), false},
		{"titles alone are no name", at("Mr", "GL1 1AA"), at("Mr", "5 Elm Road, GL1 1AA"), false},
	} {
		if finds(row.kept, row.visit) != row.found {
			t.Errorf("%s: found is %v\n%q\n%q", row.what, !row.found, row.kept.Marks(), row.visit.Sought())
		}
	}
}

func TestAPlaceSaysWhetherItHasAPostcode(t *testing.T) {
	for address, placed := range map[string]bool{"1 Example Street GL1 1AA": true, "SW1A1AA": true, "M1 1AE": true, "1 Example Street, Gloucester": false, "": false} {
		if at("", address).Placed() != placed {
			t.Errorf("%q: placed is %v", address, !placed)
		}
	}
}

func FuzzMarks(f *testing.F) {
	f.Add("J Smith", "1 Example Street, GL1 1AA")
	f.Add(", ,", "Flat ,\n;GL1 1AA 12")
	f.Fuzz(func(t *testing.T, user, address string) {
		p := at(user, address)
		if kept, sought := p.Marks(), p.Sought(); (len(kept) > 0 || len(sought) > 0) && !finds(p, p) {
			t.Errorf("%q at %q does not find itself: %q, %q", user, address, kept, sought)
		}
	})
}

func BenchmarkSought(b *testing.B) {
	p := at("Anna & John Smith", "Flat 3, Xanthic House, 12 Mill Lane, Gloucester GL2 5DG")
	for b.Loop() {
		p.Sought()
	}
}
