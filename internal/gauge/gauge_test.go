package gauge_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/allclear-safety/allclear/internal/gauge"
)

var small = gauge.Bounds{Tag: 60, Text: 20, Depth: 3, Elements: 5}

func TestWhatIsWithinTheBoundsComesThrough(t *testing.T) {
	for _, given := range []string{
		"", "no markup", "<a/>", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a b="1>2" c='"'>text<d/><e><f>x</f></e><!-- <g><g><g><g> --></a>`,
		"<a><![CDATA[<b><b><b><b>]]></a>", "<a></a><a></a><a></a><a></a><a></a>", `<?xml version='1.0' encoding='utf-8'?><a/>`,
	} {
		got, err := io.ReadAll(small.Reader(iotest.OneByteReader(strings.NewReader(given))))
		if err != nil || string(got) != given {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
}

func TestWhatIsMoreIsLeftThere(t *testing.T) {
	for name, test := range map[string]struct {
		given string
		want  error
	}{
		"a long tag":                   {"<a " + strings.Repeat(`b="" `, 20), gauge.ErrMuch},
		"a long value":                 {`<a b="` + strings.Repeat(`>`, 80), gauge.ErrMuch},
		"a long text":                  {"<a>" + strings.Repeat("x", 21), gauge.ErrMuch},
		"a long raw text":              {"<a><![CDATA[" + strings.Repeat("]", 21), gauge.ErrMuch},
		"a long comment":               {"<!--" + strings.Repeat("-", 80), gauge.ErrMuch},
		"a long instruction":           {"<?" + strings.Repeat("x", 80), gauge.ErrMuch},
		"a long end":                   {"<a></a" + strings.Repeat(" ", 80), gauge.ErrMuch},
		"too deep":                     {"<a><a><a><a>", gauge.ErrMuch},
		"too many":                     {"<a/><a/><a/><a/><a/><a/>", gauge.ErrMuch},
		"types":                        {`<!DOCTYPE a [<!ENTITY b "c">]><a/>`, gauge.ErrForeign},
		"types within":                 {`<a><!ELEMENT b></a>`, gauge.ErrForeign},
		"another encoding":             {`<?xml version="1.0" encoding="UTF-7"?>`, gauge.ErrForeign},
		"one that only looks like one": {`<?xml encoding="UTF-7" x="utf-8"?>`, gauge.ErrForeign},
		"two of them":                  {`<?xml encoding="utf-8" encoding="UTF-7"?>`, gauge.ErrForeign},
	} {
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(test.given), "by the byte": iotest.OneByteReader(strings.NewReader(test.given))} {
			if _, err := io.ReadAll(small.Reader(r)); !errors.Is(err, test.want) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
	}
}

// What the decoder takes for elements, text and depth is never more than the gauge counted.
func FuzzBounds(f *testing.F) {
	f.Add([]byte(`<a b="1>2"><c/><!-- x --><![CDATA[y]]></a>`))
	f.Add([]byte(`<a><a><a><a>`))
	f.Add([]byte(`<?xml version="1.0"?><a b='"'/>`))
	f.Fuzz(func(t *testing.T, given []byte) {
		d := xml.NewDecoder(small.Reader(bytes.NewReader(given)))
		depth, elements := 0, 0
		for {
			token, err := d.Token()
			if err != nil {
				return
			}
			switch token := token.(type) {
			case xml.StartElement:
				depth++
				elements++
			case xml.EndElement:
				depth--
			case xml.CharData:
				if len(token) > 2*small.Text { // what is no UTF-8 grows to U+FFFD
					t.Fatalf("%q: a text of %d bytes", given, len(token))
				}
			case xml.Directive:
				t.Fatalf("%q: a declaration", given)
			}
			if depth > small.Depth+1 || elements > small.Elements { // an empty element opens none
				t.Fatalf("%q: %d elements, %d deep", given, elements, depth)
			}
		}
	})
}
