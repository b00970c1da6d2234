package written

import (
	"strings"
	"unicode"
)

// concept is what a word of a label speaks of.
type concept uint64

const (
	filler concept = 1 << iota // says nothing by itself
	aName
	aPhone
	aContact
	aMobile
	aHome
	aWork
	anOwn
	anEmergency
	aRelation
	aServiceUser
	aParent
	aWorker
	anAddress
	aVisit
	aStart
	anEnd
	aTime
	aDate
	isExpected
	anIn
	aLength
	anAccess
	isHow
	isWho
	isElse
	isPresent
	aRisk
	aLook
	aCar
	aMake
	aModel
	aColour
	aPlate
	aKind
	aPurpose
	aResponder
	aNote
	anID
	aMailbox
	aTitle
)

// vocabulary is the words that labels are made of. A line with any other word in it is no label.
var vocabulary = table(map[concept]string{
	filler: `the of your you a an and or to be is are will for this that any if please full incl including include with by known on my our their his her we i do does applicable info
		information details detail enter state give current which one first last line at uk s relevant going can must should required mandatory where optional it as from also has have
		am pm so far list used being been available completed section part field tick below above each per no nos number numbers etc due next what mode lone different`,
	aName:        "name names surname forename initials firstname lastname fullname",
	aPhone:       "phone telephone tel phones ring landline tele ph telno",
	aContact:     "contact contacts contactable reach reached",
	aMobile:      "mobile mob mobiles cell",
	aHome:        "home house",
	aWork:        "work business office",
	anOwn:        "personal private own",
	anEmergency:  "emergency nok kin ice",
	aRelation:    "relationship relation related",
	aServiceUser: "su sus serviceuser user client clients child children childs yp cyp young adult customer family families citizen resident tenant household",
	aParent:      "parent parents carer carers guardian",
	aWorker:      "worker workers staff employee practitioner practitioners colleague member visitor",
	anAddress:    "address addresses addr postcode postcodes location locations venue place whereabouts where",
	aVisit:       "visit visits visiting visited session sessions appointment appointments meeting seeing seen",
	aStart:       "start starts starting begin begins beginning commencing commence arrival arrive arriving",
	anEnd:        "end ends ending finish finishes finishing finished until out leave leaving return returning back till departure completion",
	aTime:        "time times clock hour hours",
	aDate:        "date day dates when",
	isExpected:   "expected estimated anticipated approx approximate approximately est eta planned scheduled likely",
	anIn:         "in into inside",
	aLength:      "duration length long",
	anAccess:     "access accessing entry entrance entering keysafe key keys safe buzzer intercom door doors gate code codes parking directions get gain getting",
	isHow:        "how",
	isWho:        "who whom anyone anybody somebody whose person visiting seeing",
	isElse:       "else others other additional",
	isPresent:    "present there attending attendees attendance people persons living lives occupants members joining accompanied accompanying",
	aRisk:        "risk risks hazard hazards concern concerns danger dangers warning warnings dog dogs animal animals pet pets aggression safety alert alerts violence weapons issues",
	aLook:        "description describe appearance look looks wearing clothing clothes hair height build physical distinguishing features",
	aCar:         "car vehicle cars vehicles transport",
	aMake:        "make manufacturer",
	aModel:       "model",
	aColour:      "colour color",
	aPlate:       "registration reg regn plate numberplate vrn vrm",
	aKind:        "type kind nature",
	aPurpose:     "purpose reason why about",
	aResponder:   "buddy buddys manager managers responder senior cover edt duty call oncall",
	aNote:        "notes note comment comments anything further remarks special instructions requirements needs",
	anID:         "id ref reference case mosaic liquidlogic lcs las dob birth record age",
	aMailbox:     "email e-mail mail emails",
	aTitle:       "form request working weekend plan sheet template",
})

func table(words map[concept]string) map[string]concept {
	list := map[string]concept{}
	for c := filler; c <= aTitle; c <<= 1 {
		for w := range strings.FieldsSeq(words[c]) {
			list[w] |= c
		}
	}
	return list
}

