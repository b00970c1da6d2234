package checkpoint_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkpoint"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func key(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func signed(t *testing.T, n int64, k ed25519.PrivateKey) string {
	t.Helper()
	text, err := checkpoint.Checkpoint{Origin: "allclear.example.org", N: n, Head: []byte{1, 2, 3}, At: noon}.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestACheckpointIsASignedNoteOfFourLines(t *testing.T) {
	text := signed(t, 12, key(1))
	if !strings.HasPrefix(text, "allclear.example.org\n12\nAQID\n2026-11-22T12:00:00Z\n\n— allclear.example.org ") {
		t.Errorf("it is %s", text)
	}
	line, err := checkpoint.Verifier("allclear.example.org", key(1).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	byLine, err := checkpoint.Line(line)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []checkpoint.By{byLine, checkpoint.Key(key(1).Public().(ed25519.PublicKey))} {
		list, err := checkpoint.Read(strings.NewReader(text+"\n"+signed(t, 13, key(1))+signed(t, 14, key(1))+"\n\n"), by)
		if err != nil || len(list) != 3 || list[1].N != 13 || list[1].Line != 8 || list[2].N != 14 || !list[0].At.Equal(noon) || !bytes.Equal(list[0].Head, []byte{1, 2, 3}) {
			t.Errorf("read %+v, %v", list, err)
		}
	}
}

func TestABadCheckpointIsNamedByItsLine(t *testing.T) {
	good := signed(t, 12, key(1)) + "\n"
	by := checkpoint.Key(key(1).Public().(ed25519.PublicKey))
	for name, bad := range map[string]string{
		"another key":        signed(t, 13, key(2)),
		"another number":     strings.Replace(signed(t, 13, key(1)), "\n13\n", "\n14\n", 1),
		"another head":       strings.Replace(signed(t, 13, key(1)), "AQID", "AQIE", 1),
		"another instant":    strings.Replace(signed(t, 13, key(1)), "12:00", "13:00", 1),
		"another name":       strings.ReplaceAll(signed(t, 13, key(1)), "allclear.example.org", "other.example.org"),
		"no number":          signed(t, 0, key(1)),
		"cut off":            signed(t, 13, key(1))[:40],
		"no note at all":     "hello\n",
		"no name to be sure": "a b\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := checkpoint.Read(strings.NewReader(good+bad), by); err == nil || !strings.HasPrefix(err.Error(), "checkpoint in line 8: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := checkpoint.Line("allclear.example.org+1+x"); err == nil {
		t.Error("it is no key")
	}
}
