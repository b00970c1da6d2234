package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// On PostgreSQL no server may read the list that an erasure leaves where it was run: it says so, and a dry run does not.
func TestAnErasureOnPostgreSQLSaysWhatToCarry(t *testing.T) {
	t.Chdir(t.TempDir())
	environ := []string{"ALLCLEAR_DATABASE=" + storetest.Postgres(t).Options.URL}
	runs := func(want int, args ...string) string {
		t.Helper()
		var out, said bytes.Buffer
		if code := run(args, world{t.Context(), environ, strings.NewReader(""), &out, &said}); code != want {
			t.Fatalf("%v: %d, %s", args, code, said.String())
		}
		return out.String() + said.String()
	}
	add := func(name string) []string {
		return []string{"user", "create", "--name", name, "--email", strings.ToLower(name) + "@example.org", "--role", "worker", "--team", "Front door"}
	}
	runs(0, append(add("Jo"), "--new-team")...) // the fallback of the team, who stays
	runs(0, add("Sam")...)
	id := regexp.MustCompile(`p-[a-z2-7]+`).FindString(runs(1, add("Sam")...)) // they are there already, by that id
	const says = "carry along: allclear.erased, "
	if out := runs(0, "erase", "person", id, "--dry-run"); strings.Contains(out, says) {
		t.Errorf("a dry run says\n%s", out)
	}
	if out := runs(0, "erase", "person", id, "--reason", "they asked"); !strings.Contains(out, says) {
		t.Errorf("it says\n%s", out)
	}
	if list, err := os.ReadFile("allclear.erased"); err != nil || len(bytes.TrimSpace(list)) != 64 {
		t.Errorf("the list is %q, %v", list, err)
	}
}
