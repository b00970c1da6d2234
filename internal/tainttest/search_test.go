package tainttest_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/tainttest"
)

func TestAWordIsFoundInEachForm(t *testing.T) {
	const word = "Zoë <Quillfeather>"
	var utf16 strings.Builder
	utf16.WriteString("\x00")
	for _, r := range word {
		utf16.WriteString(string([]byte{byte(r >> 8), byte(r)}))
	}
	hidden := map[string]string{
		"plain": word, "other case": "zoë <QUILLFEATHER>", "UTF-16": utf16.String(), "UTF-16, the other way": utf16.String()[2:] + "\x00",
		"hex": strings.ToUpper(hex.EncodeToString([]byte(word))), "JSON": `Zo\u00eb <Quillfeather>`, "HTML": "Zoë &lt;quillfeather&gt;",
		"query": url.QueryEscape(word), "path": strings.ToLower(url.PathEscape(word)), "far in": strings.Repeat("x", 1<<20-5) + word,
		"hex of another case": hex.EncodeToString([]byte(strings.ToLower(word))),
	}
	for before := range 3 {
		for how, text := range map[string]string{"": word, " in lower case": strings.ToLower(word)} {
			hidden[fmt.Sprint("base64 after ", before, how)] = base64.StdEncoding.EncodeToString([]byte("abc"[:before] + text + "xyz"))
			hidden[fmt.Sprint("base64 for addresses after ", before, how)] = base64.URLEncoding.EncodeToString([]byte("abc"[:before] + text + "xyz"))
		}
	}
	for form, text := range hidden {
		if _, found := tainttest.Finds([]byte("\xff\x00 before "+text+" after"), word); !found {
			t.Errorf("it is not found as %s", form)
		}
	}
	for _, other := range []string{"", "Zoe Quillfeather", base64.StdEncoding.EncodeToString([]byte("Zoe Quillfeathers"))} {
		if form, found := tainttest.Finds([]byte(other), word); found {
			t.Errorf("it is found in %q as %s", other, form)
		}
	}
}

func TestANumberIsFoundHoweverItIsWritten(t *testing.T) {
	for _, word := range []string{"+447700900654", "07700900654", "7700900654"} {
		for _, written := range []string{
			"+447700900654", "07700 900654", "0044 7700 900 654", "(07700) 900-654", "+44 (0)7700 900654", "07700%20900654", "%2B447700900654", "07700+900654",
			"0 7 7 0 0 9 0 0 6 5 4", "07700.900.654", "07700&nbsp;900654", "tel:+44-7700-900654", hex.EncodeToString([]byte("07700900654")),
		} {
			if _, found := tainttest.Finds([]byte("ring "+written+" now"), word); !found {
				t.Errorf("%s is not found as %s", word, written)
			}
		}
		for _, other := range []string{"…54", "07700 900655", "7700 90065"} {
			if form, found := tainttest.Finds([]byte("ring "+other+" now"), word); found {
				t.Errorf("%s is found in %q as %s", word, other, form)
			}
		}
	}
}

func TestEachWordIsToldByWhatItIs(t *testing.T) {
	s := tainttest.New([]tainttest.Word{{"the address", "9 Zyzzyva Mews"}, {"the number", "+441632960765"}, {"another", "aubergine"}})
	hits := s.In([]byte("go to 9 zyzzyva mews, or ring 01632 960765"))
	if len(hits) != 2 || hits[0].Word.What != "the address" || hits[1].Word.What != "the number" || !strings.Contains(hits[0].Around, "go to 9 zyzzyva mews, or") {
		t.Errorf("%+v", hits)
	}
}
