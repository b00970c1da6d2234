package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/allclear-safety/allclear/internal/sheet"
)

// utf16le is how Excel writes "Unicode text".
func utf16le(s string) string {
	out := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func TestWhateverProgramWroteTheFile(t *testing.T) {
	for name, file := range map[string]string{
		"commas":            "Name,Mobile\nZoë Nair,07700 900101\n",
		"semicolons":        "Name;Mobile\r\nZoë Nair;07700 900101\r\n",
		"tabs":              "Name\tMobile\nZoë Nair\t07700 900101",
		"bars":              "Name|Mobile\nZoë Nair|07700 900101",
		"a byte-order mark": "\xef\xbb\xbfName,Mobile\nZoë Nair,07700 900101\n",
		"Windows-1252":      "Name;Mobile\nZo\xeb Nair;07700 900101\n",
		"UTF-16":            utf16le("Name\tMobile\nZoë Nair\t07700 900101\n"),
		"sep=":              "sep=;\nName;Mobile\nZoë Nair;07700 900101\n",
		"old Mac lines":     "Name,Mobile\rZoë Nair,07700 900101\r",
		"a title above":     "Staff list\n\nName,Mobile\nZoë Nair,07700 900101\n",
		"quotes, and space": "\"Name\",\"Mobile\"\n\" Zoë\u00a0Nair \",'07700 900101\n",
		"headings again":    "Name,Mobile\nZoë Nair,07700 900101\nName,Mobile\n,\n",
	} {
		got, err := sheet.Read([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Heads, []string{"Name", "Mobile"}) || len(got.Rows) != 1 || !slices.Equal(got.Rows[0].Cells, []string{"Zoë Nair", "07700 900101"}) {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}

func TestARowKnowsItsLine(t *testing.T) {
	got, err := sheet.Read([]byte("Name,Description\nPriya,\"green coat,\ntall\"\n\nSam,grey\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 2 || got.Rows[0].Line != 2 || got.Rows[1].Line != 5 {
		t.Errorf("the rows are %+v", got.Rows)
	}
}

// workbook is an XLSX with the rows given on its second sheet.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	if _, err := f.NewSheet("People"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := f.SetSheetRow("People", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAWorkbook(t *testing.T) {
	got, err := sheet.Read(workbook(t, []any{"Personnel number", "Name", "Changed on", "Mobile"}, []any{10000001, "Priya Nair", 46084, 7700900101}, []any{}, []any{10000002, "Sam Hill"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 2 || !slices.Equal(got.Rows[0].Cells, []string{"10000001", "Priya Nair", "46084", "7700900101"}) || got.Rows[1].Line != 4 {
		t.Errorf("read as %+v", got)
	}
}

func TestWhatIsRefusedIsSaidWithoutWhatStandsInIt(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want error
		says string
	}{
		"nothing":          {" \n", sheet.ErrEmpty, ""},
		"headings alone":   {"Name,Mobile\n", sheet.ErrHeads, ""},
		"too large":        {strings.Repeat("x", sheet.MostBytes+1), sheet.ErrLarge, ""},
		"an old workbook":  {"\xd0\xcf\x11\xe0\xa1\xb1", sheet.ErrOld, ""},
		"an image":         {"\x89PNG\r\n\x00\x00", sheet.ErrKind, ""},
		"no zip at all":    {"PK\x03\x04nothing", sheet.ErrKind, ""},
		"cells too many":   {"Name,Mobile\nPriya,1,secret\n", nil, "line 2: it has more cells than there are headings"},
		"an open quote":    {"Name,Mobile\n\"Priya,1\n", nil, ""},
		"rows too many":    {"Name,Mobile\n" + strings.Repeat("secret,1\n", sheet.MostRows+1), nil, "it has more than 20000 rows"},
		"a cell too long":  {"Name,Mobile\n" + strings.Repeat("secret", 1000) + ",1\n", nil, "line 2: a cell has more than 4000 characters"},
		"columns too many": {strings.Repeat("Name,", sheet.MostColumns) + "Mobile\nsecret\n", nil, "it has more than 200 columns"},
	} {
		_, err := sheet.Read([]byte(test.file))
		switch {
		case err == nil && name != "an open quote":
			t.Errorf("%s: taken", name)
		case err == nil:
		case test.want != nil && !errors.Is(err, test.want), test.says != "" && err.Error() != test.says, strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Name,Mobile\nPriya,07700 900101\n"))
	f.Add([]byte("\xff\xfeN\x00"))
	f.Add(workbook(f, []any{"Name", "Mobile"}, []any{"Priya", 1}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := sheet.Read(raw)
		if err != nil {
			return
		}
		for _, r := range got.Rows {
			if len(r.Cells) != len(got.Heads) || r.Line < 2 {
				t.Fatalf("row %+v under %q", r, got.Heads)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var file bytes.Buffer
	file.WriteString("Personnel number,Name,Mobile\n")
	for i := range 5000 {
		fmt.Fprintf(&file, "%d,Priya Nair,07700 900101\n", i)
	}
	for b.Loop() {
		if _, err := sheet.Read(file.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
