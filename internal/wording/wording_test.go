package wording

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/sentences.txt anew")

// notices lists the constants of type Notice in a source file, in its order.
func notices(t *testing.T, file string) []watch.Notice {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []watch.Notice
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is || spec.Type == nil || len(spec.Values) == 0 {
			return true
		}
		name := ""
		switch typ := spec.Type.(type) {
		case *ast.Ident:
			name = typ.Name
		case *ast.SelectorExpr:
			name = typ.Sel.Name
		}
		if lit, is := spec.Values[0].(*ast.BasicLit); is && name == "Notice" {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, watch.Notice(s))
		}
		return true
	})
	return all
}

func allNotices(t *testing.T) []watch.Notice {
	all := slices.Concat(notices(t, "../watch/effect.go"), notices(t, "system.go"), notices(t, "invites.go"))
	if len(all) < 60 {
		t.Fatalf("found only %d notices", len(all))
	}
	return all
}

var london = func() *time.Location {
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return z
}()

// on is a time in the weekend that the examples are set in.
func on(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, london)
}

// saturday is an ordinary Saturday's visit, from 14:00 to 15:00, of which nothing was heard.
func saturday() Values {
	return Values{
		Zone: london, Now: on(21, 15, 15), At: on(21, 15, 15), Begin: on(21, 14, 0), Until: on(21, 15, 0), Due: on(21, 15, 15),
		Worker: "Priya Nair", Who: "Sam Hill", Reference: "A7F3", Round: 1,
		Among:   []Visit{{"A7F3", on(21, 14, 0), on(21, 15, 0)}, {"B2K9", on(21, 16, 0), on(21, 17, 0)}},
		Missing: []string{"car registration", "home phone"},
		Name:    private.New("Jane"), Asked: private.New("Scarlett"), Count: 8, Link: "https://allclear.example.org/a/4h7kq2", Number: "01632 960000",
		Code: private.New("204816"), Tail: private.New("23"),
	}
}

// hardest has the longest of everything, and letters that a text lacks.
func hardest() Values {
	v := saturday()
	v.Now, v.At, v.Begin, v.Until, v.Due, v.Since = on(30, 23, 59), on(21, 15, 15), on(21, 22, 10), on(22, 10, 20), on(21, 15, 10), on(21, 15, 10)
	v.Worker = "Llŷrgwyndâfŵenllïanaëlwynïonŵydd‐Gwŷnfôr Ŵynn" // 40 letters, and a surname
	v.Who = "Ŵyńńîfrëdóbârtholomëŵsonąćęłńóśźżŷŵâêîôû Żółć"
	v.Name, v.Asked = private.New(strings.Repeat("Ŷ", 40)), private.New(strings.Repeat("ŵ", 40))
	v.Link = "https://allclear.out-of-hours.county-council.example/a/4h7kq" // 60 letters
	v.Round, v.Unsure, v.Rehearsal, v.Late = 12, true, true, 26*time.Hour+59*time.Minute
	v.Number = "+44 1632 960000"
	for i := range 40 {
		v.Among = append(v.Among, Visit{fmt.Sprintf("Z%03d", i), on(22, 14, 0), on(22, 15, 0)})
		v.Missing = append(v.Missing, "vehicle registration and colour")
	}
	return v
}

func TestEveryNoticeHasASentence(t *testing.T) {
	for _, n := range allNotices(t) {
		if n != ShiftVisits && template(n, Values{}) == unknown {
			t.Errorf("nothing says %q", n)
		}
	}
}

func TestEverySentenceIsForANoticeThatThereIs(t *testing.T) {
	all := allNotices(t)
	for _, table := range []map[watch.Notice]string{toResponders, toWorkers, ofTheSystem, ofInvites, spoken} {
		for n := range table {
			if !slices.Contains(all, n) {
				t.Errorf("%q is said, but never happens", n)
			}
		}
	}
}