// weak are words that are as often an answer as a label: by themselves they are none where an answer is awaited.
var weak = set(`child children childs family families parent parents carer carers mother father mum dad young people person home house work office car no in out client clients others
	other visit meeting session household member members tenant resident adult dog dogs pet pets animal animals start end from there key keys door gate code parking back time day user
	number numbers a the and at with to of on my her his their own private personal until staff colleague worker workers buddy manager duty concerns issues none any risk risks call
	transport phone long about call return entrance back post 's service`)

func set(words string) map[string]bool {
	list := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		list[w] = true
	}
	return list
}

// field is where an answer belongs.
type field int

const (
	none field = iota
	unknown
	heading // of the form, or a part of it
	anyName
	anyPhone
	anyMobile
	anyHome
	anyContact
	serviceUser
	serviceUserAll // name and how to reach them
	nameAndAddress
	contact
	contactNamed // of somebody around the service user
	address
	access
	whoElse
	worker
	mobile
	workPhone
	personal
	homePhone
	emergency
	emergencyName
	emergencyPhone
	relation
	description
	vehicle
	makeOf
	model
	colour
	plate
	kind
	purpose
	start
	end
	times
	date
	length
	risks
	responder
	notes
)

// rule says that a label with all of need, one of some and none of never asks for a field.
type rule struct {
	need, some, never concept
	field             field
}

const (
	byPhone  = aPhone | aMobile | aContact
	ofPerson = aServiceUser | aParent | isWho
)

// rules are tried in their order.
var rules = []rule{
	{some: anID | aMailbox, field: unknown},
	{need: aRelation, field: relation},
	{need: anEmergency, some: aServiceUser | anAddress | aRisk, field: unknown},
	{need: anEmergency | aName, some: aPhone | aMobile, field: emergency},
	{need: anEmergency | aName, field: emergencyName},
	{need: anEmergency, some: aPhone | aMobile | aHome | aWork, field: emergencyPhone},
	{need: anEmergency, field: emergency},

	{need: aMake, some: aModel | aColour | aPlate, field: vehicle},
	{need: aPlate, some: aModel | aColour, field: vehicle},
	{need: aModel, some: aColour, field: vehicle},
	{need: aPlate, never: aServiceUser, field: plate},
	{need: aMake, field: makeOf},
	{need: aModel, field: model},
	{need: aColour, never: aLook, field: colour},
	{need: aCar, never: aRisk | anAccess | aVisit, field: vehicle},
	{need: aLook, never: aVisit | aServiceUser | aRisk | anAddress | aPurpose, field: description},

	{need: isElse, some: isWho | isPresent, never: aRisk | aPhone, field: whoElse},
	{need: isPresent, some: isWho | aServiceUser | aHome | anAddress | aVisit | anIn, never: aRisk | aName | aPhone | aMobile | aContact, field: whoElse},
	{need: isPresent | aName, some: isElse | isWho, never: aRisk, field: whoElse},
	{need: isHow, some: anAccess, field: access},
	{need: anAccess, never: aName | aPhone | aMobile, field: access},
	{need: aRisk, never: aName | aPhone | aMobile, field: risks},
	{need: aKind, never: aName | aRisk, field: kind},
	{need: aPurpose, never: aName, field: purpose},
	{need: aLength, never: aName, field: length},

	{need: aStart | anEnd, never: aName | aTitle, field: times},
	{need: anEnd, never: aName | anAddress | byPhone | aTitle, field: end},
	{need: aStart, never: aName | anAddress | byPhone | aTitle, field: start},
	{need: aTime | anIn, never: aName, field: start},
	{need: aDate | aTime, never: aName | byPhone, field: times},
	{need: aTime, never: aName | anAddress | byPhone | aTitle, field: times},
	{need: aDate, never: aName | anAddress | byPhone | aTitle, field: date},

	{need: anAddress | aName, some: aPhone | aMobile, field: unknown},
	{need: anAddress | aName, never: aWorker | anAccess, field: nameAndAddress},
	{need: anAddress, some: aWorker, never: aVisit, field: unknown},
	{need: anAddress, never: aPhone | aMobile, field: address},

	{need: aResponder, some: aPhone | aMobile, field: unknown},
	{need: aResponder, never: aTitle | aServiceUser, field: responder},
	{need: aParent | aName, never: aServiceUser | aWorker, field: contactNamed},
	{need: aServiceUser | aName, some: byPhone, field: serviceUserAll},
	{need: aServiceUser, some: byPhone, field: contact},
	{need: aParent, some: byPhone, field: contact},
	{need: aServiceUser, never: aWorker | aTitle | aWork | aHome | isExpected | aNote, field: serviceUser},
	{need: aVisit, some: isWho | aName, never: aWorker | byPhone, field: serviceUser},
	{need: aVisit, some: byPhone, field: contact},
	{need: aParent, never: aWorker, field: contactNamed},

	{need: aWorker, some: aPhone | aMobile | aHome, never: anOwn, field: anyPhone},
	{need: aMobile | anOwn, field: personal},
	{need: aMobile | aWork, field: mobile},
	{need: aMobile | aHome, field: anyPhone},
	{need: aMobile, field: anyMobile},
	{need: aHome, some: aPhone | aContact, field: anyHome},
	{need: aWork, some: aPhone | aContact, field: workPhone},
	{need: aHome, never: aVisit | aName, field: anyHome},
	{need: aPhone, never: aName, field: anyPhone},
	{need: aContact | aName, field: contactNamed},
	{need: aContact, field: anyContact},
	{need: aWorker, never: aTitle, field: worker},
	{need: aName, field: anyName},
	{need: aNote, field: notes},
	{some: aTitle | aVisit | aResponder | aWorker, field: heading},
}

