package plan

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// Version is a team's plan as it is published, or is to be: its settings, the team's own words, and when it is to be looked at again.
//
// A version that was published keeps what it said then, so that it reads the same when the standard text or our own sentences have other
// words: what somebody signed is Text, byte for byte.
type Version struct {
	Team        string            `json:"team"`   // the team's name
	Number      int               `json:"number"` // among the team's, from 1
	Zone        string            `json:"zone"`   // IANA name
	Settings    Settings          `json:"settings"`
	Words       Words             `json:"words"`
	Names       map[string]string `json:"names"`     // by their ids, of the people whom the settings name
	ReviewOn    string            `json:"review_on"` // "2027-03-03", a day in the team's zone; "" while none is set
	PublishedAt time.Time         `json:"published_at,omitzero"`
	PublishedBy string            `json:"published_by,omitempty"` // their name
	OnPaper     []Signed          `json:"on_paper,omitempty"`     // who had signed the document on paper from which this was taken over
	Leftover    []string          `json:"leftover,omitempty"`     // of a draft: lines of a document it was taken over from that fit no section
	Reviews     []Review          `json:"reviews,omitempty"`      // how it was looked at since it was published, and stayed as it is; no part of what is signed

	Kept      []PrintedPart `json:"kept,omitempty"` // the sections as they were published
	KeptWords string        `json:"text,omitempty"` // the text as it was published
}

// Review is that somebody looked at a version, and that it holds as it is.
type Review struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`        // their name
	ReviewOn string    `json:"review_on"` // the day by which it is looked at again from then on
}

// NextReview is the day by which the version is looked at again: as it was published, or as it was put off since.
func (v Version) NextReview() string {
	if n := len(v.Reviews); n > 0 {
		return v.Reviews[n-1].ReviewOn
	}
	return v.ReviewOn
}

// Around is what the version's sentences need.
func (v Version) Around() Around {
	return Around{Zone: v.Zone, Name: func(id string) string {
		if name := v.Names[id]; name != "" {
			return name
		}
		return id
	}}
}

// Parts gives the sections in words.
func (v Version) Parts() []PrintedPart {
	if v.Kept != nil {
		return v.Kept
	}
	var parts []PrintedPart
	for i, section := range Sections() {
		parts = append(parts, PrintedPart{Section: section, Number: i + 1, Standard: section.Text(), Own: v.Words[section], Settings: v.Settings.Sentences(section, v.Around())})
	}
	return parts
}

// Publish gives the version as it is published, with all it says from then on.
func (v Version) Publish(at time.Time, by string) Version {
	v.PublishedAt, v.PublishedBy, v.Kept, v.KeptWords, v.Leftover = at, by, nil, "", nil
	v.Reviews = nil
	v.Kept = v.Parts()
	v.KeptWords = v.compose()
	return v
}

// Text is the whole version in plain words: what is signed, and what stands in the record. A line is a paragraph.
func (v Version) Text() string {
	if v.KeptWords != "" {
		return v.KeptWords
	}
	return v.compose()
}

// Sum is the SHA-256 of Text, in hexadecimal digits.
func (v Version) Sum() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(v.Text()))) }

func (v Version) compose() string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "") + "\n") }
	line("Lone working: the plan of ", v.Team)
	if p := v.Printed(); p.PublishedOn == "" {
		line("A draft.")
	} else {
		line(fmt.Sprintf("Version %d, published on %s by %s.", v.Number, p.PublishedOn, v.PublishedBy))
		line("To be reviewed by ", p.ReviewOn, ".")
	}
	for _, part := range v.Parts() {
		line()
		line(fmt.Sprintf("%d. %s – %s", part.Number, part.Standard.Title, part.Standard.About))
		for _, paragraph := range part.Standard.Paragraphs {
			line(paragraph)
		}
		if part.Own != "" {
			line(part.Standard.Lead)
			line(part.Own)
		}
		for _, says := range part.Settings {
			line("What Allclear does: ", says)
		}
	}
	return b.String()
}

// Printed gives the version as it is printed, without signatures.
func (v Version) Printed() Printed {
	p := Printed{Team: v.Team, ReviewOn: Date(v.NextReview()), Parts: v.Parts()}
	if !v.PublishedAt.IsZero() {
		p.Version, p.PublishedOn = v.Number, dayIn(v.PublishedAt, v.Zone)
		p.OnPaper = v.OnPaper
	}
	if n := len(v.Reviews); n > 0 {
		p.Reviewed = dayIn(v.Reviews[n-1].At, v.Zone) + " by " + v.Reviews[n-1].By
	}
	return p
}

// ISODate is how a day is written down: "2027-03-03".
const ISODate = "2006-01-02"

const dayOfPlan = "2 January 2006"

// Date gives a day as people write it, "3 March 2027"; "" for what is none.
func Date(iso string) string {
	day, err := time.Parse(ISODate, iso)
	if err != nil {
		return ""
	}
	return day.Format(dayOfPlan)
}

// dayIn gives the day of an instant by the clocks of a zone; those of UTC, where there is no such zone.
func dayIn(at time.Time, zone string) string {
	in, err := time.LoadLocation(zone)
	if err != nil {
		in = time.UTC
	}
	return at.In(in).Format(dayOfPlan)
}
