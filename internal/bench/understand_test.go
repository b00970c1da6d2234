package bench

import (
	"strings"
	"testing"
	"time"
)

func TestTextsUnderstoodAreCounted(t *testing.T) {
	t.Parallel()
	file := `{"id":"t1","now":"2026-02-03T15:10","state":"inside","start":"15:00","end":"16:00","text":"OUT"}` + "\n\n"
	figures, err := Understand(t.Context(), Options{}, UnderstandSize{Lines: []byte(file), For: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 4 || figures[0].Value != "1" || figures[1].Value == "0/s" || figures[2].Target != "at least 50,000/s" {
		t.Errorf("the figures are %+v", figures)
	}
}

func TestAFileThatIsNoTextsIsRefused(t *testing.T) {
	t.Parallel()
	for file, says := range map[string]string{"\n": "no texts", "OUT\n": "line 1: read line"} {
		_, err := Understand(t.Context(), Options{}, UnderstandSize{Lines: []byte(file), For: time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestWithoutAFileTheExamplesAreRead(t *testing.T) {
	t.Parallel()
	texts, err := textsOf(nil)
	if err != nil || len(texts) < 100 {
		t.Errorf("%d texts, %v", len(texts), err)
	}
}