// fixed are the answers whose words the team's plan or rule 4 gives: they hold neither time nor reference.
var fixed = []watch.Notice{watch.ReplyAsk, watch.ReplyFound, watch.ReplyGotMessage}

func TestTheHardestValuesFitOneText(t *testing.T) {
	for _, n := range allNotices(t) {
		t.Run(string(n), func(t *testing.T) {
			v := hardest()
			text := Text(n, v)
			mustFit(t, text)
			if !strings.HasPrefix(text, "REHEARSAL ") {
				t.Errorf("a rehearsal is not marked first: %q", text)
			}
			if strings.Contains(template(n, v), "{link}") && !strings.Contains(text, v.Link) {
				t.Errorf("the link is not whole: %q", text)
			}
			if slices.Contains(fixed, n) {
				return
			}
			if !strings.Contains(text, ":15") && !strings.Contains(text, ":10") && !strings.Contains(text, ":20") {
				t.Errorf("tells no time: %q", text)
			}
			if strings.Contains(template(n, v), "{ref}") && !strings.Contains(text, "A7F3") {
				t.Errorf("the reference was lost: %q", text)
			}
		})
	}
}

// What a plan answers in its own words fits too, with the longest that it may be: the plan's own bound is held against this.
func TestTheLongestAnswerOfAPlanFitsOneText(t *testing.T) {
	v := hardest()
	v.Answer = strings.Repeat("a", 95) + " NAME"
	text := Text(watch.ReplyAsk, v)
	mustFit(t, text)
	if !strings.HasPrefix(text, "REHEARSAL aaa") || strings.Contains(text, "NAME") || strings.HasSuffix(text, " ") {
		t.Errorf("it says %q", text)
	}
	if s := (plan.Settings{AskAnswer: v.Answer + "."}); len(v.Answer) != 100 || !slices.ContainsFunc(s.Problems(false), func(p plan.Problem) bool { return p.Field == "plan.ask_answer" }) {
		t.Error("a plan may have longer ones")
	}
	if own := Text(watch.ReplyAsk, Values{Answer: "OK, asking NAME.", Name: private.New("Jane")}); own != "OK, asking Jane." {
		t.Errorf("it says %q", own)
	}
}

func mustFit(t *testing.T, text string) {
	t.Helper()
	septets, gsm7 := Segments(text)
	if !gsm7 || septets > 160 {
		t.Errorf("%d septets, GSM-7 %v: %q", septets, gsm7, text)
	}
	if strings.ContainsAny(text, "!{}<>[]\n") || strings.Contains(text, "  ") {
		t.Errorf("ill written: %q", text)
	}
}

func TestNoValuesAtAllStillMakeAText(t *testing.T) {
	for _, n := range allNotices(t) {
		mustFit(t, Text(n, Values{}))
	}
}

func TestEachValueAtItsWorstStillMakesAText(t *testing.T) {
	for _, bad := range []string{strings.Repeat("x ", 400), "😱😱😱", "\x00\n\r", "محمد", strings.Repeat("€", 300), "a\nhttps://elsewhere.example"} {
		v := saturday()
		v.Worker, v.Who, v.Reference, v.Number = bad, bad, bad, bad
		v.Name, v.Asked, v.Missing = private.New(bad), private.New(bad), []string{bad, bad}
		v.Among = []Visit{{Reference: bad}}
		for _, n := range allNotices(t) {
			text := Text(n, v)
			if septets, gsm7 := Segments(text); !gsm7 || septets > 160 || strings.Contains(text, "\n") {
				t.Errorf("%s: %d septets: %q", n, septets, text)
			}
		}
	}
}

func TestALinkThatDoesNotFitIsLeftOutWhole(t *testing.T) {
	v := saturday()
	v.Link = "https://" + strings.Repeat("l", 150)
	if text := Text(watch.TellDuress, v); strings.Contains(text, "lll") || !strings.HasPrefix(text, "A7F3 15:15: CALL 999 now. ") {
		t.Errorf("%q", text)
	}
	v.Link = "https://" + strings.Repeat("l", 105)
	if text := Text(watch.TellDuress, v); !strings.HasSuffix(text, " "+strings.Repeat("l", 105)) {
		t.Errorf("without https:// the link would have fitted: %q", text)
	}
}

