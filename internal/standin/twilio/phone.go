package twilio

import (
	"regexp"
	"strings"
	"time"
)

// Phone is one telephone behind the stand-in. As it comes it is on, takes texts at once and lets calls ring out. Its methods may be called
// at any time and return it, so that they can be strung together.
type Phone struct {
	server *Server
	number string
	// under server.mu:
	off      bool
	optedOut bool
	delay    time.Duration
	invalid  problem // how Twilio refuses the number
	carrier  int     // the code with which a carrier returns texts
	answers  answering
	press    func(heard string) string
}

// answering is what becomes of a call to a phone that is on.
type answering string

const (
	ringsOut  answering = ""
	pickedUp  answering = "picked up"
	engaged   answering = "engaged"
	voicemail answering = "voicemail"
)

// Phone gives the phone with a number in E.164.
func (s *Server) Phone(number string) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phone(number)
}

func (s *Server) phone(number string) *Phone {
	p := s.phones[number]
	if p == nil {
		p = &Phone{server: s, number: number}
		s.phones[number] = p
	}
	return p
}

func (p *Phone) set(change func()) *Phone {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	change()
	return p
}

// Off switches it off: texts stay at "sent" until it is on again, calls fail as unreachable.
func (p *Phone) Off() *Phone { return p.set(func() { p.off = true }) }

// On switches it on, and the texts that waited for it arrive.
func (p *Phone) On() *Phone {
	s := p.server
	return p.set(func() {
		p.off = false
		for _, m := range s.messages.all {
			if m.held && m.To == p.number {
				m.held = false
				s.start(func() { s.arrive(m) })
			}
		}
	})
}

// Slow makes texts take d to arrive.
func (p *Phone) Slow(d time.Duration) *Phone { return p.set(func() { p.delay = d }) }

// OptsOut makes Twilio refuse texts to it with 21610, as after a STOP.
func (p *Phone) OptsOut() *Phone { return p.set(func() { p.optedOut = true }) }

// Invalid makes Twilio refuse the number with 21211.
func (p *Phone) Invalid() *Phone { return p.set(func() { p.invalid = badTo }) }

// Landline makes Twilio refuse texts to it with 21614.
func (p *Phone) Landline() *Phone { return p.set(func() { p.invalid = landline }) }

// Returns makes the carrier return texts as undelivered with a code, such as 30003 for unreachable; 0 undoes it.
func (p *Phone) Returns(code int) *Phone { return p.set(func() { p.carrier = code }) }

// Presses makes someone answer calls and press what press makes of the words heard; "" presses nothing.
func (p *Phone) Presses(press func(heard string) string) *Phone {
	return p.set(func() { p.answers, p.press = pickedUp, press })
}

// PressesHeard makes someone answer calls and press the digit they are asked to.
func (p *Phone) PressesHeard() *Phone { return p.Presses(Heard) }

// PressesWrong makes someone answer calls and press a digit that they were not asked for.
func (p *Phone) PressesWrong() *Phone {
	return p.Presses(func(heard string) string {
		if Heard(heard) == "1" {
			return "2"
		}
		return "1"
	})
}

// Voicemail makes a voicemail answer calls: it presses nothing, and the call ends "completed".
func (p *Phone) Voicemail() *Phone { return p.set(func() { p.answers = voicemail }) }

// Busy makes calls find it engaged.
func (p *Phone) Busy() *Phone { return p.set(func() { p.answers = engaged }) }

// RingsOut lets calls ring until they are given up.
func (p *Phone) RingsOut() *Phone { return p.set(func() { p.answers = ringsOut }) }

var asked = regexp.MustCompile(`(?i)\bpress\s+(?:the\s+)?(?:key\s+|number\s+)?([0-9]|zero|one|two|three|four|five|six|seven|eight|nine)\b`)

// Heard is the digit that words ask to be pressed, as in "press 7" or "press seven"; "" when they ask for none.
func Heard(words string) string {
	found := asked.FindStringSubmatch(words)
	if found == nil {
		return ""
	}
	for i, word := range strings.Fields("zero one two three four five six seven eight nine") {
		if strings.EqualFold(found[1], word) {
			return itoa(i)
		}
	}
	return found[1]
}

// plausible says that Twilio would take s for a number at all: E.164.
func plausible(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}
