package plan

import "testing"

func TestWhatIsHiddenInWordsIsFound(t *testing.T) {
	for words, is := range map[string]struct{ plain, oneLine bool }{
		"Siân Ŵyn, 👩\u200d⚕️ and more":   {true, true},
		"two\nlines\r\nand\ta tab":       {true, false},
		"a line\u2028that ends, unseen":  {true, false},
		"a paragraph\u2029too":           {true, false},
		"J\u202eSmith":                   {false, false},
		"in\u2067side\u2069":             {false, false},
		"a bell\a":                       {false, false},
		"no character \ufffe at all":     {false, false},
		"nor \U0001ffff here":            {false, false},
		"broken \xff":                    {false, false},
		"a mark that was there: \ufffd.": {true, true},
	} {
		if Plain(words) != is.plain || OneLine(words) != is.oneLine {
			t.Errorf("%q: plain %v, on one line %v", words, Plain(words), OneLine(words))
		}
	}
}
