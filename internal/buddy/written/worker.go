package written

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// workers takes the answers of the worker's own half.
func (r *reading) workers(f field, lines []string, one string) bool {
	w := &r.form.Worker
	switch f {
	case worker:
		if found, around := phones(one); len(found) > 0 {
			name := strings.Trim(beforeNumber.ReplaceAllString(around[0], ""), " ,;:-–(")
			return r.numbers(anyPhone, one, found, around) && (name == "" || r.text(worker, &w.Name, name, maxName))
		}
		return r.text(f, &w.Name, one, maxName)
	case mobile, personal, homePhone, workPhone, anyPhone:
		found, around := phones(one)
		return r.numbers(f, one, found, around)
	case emergency, emergencyName, emergencyPhone, relation:
		return r.contacts(f, lines)
	case description:
		return r.more(f, &w.Description, one, "; ")
	case vehicle:
		return r.vehicle(strings.Join(lines, ", "))
	case makeOf:
		return r.text(f, &w.Vehicle.Make, one, maxWord)
	case model:
		return r.text(f, &w.Vehicle.Model, one, maxWord)
	case colour:
		return r.text(f, &w.Vehicle.Colour, one, maxWord)
	case plate:
		if noCar.MatchString(one) {
			w.NoVehicle = true
			return true
		}
		return r.text(f, &w.Vehicle.Registration, strings.ToUpper(one), maxWord)
	}
	return false
}

const maxWord = 50 // as of a colour, a relation

// numbers keeps the worker's own numbers by what they are. It says no where more was written than numbers and their kinds, or none could be read.
func (r *reading) numbers(f field, text string, found []phone.Number, around []string) bool {
	w := &r.form.Worker
	if nobody(text) {
		return true
	}
	kept := len(found) > 0
	for i, n := range found {
		hint := strings.ToLower(around[i] + " " + after(around[i+1]))
		to := &w.Mobile
		switch {
		case f == homePhone, f != mobile && f != personal && (!n.Mobile() || strings.Contains(hint, "home")) && f != workPhone:
			to = &w.HomePhone
		case f == personal, strings.Contains(hint, "personal"), strings.Contains(hint, "own"):
			to = &w.PersonalMobile
		case f == workPhone && !n.Mobile():
			kept = false
			continue
		}
		if to == &w.Mobile && !to.IsZero() && *to != n {
			to = &w.PersonalMobile
		}
		switch {
		case to.IsZero():
			*to = n
		case *to != n:
			kept = false
		}
	}
	words := 0
	for _, piece := range around {
		words += len(strings.Fields(kinds.ReplaceAllString(piece, " ")))
	}
	return kept && words < 3
}

// after is what stands behind a number and belongs to it: "(work)".
func after(s string) string {
	if strings.HasPrefix(strings.TrimSpace(s), "(") {
		in, _, _ := strings.Cut(s, ")")
		return in
	}
	return ""
}

var (
	kinds        = regexp.MustCompile(`(?i)\b(work|personal|home|mobile|mob|landline|tel|telephone|phone|own|private|number|no|and|or|m|h|w|t)\b|[^\pL]+`)
	beforeNumber = regexp.MustCompile(`(?i)[\s,;:(–-]*\b(work|personal|home|mobile|mob|landline|tel|telephone|phone|number|no|on|m|t)\b[\s.:(]*$`)
	related      = regexp.MustCompile(`(?i)(?:^|[\s,;(–/-])((?:my\s+)?(?:husband|wife|partner|spouse|fianc[eé]e?|mother|mum|mom|father|dad|sister|brother|son|daughter|parents?|friend|neighbour|flatmate|housemate|colleague|aunt|uncle|cousin|grandmother|grandfather|nan|girlfriend|boyfriend|civil partner|ex-husband|ex-wife|(?:mother|father|sister|brother|son|daughter)-in-law|step-?(?:mother|father|mum|dad|son|daughter)|manager|landlady|landlord))(?:$|[\s,;.):–/-])`)
	policeOnly   = regexp.MustCompile(`(?i)[\s,;(–-]*\b(?:for the )?police only\b[\s).]*`)
)

// contacts keeps whom to ring: a name, a relation, numbers, in one answer or several.
func (r *reading) contacts(f field, lines []string) bool {
	w := &r.form.Worker
	text := strings.Join(lines, ", ")
	if nobody(text) {
		return true
	}
	last := func() *buddy.Contact {
		if len(w.Contacts) == 0 {
			return nil
		}
		return &w.Contacts[len(w.Contacts)-1]
	}
	add := func(c buddy.Contact) bool {
		if len(w.Contacts) == 10 || utf8.RuneCountInString(c.Name.Reveal()) > maxName {
			return false
		}
		w.Contacts = append(w.Contacts, c)
		return true
	}
	if f == relation {
		c := last()
		if c == nil || !c.Relation.IsZero() || utf8.RuneCountInString(text) > maxWord {
			return false
		}
		c.Relation = private.New(text)
		return true
	}
	police := policeOnly.MatchString(text)
	text = policeOnly.ReplaceAllString(text, " ")
	found, around := phones(text)
	if len(found) == 0 {
		if f == emergencyPhone {
			return false
		}
		name, rel := nameAndRelation(text)
		if c := last(); c != nil && c.Name.IsZero() {
			c.Name, c.Relation, c.PoliceOnly = private.New(name), private.New(rel), police
			return true
		}
		return add(buddy.Contact{Name: private.New(name), Relation: private.New(rel), PoliceOnly: police})
	}
	ok := true
	for i, n := range found {
		name, rel := nameAndRelation(around[i])
		if _, more := nameAndRelation(after(around[i+1])); rel == "" && more != "" || i == len(found)-1 && rel == "" {
			_, rel = nameAndRelation(around[i+1])
		}
		c := last()
		switch {
		case name == "" && c != nil && c.Phone.IsZero():
			c.Phone = n
			c.PoliceOnly = c.PoliceOnly || police
			if c.Relation.IsZero() {
				c.Relation = private.New(rel)
			}
		case name == "" && c != nil && !slices.ContainsFunc(w.Contacts, func(k buddy.Contact) bool { return k.Phone == n }):
			ok = add(buddy.Contact{Name: c.Name, Relation: c.Relation, Phone: n, PoliceOnly: c.PoliceOnly}) && ok
		case name == "" && c != nil:
		default:
			ok = add(buddy.Contact{Name: private.New(name), Relation: private.New(rel), Phone: n, PoliceOnly: police}) && ok
		}
	}
	return ok
}

