package storetest_test

import (
	"testing"

	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/tainttest"
)

// What is written in clear is found in all that Bytes gives: else a test that finds nothing would say nothing.
func TestBytesHasWhatIsWritten(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		if err := p.Open(t).SetMeta(t.Context(), "note", "Quillfeather"); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, raw := range p.Bytes(t) {
			if _, found := tainttest.Finds(raw, "Quillfeather"); found {
				places++
			}
		}
		if want := map[bool]int{true: 2, false: 1}[p.File != ""]; places < want { // the -wal and the copy; the table
			t.Errorf("it is found in %d places, want %d", places, want)
		}
	})
}
