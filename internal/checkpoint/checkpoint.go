// Package checkpoint writes and reads the heads of the record that are kept outside: whoever holds one can tell later whether the record is
// still the one it was made of, even when whoever rewrote it had the master key.
//
// A checkpoint is a signed note (C2SP signed-note) of four lines: the installation's name, the record's number, the head at that number in
// base64, and the instant as RFC 3339. The signature is Ed25519.
package checkpoint

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint is what an installation's record was at an instant.
type Checkpoint struct {
	Origin string // the installation's name: without spaces and +
	N      int64  // how many entries were sealed
	Head   []byte
	At     time.Time
	Line   int // where Read found it; 0: nowhere
}

// signer is an Ed25519 key as the note package takes it.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }

// Sign gives the checkpoint as a signed note. The error says that the origin can't be a key's name.
func (c Checkpoint) Sign(key ed25519.PrivateKey) ([]byte, error) {
	verifier, err := verifier(c.Origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", c.Origin, c.N, base64.StdEncoding.EncodeToString(c.Head), c.At.UTC().Format(time.RFC3339))
	signed, err := note.Sign(&note.Note{Text: text}, signer{verifier, key})
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// Verifier gives the public key under the installation's name, as a line that can be handed to an auditor.
func Verifier(origin string, key ed25519.PublicKey) (string, error) {
	line, err := note.NewEd25519VerifierKey(origin, key)
	if err != nil {
		return "", fmt.Errorf("name the key of %s: %w", origin, err)
	}
	return line, nil
}

func verifier(origin string, key ed25519.PublicKey) (note.Verifier, error) {
	line, err := Verifier(origin, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(line)
}

// By checks signatures. It is made by Key or by Line.
type By func(origin string) (note.Verifier, error)

// Key checks against a public key, whatever the installation was called when it signed: its public address may have changed.
func Key(key ed25519.PublicKey) By {
	return func(origin string) (note.Verifier, error) { return verifier(origin, key) }
}

// Line checks against a verifier's line, its name included.
func Line(line string) (By, error) {
	v, err := note.NewVerifier(line)
	if err != nil {
		return nil, errors.New("not a verifier key; it is the line that allclear audit key prints")
	}
	return func(string) (note.Verifier, error) { return v, nil }, nil
}

// Parse reads a signed note and checks its signature.
func Parse(signed []byte, by By) (c Checkpoint, err error) {
	origin, _, _ := strings.Cut(string(signed), "\n")
	v, err := by(origin)
	if err != nil {
		return c, errors.New("its first line is no installation's name")
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		if _, unsigned := errors.AsType[*note.UnverifiedNoteError](err); unsigned {
			return c, errors.New("it is signed by another key")
		}
		return c, errors.New("it is no signed note, or its signature is wrong")
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) != 4 || lines[0] != v.Name() {
		return c, errors.New("it is signed, and is not a checkpoint of " + v.Name())
	}
	c.Origin = lines[0]
	var bad [3]error
	c.N, bad[0] = strconv.ParseInt(lines[1], 10, 64)
	c.Head, bad[1] = base64.StdEncoding.DecodeString(lines[2])
	c.At, bad[2] = time.Parse(time.RFC3339, lines[3])
	if errors.Join(bad[:]...) != nil || c.N < 1 {
		return c, errors.New("it is signed, and is not a checkpoint: a number, a head and an instant")
	}
	return c, nil
}

// Read reads a file of checkpoints, one after the other with empty lines between them. The error names the line of the first that is bad.
func Read(from io.Reader, by By) (list []Checkpoint, err error) {
	var text strings.Builder
	begins, signed := 0, false
	end := func() error {
		if text.Len() == 0 {
			return nil
		}
		c, err := Parse([]byte(text.String()), by)
		if err != nil {
			return fmt.Errorf("checkpoint in line %d: %w", begins, err)
		}
		c.Line = begins
		list = append(list, c)
		text.Reset()
		signed = false
		return nil
	}
	lines := bufio.NewScanner(from)
	for at := 1; lines.Scan(); at++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		signature := strings.HasPrefix(line, "— ")
		if signed && !signature { // the signatures are a note's last lines
			if err := end(); err != nil {
				return nil, err
			}
		}
		if text.Len() == 0 {
			if line == "" {
				continue
			}
			begins = at
		}
		signed = signed || signature
		text.WriteString(line + "\n")
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return list, end()
}
