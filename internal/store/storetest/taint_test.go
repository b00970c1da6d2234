package storetest_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestAWordIsFoundInEachForm(t *testing.T) {
	const word = "Zoë Quillfeather"
	var utf16 strings.Builder
	utf16.WriteString("\x00")
	for _, r := range word {
		utf16.WriteString(string([]byte{byte(r >> 8), byte(r)}))
	}
	hidden := map[string]string{
		"plain": word, "other case": "zoë QUILLFEATHER", "UTF-16": utf16.String(), "UTF-16, the other way": utf16.String()[2:] + "\x00",
		"hex": strings.ToUpper(hex.EncodeToString([]byte(word))), "JSON": `Zo\u00eb Quillfeather`,
	}
	for before := range 3 {
		text := []byte("abc"[:before] + word + "xyz")
		hidden[fmt.Sprint("base64 after ", before)] = base64.StdEncoding.EncodeToString(text)
		hidden[fmt.Sprint("base64 for addresses after ", before)] = base64.URLEncoding.EncodeToString(text)
	}
	for form, text := range hidden {
		if _, found := storetest.Finds([]byte("\xff\x00 before "+text+" after"), word); !found {
			t.Errorf("it is not found as %s", form)
		}
	}
	for _, other := range []string{"", "Zoe Quillfeather", base64.StdEncoding.EncodeToString([]byte("Zoe Quillfeathers"))} {
		if form, found := storetest.Finds([]byte(other), word); found {
			t.Errorf("it is found in %q as %s", other, form)
		}
	}
}

// What is written in clear is found in all that Bytes gives: else a test that finds nothing would say nothing.
func TestBytesHasWhatIsWritten(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		if err := p.Open(t).SetMeta(t.Context(), "note", "Quillfeather"); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, raw := range p.Bytes(t) {
			if _, found := storetest.Finds(raw, "Quillfeather"); found {
				places++
			}
		}
		if want := map[bool]int{true: 2, false: 1}[p.File != ""]; places < want { // the -wal and the copy; the table
			t.Errorf("it is found in %d places, want %d", places, want)
		}
	})
}
