package engine

import (
	"encoding/base32"
	"encoding/binary"
	"io"
	"strings"
	"time"
)

// sortable is base32 whose order is the order of the bytes, in lower case.
var sortable = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID makes an id that sorts by time: 48 bits of milliseconds, 72 of chance.
func (e *Engine) newID(at time.Time) string {
	var b [15]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	e.random(b[6:])
	return sortable.EncodeToString(b[:])
}

// newNonce makes a name that cannot be guessed.
func (e *Engine) newNonce() string {
	var b [20]byte
	e.random(b[:])
	return sortable.EncodeToString(b[:])
}

// newDigit draws the key of one call, 2 to 9: menus and call screeners say
// "press 1".
func (e *Engine) newDigit() int {
	var b [1]byte
	e.random(b[:])
	return 2 + int(b[0])%8
}

// Letters and figures that are told apart when said or read: no I, L, O, S and
// no 0, 1, 5.
const (
	sayable  = "ABCDEFGHJKMNPQRTUVWXYZ"
	figures  = "2346789"
	refChars = sayable + figures
)

// newReference draws a visit's short code, a letter and three more characters
// of which one at least is a figure: "A7F3".
func (e *Engine) newReference() string {
	for {
		var b [4]byte
		e.random(b[:])
		ref := []byte{sayable[int(b[0])%len(sayable)]}
		for _, c := range b[1:] {
			ref = append(ref, refChars[int(c)%len(refChars)])
		}
		if strings.ContainsAny(string(ref), figures) {
			return string(ref)
		}
	}
}

// random fills b; the source is read by one at a time, so that a simulator's
// seed gives the same ids each run.
func (e *Engine) random(b []byte) {
	e.idMu.Lock()
	defer e.idMu.Unlock()
	if _, err := io.ReadFull(e.Random, b); err != nil {
		panic("read randomness: " + err.Error()) // without chance there is no safe id: stop
	}
}