// label is what a piece of text asks for, if it is a label.
type label struct {
	field field
	about concept // all that it speaks of
	weak  bool    // as likely an answer
}

// read looks whether a text is a label as a whole: every word of it is of the vocabulary.
func (t plainText) label() (label, bool) {
	words := t.words()
	if len(words) == 0 || len(words) > 14 {
		return label{}, false
	}
	l := label{weak: true}
	numbered := false
	for _, w := range words {
		c, known := vocabulary[w]
		switch {
		case !known:
			return label{}, false
		case w == "number" || w == "numbers" || w == "no" || w == "nos":
			numbered = true
		}
		l.about |= c
		l.weak = l.weak && (weak[w] || c == filler)
	}
	about := l.about &^ filler
	if numbered && about&(aPlate|anEmergency|aServiceUser|aWorker|aHome|aWork|aMobile|aContact|aResponder|aParent) != 0 && about&aPlate == 0 && about&anAddress == 0 {
		about |= aPhone
	}
	if numbered && about == 0 {
		about = aPhone
	}
	l.about = about
	for _, r := range rules {
		if about&r.need == r.need && (r.some == 0 || about&r.some != 0) && about&r.never == 0 {
			l.field = r.field
			return l, true
		}
	}
	return label{}, false
}

// plainText is a piece of text that may be a label.
type plainText string

// words are the words of a label, without what stands in brackets behind it, its number, and its stars.
func (t plainText) words() []string {
	s := strings.ReplaceAll(strings.ToLower(string(t)), "’", "'")
	s = strings.NewReplacer("'s", "", "s' ", "s ", "service user", "serviceuser", "service-user", "serviceuser", "young person", "young", "young people", "young", "family time", "familytime", "/", " ", "&", " ", "e-mail", "email", "key-safe", "keysafe", "e.g.", " ", "i.e.", " ", "on-call", "oncall").Replace(s)
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(' || r == '[':
			depth++
			b.WriteByte(' ')
		case r == ')' || r == ']':
			depth = max(0, depth-1)
		case depth > 0:
		case unicode.IsLetter(r) || r == '\'':
			b.WriteRune(r)
		case unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	var kept []string
	for w := range strings.FieldsSeq(b.String()) {
		if w = strings.Trim(w, "'"); w == "" || number(w) || ordinal[w] {
			continue
		}
		kept = append(kept, w)
	}
	return kept
}

// ordinal are the ways in which labels are counted.
var ordinal = set("q1 q2 q3 1st 2nd 3rd second third two three b c d e ii iii iv")

func number(w string) bool {
	for _, r := range w {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return len(w) <= 2
}
