package signin

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"
)

// WaitError says that someone has guessed too often, and how long they wait.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string { return fmt.Sprintf("too many guesses; wait %s", e.For) }

// Bounds on guessing. What is counted is guesses at one name from one address, and guesses from one address at all: whoever
// guesses waits, and nobody else does. A whole office may be behind one address, so that its bound is wide.
const (
	freeGuesses     = 5
	freeFromAddress = 100
	guessesWithin   = 15 * time.Minute
	longestWait     = 5 * time.Minute
	mostCounted     = 100_000
)

// guesses counts wrong guesses. They are counted in this process alone: with several nodes whoever guesses has as many
// times more.
type guesses struct {
	mu      sync.Mutex
	counted map[[32]byte]count
}

type count struct {
	n    int
	last time.Time
}

func newGuesses() *guesses { return &guesses{counted: map[[32]byte]count{}} }

// key hides what was typed: people type passwords where their name belongs.
func key(parts ...string) [32]byte { return sha256.Sum256([]byte(strings.Join(parts, "\x00"))) }

func keysOf(from, name string) (pair, address [32]byte) {
	return key("pair", from, strings.ToLower(strings.TrimSpace(name))), key("address", from)
}

// MayTry is a [WaitError] while whoever asks from an address has sent too much that was wrong, of something that is guessed at.
func (s *SignIn) MayTry(from, what string) error { return s.guesses.may(from, what, s.Clock()) }

// Tried counts one more of it.
func (s *SignIn) Tried(from, what string) { s.guesses.wrong(from, what, s.Clock()) }

// may is a WaitError while one has to wait.
func (g *guesses) may(from, name string, at time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	pair, address := keysOf(from, name)
	if wait := max(g.wait(pair, freeGuesses, at), g.wait(address, freeFromAddress, at)); wait > 0 {
		return &WaitError{wait}
	}
	return nil
}

// wait is how long one waits before the next guess: nothing at first, then twice as long each time.
func (g *guesses) wait(k [32]byte, free int, at time.Time) time.Duration {
	c := g.counted[k]
	if c.n < free || at.Sub(c.last) >= guessesWithin {
		return 0
	}
	wait := min(time.Second<<min(c.n-free+1, 20), longestWait)
	return max(0, c.last.Add(wait).Sub(at)).Round(time.Second)
}

// wrong counts a wrong guess.
func (g *guesses) wrong(from, name string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.counted) >= mostCounted {
		g.forget(at)
	}
	pair, address := keysOf(from, name)
	for _, k := range [][32]byte{pair, address} {
		c := g.counted[k]
		if at.Sub(c.last) >= guessesWithin {
			c.n = 0
		}
		g.counted[k] = count{c.n + 1, at}
	}
}

// forget drops what no longer counts; where that is too little, everything: a flood from everywhere is not one guesser.
func (g *guesses) forget(at time.Time) {
	for k, c := range g.counted {
		if at.Sub(c.last) >= guessesWithin {
			delete(g.counted, k)
		}
	}
	if len(g.counted) >= mostCounted {
		clear(g.counted)
	}
}
