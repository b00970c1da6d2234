package phone_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return n
}

func TestOneNumberHoweverItIsWritten(t *testing.T) {
	const priya = "+447700900101"
	for _, s := range []string{
		"07700900101", "07700 900101", " 07700 900 101 ", "07700-900-101", "07700.900.101", "(07700) 900101", "[07700] 900101", "07700/900101",
		"+447700900101", "+44 7700 900101", "+44 (0)7700 900101", "+44(0) 7700 900 101", "+4407700900101",
		"0044 7700 900101", "0044 (0)7700 900101", "00447700900101",
		"447700900101", "44 7700 900101", "4407700900101",
		"0+447700900101", "00+44 7700 900101", "(+44) 7700 900101",
		"7700900101",                   // a spreadsheet ate the 0
		"07700\u00a0900101",            // a no-break space
		"07700‑900101", "07700–900101", // a no-break hyphen, an en dash
		"\u202a+44 7700 900101\u202c", // copied out of an address book
		"07700\t900101",
	} {
		if got := number(t, s).E164(); got != priya {
			t.Errorf("Parse(%q) is %s, want %s", s, got, priya)
		}
	}
}

func TestNumbersThatAreTaken(t *testing.T) {
	for _, test := range []struct {
		s, e164 string
		mobile  bool
		spoken  string
	}{
		{"07700 900101", "+447700900101", true, "0 7 7 0 0, 9 0 0 1 0 1"},
		{"01632 960101", "+441632960101", false, "0 1 6 3 2, 9 6 0 1 0 1"},
		{"020 7946 0101", "+442079460101", false, "0 2 0, 7 9 4 6, 0 1 0 1"},
		{"01452 425000", "+441452425000", false, "0 1 4 5 2, 4 2 5 0 0 0"},
		{"016977 2345", "+44169772345", false, "0 1 6 9 7 7, 2 3 4 5"}, // nine digits, as a few places still have
		{"07911 123456", "+447911123456", true, "0 7 9 1 1, 1 2 3 4 5 6"},
		{"07012 345678", "+447012345678", false, "0 7 0, 1 2 3 4, 5 6 7 8"},  // a personal number, not a mobile
		{"07640 123456", "+447640123456", false, "0 7 6, 4 0 1 2, 3 4 5 6"},  // a pager
		{"07624 900101", "+447624900101", true, "0 7 6 2 4, 9 0 0 1 0 1"},    // the Isle of Man
		{"0800 1111", "+448001111", false, "0 8 0 0, 1 1 1 1"},               // Childline
		{"0300 123 1234", "+443001231234", false, "0 3 0 0, 1 2 3, 1 2 3 4"}, // a council
		{"+353 86 123 4567", "+353861234567", true, "plus 3 5 3, 8 6, 1 2 3, 4 5 6 7"},
		{"+353 (0)86 123 4567", "+353861234567", true, "plus 3 5 3, 8 6, 1 2 3, 4 5 6 7"},
		{"00353 1 234 5678", "+35312345678", false, "plus 3 5 3, 1, 2 3 4, 5 6 7 8"},
		{"+1 212 555 0123", "+12125550123", true, "plus 1, 2 1 2, 5 5 5, 0 1 2 3"},
		{"+39 06 1234 5678", "+390612345678", false, "plus 3 9, 0 6, 1 2 3 4, 5 6 7 8"}, // Italy keeps its 0
	} {
		n := number(t, test.s)
		if n.E164() != test.e164 {
			t.Errorf("%s is %s, want %s", test.s, n.E164(), test.e164)
		}
		if n.Mobile() != test.mobile {
			t.Errorf("%s: mobile %v, want %v", test.s, n.Mobile(), test.mobile)
		}
		if n.Spoken() != test.spoken {
			t.Errorf("%s is spoken %q, want %q", test.s, n.Spoken(), test.spoken)
		}
	}
}

func TestNumbersThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		why  error
		says []string
	}{
		{phone.ErrEmpty, []string{"", " ", "+", "-", "()"}},
		{phone.ErrLong, []string{strings.Repeat("0", 41), "07700900101" + strings.Repeat(" ", 30), strings.Repeat("…", 41), strings.Repeat("07700900101 ", 10_000)}},
		{phone.ErrExtension, []string{"07700900101x2", "07700 900101 ext 2", "01632 960101 Ext. 12", "01632 960101 #2", "01632960101;ext=2", "01632960101,2", "01632 960101 X2"}},
		{phone.ErrLetters, []string{"Ravi", "ALLCLEAR", "0800 REVERSE", "07700 900101 Ravi", "O7700 900101", "x2", "tel:07700900101", "٠٧٧٠٠٩٠٠١٠١", "07700\n900101", "07700\x00900101", "\xff07700900101", "07700 900101 or 07700 900102"}},
		{phone.ErrPlus, []string{"07700+900101", "++447700900101", "000+447700900101", "+44+7700900101", "44+7700900101"}},
		{phone.ErrShort, []string{"999", "112", "101", "111", "+44999", "0044999", "60777", "84433", "118118", "1", "0", "00", "960101", "496 0123", "+44 7700 900", "07700 90010", "+4477009001", "123", "+353 1"}},
		{phone.ErrDigits, []string{"07700 9001011", "077009001010770090010107700900101", "+447700900101447700900101", "353861234567", "00000000000", "000000000000", "+999 123 4567"}},
	} {
		for _, s := range test.says {
			n, err := phone.Parse(s)
			if !errors.Is(err, test.why) || !n.IsZero() {
				t.Errorf("Parse(%.30q) gives %v, %v; want %v", s, n, err, test.why)
			}
		}
	}
}

func TestNoErrorTellsADigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("0123456789+ ()-x#aé"))).Draw(t, "number")
		if _, err := phone.Parse(s); err != nil && strings.ContainsAny(err.Error(), "0123456789") {
			t.Fatalf("Parse(%q) says %q", s, err)
		}
	})
}

func TestWhatIsTakenIsTakenAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`(\+|00|0|44|\+44|0044|\+353|\+447|07)[0-9 ]{4,14}`).Draw(t, "number")
		n, err := phone.Parse(s)
		if err != nil {
			t.Skip("refused")
		}
		again, err := phone.Parse(n.E164())
		if err != nil || again != n {
			t.Fatalf("Parse(%q) is %s, which parses as %s, %v", s, n.E164(), again.E164(), err)
		}
		if national, err := phone.Parse(n.National()); err != nil || national != n {
			t.Fatalf("%s is written %q, which parses as %s, %v", n.E164(), n.National(), national.E164(), err)
		}
		if digits := strings.Trim(n.E164(), "+0123456789"); digits != "" || n.E164()[0] != '+' || len(n.E164()) > 18 {
			t.Fatalf("Parse(%q) is %q, which is not E.164", s, n.E164())
		}
	})
}

func TestTheFastPathIsTheSlowPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := "+447" + rapid.StringMatching(`[0-9]{9}`).Draw(t, "rest")
		parsed, err := phonenumbers.Parse(s, "GB")
		if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
			t.Fatalf("the library refuses %s", s)
		}
		slow := phonenumbers.Format(parsed, phonenumbers.E164)
		fast, err := phone.Parse(s)
		if err != nil || fast.E164() != slow {
			t.Fatalf("Parse(%s) is %s, %v; the library has %s", s, fast.E164(), err, slow)
		}
		if spaced, err := phone.Parse("+44 7" + s[4:]); err != nil || spaced != fast {
			t.Fatalf("%s with a space is %s, %v", s, spaced.E164(), err)
		}
	})
}

func TestNumbersAreComparable(t *testing.T) {
	a, b, other := number(t, "07700 900101"), number(t, "+44 7700 900101"), number(t, "07700 900102")
	if a != b || !a.Equal(b) || a == other || a.Equal(other) {
		t.Error("numbers are not equal when, and only when, they dial the same")
	}
	if held := map[phone.Number]string{a: "p-priya"}; held[b] != "p-priya" {
		t.Error("a number is not found by itself")
	}
}

func TestNoNumber(t *testing.T) {
	var none phone.Number
	if !none.IsZero() || none.E164() != "" || none.National() != "" || none.Spoken() != "" {
		t.Errorf("no number has E164 %q, National %q, Spoken %q", none.E164(), none.National(), none.Spoken())
	}
	if none.Mobile() {
		t.Error("no number is a mobile")
	}
	if got := fmt.Sprint(none); got != "no number" {
		t.Errorf("no number prints %q", got)
	}
	if number(t, "07700 900101").IsZero() {
		t.Error("a number is no number")
	}
}

func TestPrintingShowsTwoDigits(t *testing.T) {
	n := number(t, "07700 900123")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, n); got != "…23" {
			t.Errorf("%s prints %s, want …23", verb, got)
		}
	}
	if n.GoString() != "…23" {
		t.Errorf("GoString is %s", n.GoString())
	}
	raw, err := json.Marshal(map[phone.Number]phone.Number{n: n})
	if err != nil || string(raw) != `{"…23":"…23"}` {
		t.Errorf("json gives %s, %v", raw, err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("told", "to", n)
	if !strings.Contains(log.String(), "…23") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestNothingPrintsTheNumber(t *testing.T) {
	n := number(t, "07700 900123")
	type person struct {
		ID     string
		mobile phone.Number
	}
	var log bytes.Buffer
	for _, holder := range []any{n, &n, person{"p-priya", n}, &person{"p-priya", n}, []phone.Number{n}, map[phone.Number]phone.Number{n: n},
		fmt.Errorf("text %v: %w", n, errors.New("refused"))} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p", "%T"} {
			fmt.Fprintf(&log, verb+"\n", holder)
		}
		slog.New(slog.NewJSONHandler(&log, nil)).Info("told", "to", holder)
		slog.New(slog.NewTextHandler(&log, nil)).Info("told", "to", holder)
	}
	for _, leak := range []string{"7700", "900123", fmt.Sprintf("%x", "900123")} {
		if strings.Contains(log.String(), leak) {
			t.Errorf("%s was printed in\n%s", leak, log.String())
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, s := range []string{"+447700900101", "07700 900101"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := phone.Parse(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