func TestDangerSaysNotToRingWhateverTheName(t *testing.T) {
	for _, n := range []watch.Notice{watch.TellDuress, watch.TellDistress, watch.TellMention} {
		v := saturday()
		v.Worker, v.Rehearsal, v.Round = hardest().Worker, true, 12
		if text := Text(n, v); !strings.Contains(text, "Do not ring or text them.") {
			t.Errorf("%q", text)
		}
	}
}

// Whoever opens the link must not look there for an address that nobody knows.
func TestNoAddressIsPromisedWhereNoneIsKnown(t *testing.T) {
	for _, n := range []watch.Notice{watch.TellDistress, watch.TellDuress, watch.TellMention} {
		for _, v := range []Values{saturday(), hardest()} {
			v.Nowhere = true
			text := Text(n, v)
			mustFit(t, text)
			if strings.Contains(strings.ToLower(text), "address") {
				t.Errorf("%s: %s", n, text)
			}
			if said := Speech(n, v, 4); strings.Contains(said, "address") {
				t.Errorf("%s is said %q", n, said)
			}
		}
		if text := Text(n, saturday()); !strings.Contains(strings.ToLower(text), "address:") {
			t.Errorf("%s: %s", n, text)
		}
	}
}

func TestARepeatIsRecognisable(t *testing.T) {
	for _, n := range []watch.Notice{watch.TellOverdue, watch.TellDistress, watch.TellDuress, watch.TellMention} {
		for round, want := range map[int]string{2: ", 2nd notice:", 3: ", 3rd notice:", 11: ", 11th notice:", 21: ", 21st notice:"} {
			v := saturday()
			v.Round = round
			if text := Text(n, v); !strings.Contains(text, want) {
				t.Errorf("round %d: %q", round, text)
			}
		}
		if text := Text(n, saturday()); strings.Contains(text, "notice") {
			t.Errorf("a first notice that says it is a repeat: %q", text)
		}
	}
}

