package wording

import (
	"strings"
	"testing"
	"time"
)

func TestTimesCarryTheirDayWhenItIsNotToday(t *testing.T) {
	now := on(21, 15, 15)
	for _, tt := range []struct {
		what string
		t    time.Time
		want string
	}{
		{"today", on(21, 0, 0), "00:00"},
		{"the last minute of today", on(21, 23, 59), "23:59"},
		{"tomorrow", on(22, 0, 0), "Sun 00:00"},
		{"yesterday", on(20, 23, 59), "Fri 23:59"},
		{"in six days", on(27, 9, 0), "Fri 09:00"},
		{"in a week the same weekday would mislead", on(28, 9, 0), "28 Nov 09:00"},
		{"a week ago", on(14, 9, 0), "14 Nov 09:00"},
		{"in another zone", time.Date(2026, 11, 21, 23, 30, 0, 0, time.FixedZone("", -2*3600)), "Sun 01:30"},
		{"in summer", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), "1 Jul 13:00"},
		{"not known", time.Time{}, ""},
	} {
		if got := (Values{Zone: london, Now: now}).clock(tt.t); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
	if got := (Values{Zone: london}).clock(now); got != "21 Nov 15:15" {
		t.Errorf("without knowing today: %q", got)
	}
}

func TestTheHourThatComesTwiceSaysWhich(t *testing.T) {
	night := time.Date(2026, time.October, 25, 0, 30, 0, 0, time.UTC) // 01:30 BST; an hour later it is 01:30 again
	v := Values{Zone: london, Now: night}
	for after, want := range map[time.Duration]string{0: "01:30 BST", time.Hour: "01:30 GMT", -time.Hour: "00:30", 2 * time.Hour: "02:30"} {
		if got := v.clock(night.Add(after)); got != want {
			t.Errorf("%v on: got %q, want %q", after, got, want)
		}
	}
}

func TestPeopleAreCalledByFirstNameAndInitial(t *testing.T) {
	for name, want := range map[string]string{
		"Priya Nair": "Priya N", "Priya N": "Priya N", "Dr Priya Nair": "Priya N", "Mary Jane Smith": "Mary S", "Nair, Priya": "Priya N",
		"Siân ŵyn": "Siân Ŵ", "Cher": "Cher", "Mr Hill": "H", "  Sam   Hill ": "Sam H", "": "", "Jan van der Berg": "Jan B",
		"Mrs. Nair": "N", "Nair,": "N", "Nair, Dr Priya": "Priya N", "Hill, Mr": "H", "Ann O'Neill": "Ann O", "Zoe Ünal": "Zoe Ü", "Zoe U\u0308nal": "Zoe U\u0308",
		"Ola 'Akeem": "Ola A", "Team 7": "Team 7", "Dr": "Dr",
	} {
		if got := Short(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
		if got := Short(Short(name)); got != want {
			t.Errorf("%q shortened twice: %q", name, got)
		}
	}
}

func TestALongFirstNameIsCutAndTheInitialStays(t *testing.T) {
	if got := short("Llanfairpwllgwyngyll Ŵynn", 10); got != "Llanfai. W" {
		t.Errorf("%q", got)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"I’m “in” – till 3…":      "I'm \"in\" - till 3...",
		"Llŷr Ŵyn":                "Llyr Wyn",
		"Łukasz Żółć, Ångström":   "Lukasz Zolc, Ångström",
		"Zoë François":            "Zoe Francois",
		"àèéìòùäöüñß £5 @ ¥€[x]":  "àèéìòùäöüñß £5 @ ¥€[x]",
		"a\u00a0b\u202fc\td":      "a b c d",
		"e\u0301 \u200bz":         "e z",
		"😱 Мария":                 "? ?????",
		"THE Æ AND Œ, þorn Đặng":  "THE Æ AND OE, thorn Dang",
		"soft\u00adhyphen\x00nul": "softhyphennul",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFoldedTextIsAlwaysGSM7(t *testing.T) {
	for r := range rune(0x3000) {
		folded := Fold(string(r))
		if _, gsm7 := Segments(folded); !gsm7 {
			t.Errorf("%U folds to %q", r, folded)
		}
		if Fold(folded) != folded {
			t.Errorf("%U folds to %q, and that to another", r, folded)
		}
	}
}

func TestNoLetterIsFoldedToTwo(t *testing.T) {
	seen := map[rune]string{}
	for _, f := range folded {
		for _, r := range f.others {
			if was, twice := seen[r]; twice {
				t.Errorf("%q folds to %q and %q", r, was, f.plain)
			}
			seen[r] = f.plain
		}
	}
}

func TestSegments(t *testing.T) {
	for _, tt := range []struct {
		s       string
		septets int
		gsm7    bool
	}{
		{"", 0, true}, {"A7F3 15:15", 10, true}, {"£é€", 4, true}, {"[]{}^~|\\", 16, true}, {"ŵ", 0, false}, {"ok 👍", 0, false},
		{strings.Repeat("a", 161), 161, true},
	} {
		if septets, gsm7 := Segments(tt.s); septets != tt.septets || gsm7 != tt.gsm7 {
			t.Errorf("%q: got %d, %v; want %d, %v", tt.s, septets, gsm7, tt.septets, tt.gsm7)
		}
	}
}

func TestATemplateLeavesOutWhatIsNotThere(t *testing.T) {
	v := saturday()
	v.Who = ""
	for template, want := range map[string]string{
		"a[ {who}] b":                   "a b",
		"a[ {ref}[, by {who}].] b":      "a A7F3. b",
		"a< {who}>< c> b":               "a c b",
		"{who}":                         "a colleague",
		"a[ {who}[ {ref}]]< x>":         "a x",
		"[{ref} ]<<{worker}: >>{until}": "A7F3 Priya N: 15:00",
	} {
		if got := write(template, v); got != want {
			t.Errorf("%q: got %q, want %q", template, got, want)
		}
	}
}

func TestWhatHelpsLeastIsLeftOutFirst(t *testing.T) {
	v := saturday()
	v.Link = strings.Repeat("l", 140)
	for template, want := range map[string]string{
		"0123456789< one>< two><< maybe>> {link}":         "0123456789 one two ",
		"0123456789< one>< twenty-one><< maybe>> {link}":  "0123456789 one ",
		"0123456789< number 1>< number 2><<, may>>{link}": "0123456789 number 1",
	} {
		if got := strings.TrimSuffix(write(template, v), v.Link); got != want {
			t.Errorf("%q: got %q, want %q", template, got, want)
		}
	}
}

func TestThePackageKeepsEveryTableWhole(t *testing.T) {
	for n, template := range toResponders {
		if strings.Count(template, "[") != strings.Count(template, "]") || strings.Count(template, "<") != strings.Count(template, ">") {
			t.Errorf("%s has a mark without its pair: %q", n, template)
		}
		if !strings.HasPrefix(template, "[{ref} ]{at}") {
			t.Errorf("%s does not begin with the reference and the time: %q", n, template)
		}
	}
}
