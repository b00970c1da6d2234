package report

import (
	"encoding/base64"
	"encoding/binary"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// templateText is a file with the text of the template that teams have, which is not ours to keep here.
var templateText = flag.String("template", "", "make templates/template.runs anew from this text")

func TestTheTemplateIsKnown(t *testing.T) {
	if *templateText != "" {
		text, err := os.ReadFile(*templateText)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("templates/template.runs", []byte(runsFile(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, run := range []string{"keep you safe", "find her, keep", "to view detail", "team plan", "next of kin", "agreed approach to"} {
		if likeness(run) != 1 {
			t.Errorf("%q is not known", run)
		}
	}
	if likeness("we keep a charger in each car") > 0.2 {
		t.Error("what no template says is known")
	}
}

// runsFile is a text's runs in the form of the file.
func runsFile(text string) string {
	all := map[uint32]bool{}
	for line := range strings.Lines(text) {
		if words := wordsOf(line); len(words) > 0 {
			for _, run := range runsOf(words) {
				all[run] = true
			}
		}
	}
	var raw []byte
	for _, run := range slices.Sorted(maps.Keys(all)) {
		raw = binary.BigEndian.AppendUint32(raw, run)
	}
	encoded := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(encoded) > 0 {
		n := min(len(encoded), 120)
		b.WriteString(encoded[:n] + "\n")
		encoded = encoded[n:]
	}
	return b.String()
}
