package access_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/access"
)

var update = flag.Bool("update", false, "write docs/access.md anew")

const preface = `# Who may see and do what

This page is written by a test from the one table that decides it, [internal/access/table.go](../internal/access/table.go). A page or button that is in no row is found by
nobody: what is none of a reader's business answers as what is not there (404).

| what | who: any one of these |
| --- | --- |
`

func TestTheTableIsInTheDocuments(t *testing.T) {
	var b strings.Builder
	b.WriteString(preface)
	for _, row := range access.Table() {
		var who []string
		for _, is := range row.Who {
			who = append(who, is.String())
		}
		fmt.Fprintf(&b, "| %s | %s |\n", row.What, strings.Join(who, "; "))
	}
	b.WriteString("\nWho may never see or answer for a worker, such as a relative, is none of these to them: nothing here is theirs, whatever else they are. They may still say that the worker is in danger.\n")
	b.WriteString("\nPrograms call by a token, whose scopes say what it may: [administrator.md](administrator.md). Whoever opened the link to their own phone page checks in on their own visits and reads no address.\n")
	const file = "../../docs/access.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	had, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(had), b.String()); diff != "" {
		t.Errorf("docs/access.md is out of date; if the table is right, run the test with -update:\n%s", diff)
	}
}

func TestEachActHasOneRow(t *testing.T) {
	seen := map[access.Act]bool{}
	for _, row := range access.Table() {
		if seen[row.Act] || row.What == "" || len(row.Who) == 0 {
			t.Errorf("%s: a second row, or an empty one", row.Act)
		}
		seen[row.Act] = true
		if access.May(row.Act, 0) {
			t.Errorf("anybody may %s", row.Act)
		}
	}
	for _, row := range access.Table() {
		if !access.May(row.Act, ^access.Is(0)&^access.Blocked) || access.May(row.Act, ^access.Is(0)) {
			t.Errorf("%s: who is kept from the worker may, or who is everything else may not", row.Act)
		}
	}
	if access.May("anything else", ^access.Is(0)) {
		t.Error("what is in no row may be done")
	}
}

func TestWhatTheRulesSay(t *testing.T) {
	for _, c := range []struct {
		act  access.Act
		is   access.Is
		want bool
		rule string
	}{
		{access.SeeWhere, access.Member, false, "a private visit is not the team's (1.4)"},
		{access.SeeWhere, access.Member | access.Open, true, "an open one is (1.4)"},
		{access.SeeWhere, access.Open, false, "an open one is not another team's"},
		{access.SeeWhere, access.Answers, false, "who answers for the team is not invited by that alone (1.4)"},
		{access.SeeWhere, access.Told, true, "in an alarm those who answer it see what they need (1.4)"},
		{access.SeeWhere, access.Glass, true, "who broke the glass sees the visit for a while (1.4)"},
		{access.BreakGlass, access.Manages | access.Answers | access.AnswersRole, true, "the manager may break the glass (1.4)"},
		{access.BreakGlass, access.Member | access.VisitsAlone, false, "a colleague who visits alone breaks no glass (1.4)"},
		{access.BreakGlass, access.Answers | access.VisitsAlone, false, "nor one whom the plan names without the role (1.4)"},
		{access.BreakGlass, access.Administers | access.Audits, false, "an office breaks no glass"},
		{access.SeeWhere, access.Administers | access.Audits, false, "an office is no reason to see a family's address"},
		{access.SeeVisits, access.Administers, false, "an administrator keeps settings, not visits"},
		{access.CheckIn, access.Manages | access.Answers | access.Invited, false, "nobody checks in for another; they record what was said (2.7)"},
		{access.SeeHome, access.Member, false, "a colleague is not shown next of kin (7.8)"},
		{access.TakeAlarm, access.Self, false, "the worker does not close their own alarm (3.2)"},
		{access.GiveOffice, access.Manages, false, "no manager makes themselves the administrator"},
		{access.Raise, access.VisitsAlone, true, "anyone signed in may raise (4.3)"},
	} {
		if got := access.May(c.act, c.is); got != c.want {
			t.Errorf("%s: %s by %v: %v", c.rule, c.act, c.is, got)
		}
	}
}
