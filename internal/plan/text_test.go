package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEverySectionHasItsStandardText(t *testing.T) {
	if len(Sections()) != 6 || len(standard) != 6 {
		t.Fatalf("a plan has six sections, these are %d of %d", len(Sections()), len(standard))
	}
	for _, section := range Sections() {
		text := section.Text()
		if text.Title == "" || text.About == "" || text.Lead == "" || len(text.Paragraphs) == 0 {
			t.Errorf("section %s lacks some of its text: %+v", section, text)
		}
	}
}

func TestWordsAreKeptWithoutSpaceAroundThem(t *testing.T) {
	got := Words{Calendar: " We share.\r\nAll of us. \n", Debriefing: " \n "}.Trimmed()
	if want := (Words{Calendar: "We share.\nAll of us."}); !cmp.Equal(got, want) {
		t.Errorf("trimmed to %q", got)
	}
}

func TestWordsHaveBounds(t *testing.T) {
	if p := (Words{CheckingIn: strings.Repeat("ŵ", longestWords)}).Problems(); p != nil {
		t.Errorf("words of the longest length are refused: %v", p)
	}
	long := Words{CheckingIn: strings.Repeat("w", longestWords+1), "seventh": "x"}.Problems()
	if len(long) != 2 || long[0].Field != "words.checking_in" || long[1].Field != "words" {
		t.Errorf("too long words and a seventh section are %v", long)
	}
}
