package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What a calendar may be at most: an invite is a hundredth of it, a year's feed of a busy person a tenth.
const (
	MostBytes = 1_048_576
	MostLines = 10_000
)

// Why a text is not read at all. Everything else about it is a [Doubt], or passed over.
var (
	ErrTooLong    = fmt.Errorf("a calendar of more than %d bytes", MostBytes)
	ErrManyLines  = fmt.Errorf("a calendar of more than %d lines", MostLines)
	ErrNoCalendar = errors.New("no calendar in it")
)

// Read reads a calendar that anyone sent, in whatever line ends, character set and state. home is the organisation's zone: for times of no
// zone, and of one that nobody knows; nil is UTC.
//
// Where a text holds several calendars one after the other, their events are one calendar's as long as they ask for the same; the first that
// asks for something else, and all after it, are in Rest.
func Read(text []byte, home *time.Location) (Calendar, error) {
	lines, err := linesOf(text)
	if err != nil {
		return Calendar{}, fmt.Errorf("read calendar: %w", err)
	}
	blocks := blocksOf(lines)
	if len(blocks) == 0 {
		return Calendar{}, fmt.Errorf("read calendar: %w", ErrNoCalendar)
	}
	if home == nil {
		home = time.UTC
	}
	return joined(blocks, home), nil
}

// joined makes one calendar of those that ask for the same as the first.
func joined(blocks []block, home *time.Location) Calendar {
	spent := &effort{}
	first := blocks[0].calendar(home, spent)
	for i, b := range blocks[1:] {
		next := b.calendar(home, spent)
		if next.Method != first.Method {
			first.Rest = append(first.Rest, next)
			for _, rest := range blocks[i+2:] {
				first.Rest = append(first.Rest, rest.calendar(home, spent))
			}
			return first
		}
		first.Events = append(first.Events, next.Events...)
		first.described = append(first.described, next.described...)
	}
	return first
}

// component is a VEVENT, or a VTIMEZONE with its parts.
type component struct {
	name  string
	props []property
	parts []*component // STANDARD and DAYLIGHT
}

// block is one VCALENDAR, as it stands.
type block struct {
	props  []property
	events []*component
	zones  []*component
}

// blocksOf sorts lines into calendars. Ends that are missing, and ends of what never began, are lived with: an event ends where the next
// begins, and at the end of the text. An event outside of any calendar is one all the same.
func blocksOf(lines []string) []block {
	var s sorter
	for _, l := range lines {
		p, ok := propertyOf(l)
		switch {
		case !ok:
		case p.name == "BEGIN":
			s.begin(strings.ToUpper(strings.TrimSpace(p.value)))
		case p.name == "END":
			s.end(strings.ToUpper(strings.TrimSpace(p.value)))
		default:
			s.property(p)
		}
	}
	return s.blocks
}

// sorter is where in a calendar the next line belongs.
type sorter struct {
	blocks []block
	event  *component
	zone   *component
	part   *component
	passed []string // components that are passed over, the innermost last
}

func (s *sorter) block() *block {
	if len(s.blocks) == 0 {
		s.blocks = append(s.blocks, block{})
	}
	return &s.blocks[len(s.blocks)-1]
}

func (s *sorter) begin(name string) {
	switch name {
	case "VCALENDAR":
		s.event, s.zone, s.part, s.passed = nil, nil, nil, nil
		s.blocks = append(s.blocks, block{})
	case "VEVENT":
		// An event begins wherever it stands: in an alarm, or another event, an end is missing.
		s.event, s.zone, s.part, s.passed = &component{name: name}, nil, nil, nil
		b := s.block()
		b.events = append(b.events, s.event)
	case "VTIMEZONE":
		s.event, s.zone, s.part, s.passed = nil, &component{name: name}, nil, nil
		b := s.block()
		b.zones = append(b.zones, s.zone)
	case "STANDARD", "DAYLIGHT":
		if s.zone == nil || len(s.passed) > 0 {
			s.passed = append(s.passed, name)
			return
		}
		s.part = &component{name: name}
		s.zone.parts = append(s.zone.parts, s.part)
	case "VTODO", "VJOURNAL", "VFREEBUSY":
		s.event, s.zone, s.part, s.passed = nil, nil, nil, []string{name}
	default: // VALARM, and what is not known
		s.passed = append(s.passed, name)
	}
}

func (s *sorter) end(name string) {
	switch name {
	case "VCALENDAR":
		s.event, s.zone, s.part, s.passed = nil, nil, nil, nil
	case "VEVENT":
		s.event, s.passed = nil, nil
	case "VTIMEZONE":
		s.zone, s.part, s.passed = nil, nil, nil
	case "STANDARD", "DAYLIGHT":
		s.part = nil
	default:
		for i := len(s.passed) - 1; i >= 0; i-- {
			if s.passed[i] == name {
				s.passed = s.passed[:i]
				return
			}
		}
	}
}

func (s *sorter) property(p property) {
	switch {
	case len(s.passed) > 0:
	case s.part != nil:
		s.part.props = append(s.part.props, p)
	case s.zone != nil:
		s.zone.props = append(s.zone.props, p)
	case s.event != nil:
		s.event.props = append(s.event.props, p)
	case len(s.blocks) > 0:
		b := s.block()
		b.props = append(b.props, p)
	}
}

// calendar understands a block.
func (b block) calendar(home *time.Location, spent *effort) Calendar {
	c := Calendar{}
	for _, p := range b.props {
		switch p.name {
		case "METHOD":
			if c.Method == NoMethod {
				c.Method = Method(strings.ToUpper(strings.TrimSpace(p.value)))
			}
		case "X-WR-CALNAME", "NAME":
			if c.Name == "" {
				c.Name = strings.TrimSpace(p.text())
			}
		case "REFRESH-INTERVAL", "X-PUBLISHED-TTL":
			if span, ok := spanOf(p.value); ok && c.Refresh == 0 && span.days >= 0 && span.rest >= 0 {
				c.Refresh = time.Duration(span.days)*24*time.Hour + span.rest
			}
		}
	}
	atlas := &atlas{home: home, zones: b.zones, years: b.years(), effort: spent}
	for _, e := range b.events {
		c.Events = append(c.Events, e.event(atlas))
	}
	c.described = atlas.described
	return c
}
