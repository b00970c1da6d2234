package docx

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Bodies of a few kB in a file that would be gigabytes to whoever reads them as they say.
func bombs(n int) map[string]string {
	return map[string]string{
		"elements in each other, passed over": "<w:p><w:pPr>" + strings.Repeat("<a>", 400*n),
		"elements in each other":              "<w:p>" + strings.Repeat("<a>", 400*n),
		"attributes without end":              "<w:p " + strings.Repeat(`a="" `, 450_000*n) + "/>",
		"one long value":                      `<w:p a="` + strings.Repeat("a", 3<<20*n) + `"/>`,
		"one long text":                       "<w:p><w:pPr>" + strings.Repeat("a", 3<<20*n) + "</w:pPr></w:p>",
		"one long comment":                    "<!--" + strings.Repeat("a", 3<<20*n) + "-->",
		"elements side by side":               "<w:p>" + strings.Repeat("<w:r/>", 2_100_000) + "</w:p>",
		"elements side by side, passed over":  "<w:p><w:pPr>" + strings.Repeat("<a/>", 2_100_000) + "</w:pPr></w:p>",
	}
}

func TestASmallDocumentThatIsHugeInsideIsRefused(t *testing.T) {
	for name, body := range bombs(1) {
		raw := file(t, body)
		if _, err := Read(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, isTooLong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADocumentDeclaresNothing(t *testing.T) {
	for name, part := range map[string]string{"types": `<!DOCTYPE a><w:document/>`, "types within": `<a><!ENTITY b "c"></a>`, "an encoding": `<?xml version="1.0" encoding="UTF-7"?><a/>`} {
		raw := zipped(t, "word/document.xml", part)
		if _, err := Read(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, isDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkBombs(b *testing.B) {
	for name, body := range bombs(10) {
		raw := file(b, body)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Read(bytes.NewReader(raw), int64(len(raw)))
			}
		})
	}
}
