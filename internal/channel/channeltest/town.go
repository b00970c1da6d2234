package channeltest

import (
	"strings"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/phone"
)

// Town is a town whose phones a test can look at.
type Town struct {
	*town.Town
	t     testing.TB
	mu    sync.Mutex
	taken map[phone.Number]map[string]int // how many copies of each text were expected, by its id
}

// NewTown makes a town for a test.
func NewTown(t testing.TB, o town.Options) *Town {
	return &Town{Town: town.New(o), t: t, taken: map[phone.Number]map[string]int{}}
}

// Phone is a phone that a test can look at.
type Phone struct {
	*town.Phone
	town *Town
}

// Phone gives the phone with a number, written as people do.
func (t *Town) Phone(number string) Phone {
	t.t.Helper()
	n, err := phone.Parse(number)
	if err != nil {
		t.t.Fatalf("%s: %v", number, err)
	}
	return Phone{t.Town.Phone(n), t}
}

// Unread is the texts in the inbox that were not taken, in order.
func (p Phone) Unread() []town.Text {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	seen := map[string]int{}
	var unread []town.Text
	for _, text := range p.Inbox() {
		if seen[text.ID]++; seen[text.ID] > p.town.taken[p.Number][text.ID] {
			unread = append(unread, text)
		}
	}
	return unread
}

func (p Phone) take(text town.Text) {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	if p.town.taken[p.Number] == nil {
		p.town.taken[p.Number] = map[string]int{}
	}
	p.town.taken[p.Number][text.ID]++
}

// Expects takes the earliest text on the phone that contains something and was not taken before; the test fails when there is none. It
// does not wait.
func (p Phone) Expects(t testing.TB, containing string) town.Text {
	t.Helper()
	var others []string
	for _, text := range p.Unread() {
		if strings.Contains(text.Body, containing) {
			p.take(text)
			return text
		}
		others = append(others, text.Body)
	}
	t.Errorf("%s has no text that says %q; unread: %q", p.Number, containing, others)
	return town.Text{}
}

// ExpectsNoMore fails the test when the phone has a text that was not taken.
func (p Phone) ExpectsNoMore(t testing.TB) {
	t.Helper()
	for _, text := range p.Unread() {
		t.Errorf("%s has another text: %q", p.Number, text.Body)
	}
}