func TestALaterRoundSaysWhenTheVisitWasDue(t *testing.T) {
	v := saturday()
	v.At, v.Now, v.Round = on(21, 15, 20), on(21, 15, 20), 2
	want := "A7F3 15:20, 2nd notice: We have not heard from Priya N, due 15:15. Take charge, then ring round. https://allclear.example.org/a/4h7kq2"
	if got := Text(watch.TellOverdue, v); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestACryForHelpIsNotSaidToBeOfWhenTheVisitIsDue(t *testing.T) {
	v := saturday()
	v.At, v.Now, v.Due, v.Since, v.Round = on(21, 14, 24), on(21, 14, 24), on(21, 15, 15), on(21, 14, 20), 3
	for _, n := range []watch.Notice{watch.TellDuress, watch.TellDistress, watch.TellMention} {
		for _, said := range []string{Text(n, v), Speech(n, v, 7)} {
			if strings.Contains(said, "15:15") || !strings.Contains(said, "14:20") {
				t.Errorf("%s: %q", n, said)
			}
		}
	}
}

func TestWhatIsSaidLateSaysSo(t *testing.T) {
	v := saturday()
	v.Now, v.Late = v.At.Add(50*time.Minute), 50*time.Minute
	want := "A7F3 15:15 LATE 50 min, system was down: We have not heard from Priya N."
	if got := Text(watch.TellOverdue, v); !strings.HasPrefix(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	v.Late = 59 * time.Second
	if got := Text(watch.TellOverdue, v); strings.Contains(got, "LATE") {
		t.Errorf("an ordinary delay is called late: %q", got)
	}
}

func TestPrivateNamesAreSaidOnlyWhereTheyMust(t *testing.T) {
	v := saturday()
	v.Name, v.Asked = private.New("Qqname"), private.New("Qqphrase")
	v.Worker, v.Who = "Priya Qqsurname", "Sam Qqsurname"
	named := []watch.Notice{watch.TellAsksFor, watch.ReplyAsk, watch.ReplyFound}
	phrase := []watch.Notice{watch.TellDuress, watch.TellMention}
	for _, n := range allNotices(t) {
		text := Text(n, v)
		if got, want := strings.Contains(text, "Qqname"), slices.Contains(named, n); got != want {
			t.Errorf("%s: the name asked for in it is %v, want %v: %q", n, got, want, text)
		}
		if got, want := strings.Contains(text, "Qqphrase"), slices.Contains(phrase, n); got != want {
			t.Errorf("%s: the phrase in it is %v, want %v: %q", n, got, want, text)
		}
		all := text + Speech(n, v, 7) + SpeechTaken(v) + SpeechWrong(v, 7) + SpeechOver(v) + SpeechHas(v) + strings.Join(List(v.Among, v), "")
		if strings.Contains(all, "Qqsurname") {
			t.Errorf("%s: a surname: %q", n, all)
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(printed, "Qqname") || strings.Contains(printed, "Qqphrase") {
		t.Error("the values print what is private")
	}
}

func TestTheSentencesRead(t *testing.T) {
	var b strings.Builder
	b.WriteString("Every sentence that Allclear texts, as on an ordinary Saturday, written at 15:15.\nAfter each: how many of the 160 places of one text it takes.\n")
	section := func(title string, all []watch.Notice, v Values) {
		fmt.Fprintf(&b, "\n== %s\n\n", title)
		for _, n := range all {
			text := Text(n, v)
			septets, _ := Segments(text)
			fmt.Fprintf(&b, "%-18s %s  (%d)\n", n, text, septets)
		}
	}
	split := func(n watch.Notice) bool {
		return strings.HasPrefix(string(n), "reply_") || toWorkers[n] != "" || ofInvites[n] != ""
	}
	all := allNotices(t)
	v := saturday()
	section("To those who answer for a worker, and to who runs the rota", slices.DeleteFunc(slices.Clone(all), split), v)
	section("To workers", slices.DeleteFunc(slices.Clone(all), func(n watch.Notice) bool { return !split(n) }), v)
	again := v
	again.Round, again.At, again.Since, again.Now, again.Unsure = 2, on(21, 15, 20), on(21, 15, 15), on(21, 15, 20), true
	section("Told again, with an OUT that could not be confirmed", []watch.Notice{watch.TellOverdue, watch.TellDuress}, again)
	late := v
	late.Late, late.Now, late.Spoke, late.Plain = 50*time.Minute, on(21, 16, 5), true, true
	section("Late, because the system was down", []watch.Notice{watch.TellOverdue, watch.TellDistress, watch.TellPolice, watch.ReplyGotMessage}, late)
	section("With the longest values there are, in a rehearsal", all, hardest())
	fmt.Fprintf(&b, "\n== The list of a shift\n\n%s\n", strings.Join(List(hardest().Among[:12], v), "\n"))
	b.WriteString("\n== What a call says\n\n")
	for _, n := range all {
		if _, is := spoken[n]; is {
			fmt.Fprintf(&b, "%s\n    %s\n", n, Speech(n, again, 7))
		}
	}
	fmt.Fprintf(&b, "any other\n    %s\n", Speech(watch.TellWord, v, 7))
	fmt.Fprintf(&b, "the right key\n    %s\nanother key\n    %s\nsomeone has it\n    %s\nclosed already\n    %s\nnot known\n    %s\n",
		SpeechTaken(v), SpeechWrong(v, 7), SpeechHas(v), SpeechOver(v), SpeechUnknown(v))
	golden(t, "testdata/sentences.txt", b.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date; if the new words are right, run the test with -update:\n%s", file, diff)
	}
}
