package signin

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
)

// From is where someone tries to sign in from.
type From struct {
	Address string // of the network
	Known   string // what the browser keeps of who signed in there before, as [SignIn.Remember] gave it; "" for nothing
}

// WaitError says that someone has guessed too often, and how long they wait.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string { return fmt.Sprintf("too many guesses; wait %s", e.For) }

// bound is how many wrong guesses are free within a quarter of an hour, and how long the longest wait is after that.
type bound struct {
	free    int
	longest time.Duration
}

// Bounds on guessing. What is counted above all is guesses at one name from one address: whoever guesses waits, and nobody
// else does. A whole office may be behind one address. So an address by itself comes to wait only after many more; before
// that, each name has fewer free guesses from there, and who types their own password right does not notice. And a browser in
// which somebody has signed in before is counted by itself when it names them: no one else's guesses keep them out.
var (
	atName    = bound{freeAtName, longestWait}
	atCrowded = bound{1, longestWait} // at one name, from an address from which much is guessed
	atAddress = bound{freeAtAddress, time.Minute}
	atKnown   = bound{freeAtName, longestWait} // at whom a browser knows, from that browser
	atCodes   = bound{freeAtCodes, longestWait}
)

const (
	freeAtName    = 5   // at one name, from one address
	freeAtCodes   = 30  // at one person's codes, from anywhere, with their password
	crowded       = 100 // from one address, at any name: from there on each name has one
	freeAtAddress = 2000
	longestWait   = 5 * time.Minute
	guessesWithin = 15 * time.Minute
	mostCounted   = 100_000
)

// guesses counts wrong guesses. They are counted in this process alone: with several nodes whoever guesses has as many
// times more.
type guesses struct {
	mu      sync.Mutex
	counted map[[32]byte]count
	spent   map[[32]byte]time.Time // what was begun and refused; by itself, so that a flood of it forgets no guess
}

type count struct {
	n    int
	last time.Time
}

func newGuesses() *guesses {
	return &guesses{counted: map[[32]byte]count{}, spent: map[[32]byte]time.Time{}}
}

// key hides what was typed: people type passwords where their name belongs.
func key(parts ...string) [32]byte { return sha256.Sum256([]byte(strings.Join(parts, "\x00"))) }

// try is what guesses are counted under, with its bound.
type try struct {
	key [32]byte
	bound
}

// tries are the counts that a guess at a name from an address goes into.
func (g *guesses) tries(address, name string, at time.Time) []try {
	whole := try{key("address", address), atAddress}
	pair := try{key("pair", address, strings.ToLower(strings.TrimSpace(name))), atName}
	if g.level(whole, at) >= crowded {
		pair.bound = atCrowded
	}
	return []try{pair, whole}
}

// MayTry is a [WaitError] while whoever asks from an address has sent too much that was wrong, of something that is guessed at.
func (s *SignIn) MayTry(address, what string) error {
	return s.guesses.may(s.guesses.at(address, what, s.Clock()), s.Clock())
}

// Tried counts one more of it.
func (s *SignIn) Tried(address, what string) {
	s.guesses.wrong(s.guesses.at(address, what, s.Clock()), s.Clock())
}

// at is tries for whoever has not the lock.
func (g *guesses) at(address, name string, at time.Time) []try {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tries(address, name, at)
}

// may is a WaitError while one has to wait.
func (g *guesses) may(tries []try, at time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var wait time.Duration
	for _, t := range tries {
		wait = max(wait, g.wait(t, at))
	}
	if wait > 0 {
		return &WaitError{wait}
	}
	return nil
}

// level is how many guesses count now: the free ones come back one after the other.
func (g *guesses) level(t try, at time.Time) int {
	c := g.counted[t.key]
	since := at.Sub(c.last)
	if since >= guessesWithin {
		return 0
	}
	return max(0, c.n-int(since*time.Duration(t.free)/guessesWithin))
}

// wait is how long one waits before the next guess: nothing at first, then twice as long each time.
func (g *guesses) wait(t try, at time.Time) time.Duration {
	n := g.level(t, at)
	if n < t.free {
		return 0
	}
	wait := min(time.Second<<min(n-t.free+1, 20), t.longest)
	return max(0, g.counted[t.key].last.Add(wait).Sub(at)).Round(time.Second)
}

// wrong counts a wrong guess.
func (g *guesses) wrong(tries []try, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.room(at)
	for _, t := range tries {
		g.counted[t.key] = count{g.level(t, at) + 1, at}
	}
}

// spend remembers what counts no more.
func (g *guesses) spend(secret string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.spent) >= mostCounted {
		maps.DeleteFunc(g.spent, func(_ [32]byte, since time.Time) bool { return at.Sub(since) >= guessesWithin })
	}
	if len(g.spent) >= mostCounted {
		clear(g.spent) // who is refused may then be refused once more
	}
	g.spent[key("spent", secret)] = at
}

// isSpent says that it counts no more. What was begun is over before this is forgotten.
func (g *guesses) isSpent(secret string, at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	since, is := g.spent[key("spent", secret)]
	return is && at.Sub(since) < guessesWithin
}

// room drops what no longer counts, where there is much; where that is too little, everything: a flood from everywhere is not
// one guesser.
func (g *guesses) room(at time.Time) {
	if len(g.counted) < mostCounted {
		return
	}
	maps.DeleteFunc(g.counted, func(_ [32]byte, c count) bool { return at.Sub(c.last) >= guessesWithin })
	if len(g.counted) >= mostCounted {
		clear(g.counted)
	}
}