// nameAndRelation parts "Ravi Nair (husband)", "Ravi - husband", "my husband Ravi".
func nameAndRelation(text string) (name, relation string) {
	text = beforeNumber.ReplaceAllString(text, "")
	if m := related.FindStringSubmatchIndex(text); m != nil {
		relation = strings.TrimPrefix(strings.ToLower(text[m[2]:m[3]]), "my ")
		text = text[:m[2]] + " " + text[m[3]:]
	}
	text = strings.NewReplacer("(", " ", ")", " ").Replace(text)
	text = strings.Join(strings.Fields(text), " ")
	text = strings.Trim(text, " ,;:.-–—/")
	if kinds.ReplaceAllString(text, "") == "" {
		text = ""
	}
	return text, relation
}

var (
	registration = regexp.MustCompile(`(?i)\b([A-Z]{2}[0-9]{2}\s?[A-Z]{3}|[A-Z][0-9]{1,3}\s?[A-Z]{3}|[A-Z]{3}\s?[0-9]{1,3}[A-Z])\b`)
	colours      = regexp.MustCompile(`(?i)\b((?:dark|light|pale|bright|metallic|navy|royal|sky|racing)\s+)?(black|white|silver|gr[ea]y|blue|red|green|yellow|orange|brown|beige|gold|bronze|purple|maroon|burgundy|cream|navy|teal|turquoise|pink|charcoal)\b`)
	noCar        = regexp.MustCompile(`(?i)^\W*(no (car|vehicle)|none|nil|not driving|do(es)? not drive|don.t drive|non.driver|on foot|walking|by (bus|train|bike|bicycle|foot|public transport)|(using )?public transport|bus|train|bike|cycling|taxi)\W*$`)
	carSigns     = regexp.MustCompile(`(?i)\b(registration|reg(?:\.|\b)|number|no\.|plate|colour|make|model|car|a|an|the|my|own)\b|[:;()|/]`)
)

// makes are those of two words, and enough others to tell a make from a model.
var makes = []string{"alfa romeo", "aston martin", "land rover", "range rover", "mercedes benz", "mercedes-benz", "ds", "abarth", "audi", "bmw", "byd", "chevrolet", "citroen", "citroën", "cupra", "dacia",
	"daihatsu", "fiat", "ford", "honda", "hyundai", "infiniti", "isuzu", "jaguar", "jeep", "kia", "lexus", "mazda", "mercedes", "mg", "mini", "mitsubishi", "nissan", "peugeot", "polestar", "porsche",
	"renault", "rover", "saab", "seat", "skoda", "škoda", "smart", "ssangyong", "subaru", "suzuki", "tesla", "toyota", "vauxhall", "volkswagen", "volvo", "vw"}

// vehicle reads a car from one answer: "Blue Ford Fiesta AB12 CDE".
func (r *reading) vehicle(text string) bool {
	v := &r.form.Worker.Vehicle
	if noCar.MatchString(text) {
		r.form.Worker.NoVehicle = true
		return true
	}
	set := func(to *private.Text, s string) bool {
		s = strings.TrimSpace(s)
		if s == "" || !to.IsZero() || utf8.RuneCountInString(s) > maxWord {
			return s == "" || strings.EqualFold(to.Reveal(), s)
		}
		*to = private.New(s)
		return true
	}
	ok := true
	rest := text
	if m := registration.FindStringIndex(rest); m != nil {
		ok = set(&v.Registration, strings.ToUpper(rest[m[0]:m[1]]))
		rest = rest[:m[0]] + " " + rest[m[1]:]
	}
	if m := colours.FindStringIndex(rest); m != nil {
		ok = set(&v.Colour, strings.ToLower(rest[m[0]:m[1]])) && ok
		rest = rest[:m[0]] + " " + rest[m[1]:]
	}
	rest = strings.Join(strings.Fields(carSigns.ReplaceAllString(strings.ReplaceAll(rest, ",", " "), " ")), " ")
	rest = strings.Trim(rest, " .-–")
	if rest == "" {
		return ok
	}
	for _, m := range makes {
		if len(rest) >= len(m) && strings.EqualFold(rest[:len(m)], m) && (len(rest) == len(m) || rest[len(m)] == ' ') {
			return set(&v.Make, rest[:len(m)]) && set(&v.Model, rest[len(m):]) && ok
		}
	}
	if first, second, two := strings.Cut(rest, " "); two {
		return set(&v.Make, first) && set(&v.Model, second) && ok
	}
	return set(&v.Model, rest) && ok
}
