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
	from [32]byte // the address, where each name has fewer free guesses once much is guessed from there
}

// tries are the counts that a guess at a name from an address goes into.
func tries(address, name string) []try {
	whole := try{key: key("address", address), bound: atAddress}
	return []try{{key: key("pair", address, strings.ToLower(strings.TrimSpace(name))), bound: atName, from: whole.key}, whole}
}

// Try counts one more from an address of something that is guessed at, before it is looked at; right takes that back. It is a
// [WaitError] while whoever asks has sent too much of it.
func (s *SignIn) Try(address, what string) (right func(), err error) {
	return s.guesses.take(tries(address, what), s.Clock())
}

// TryToken is Try for what is signed, which nobody guesses: only the work with it is bounded.
func (s *SignIn) TryToken(address string) (right func(), err error) {
	return s.guesses.take([]try{{key: key("address", address), bound: atAddress}}, s.Clock())
}

// take counts a guess before it is compared, so that of many at once no more get through than one after the other; right takes
// it back. It is a WaitError, and counts nothing, while one has to wait.
func (g *guesses) take(tries []try, at time.Time) (right func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var wait time.Duration
	for _, t := range tries {
		wait = max(wait, g.wait(t, at))
	}
	if wait > 0 {
		return nil, &WaitError{wait}
	}
	g.room(at)
	guess := make([]taken, len(tries))
	for i, t := range tries {
		guess[i] = taken{t.key, g.counted[t.key], count{g.level(t, at) + 1, at}}
		g.counted[t.key] = guess[i].after
	}
	return func() { g.giveBack(guess) }, nil
}

// taken is what one guess changed of a count.
type taken struct {
	key           [32]byte
	before, after count
}

// giveBack takes a guess back. Where nobody guessed since, it is as it was before.
func (g *guesses) giveBack(guess []taken) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range guess {
		switch now := g.counted[t.key]; {
		case now == t.after:
			g.counted[t.key] = t.before
		case now.n > 0:
			g.counted[t.key] = count{now.n - 1, now.last}
		}
	}
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
	if t.from != ([32]byte{}) && g.level(try{key: t.from, bound: atAddress}, at) >= crowded {
		t.bound = atCrowded
	}
	n := g.level(t, at)
	if n < t.free {
		return 0
	}
	wait := min(time.Second<<min(n-t.free+1, 20), t.longest)
	return max(0, g.counted[t.key].last.Add(wait).Sub(at)).Round(time.Second)
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
