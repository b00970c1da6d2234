package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the program says it is made of is what go.mod has it made of, each with its version and sum, and what its pages are made of.
func TestTheProgramKnowsItsParts(t *testing.T) {
	var out bytes.Buffer
	if code := run([]string{"version", "--sbom"}, world{ctx: t.Context(), stdout: &out, stderr: &out}); code != 0 {
		t.Fatal(code, &out)
	}
	var says struct {
		BomFormat, SpecVersion string
		Metadata               struct {
			Component struct{ Name, Version string }
		}
		Components []struct {
			Type, Name, Version, PURL string
			Hashes                    []struct{ Alg, Content string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &says); err != nil {
		t.Fatal(err)
	}
	if says.BomFormat != "CycloneDX" || says.SpecVersion != "1.6" || says.Metadata.Component.Name != "allclear" || says.Metadata.Component.Version != version {
		t.Errorf("it says %+v", says)
	}
	versions := map[string]string{}
	for _, c := range says.Components {
		versions[c.Name] = c.Version
		if !strings.HasSuffix(c.PURL, "/"+c.Name+"@"+c.Version) && !strings.HasSuffix(c.PURL, ":golang/"+c.Name+"@"+c.Version) || c.Version == "" || c.Name != "std" && len(c.Hashes) != 1 {
			t.Errorf("of a part it says %+v", c)
		}
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, ours, _ := strings.Cut(string(mod), "// What ships.")
	ours, _, _ = strings.Cut(ours, ")")
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`).FindAllStringSubmatch(ours, -1) {
		if versions[m[1]] != m[2] {
			t.Errorf("%s is %q, and go.mod has %s", m[1], versions[m[1]], m[2])
		}
	}
	for _, name := range []string{"std", "govuk-frontend", "idiomorph"} {
		if versions[name] == "" {
			t.Errorf("it lacks %s", name)
		}
	}
}
