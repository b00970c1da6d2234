// Package parts says what this program is made of: a software bill of materials (SBOM) of the very program that is asked, by the modules that
// the Go linker noted in it and the packages of which its pages' style and scripts were made.
package parts

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// bom is a document of CycloneDX 1.6, as far as we have something to say.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Kind    string `json:"type"` // application, library
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // hexadecimal
}

// pages are the packages of npm that go into the pages' style and scripts, as web/package-lock.json has them; a test compares the two.
var pages = []struct{ name, version, sha512 string }{
	{"govuk-frontend", "6.6.0", "xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg=="},
	{"idiomorph", "0.8.0", "R47JBL+6jHDQvcnbppIUtXXcxi5h6+wuCEEZXnRhUltsgzPFKzThL5PuHppP9ypJuy+7WawcY1TsSBD/iQbMhw=="},
}

// Write writes the list. version is the program's own.
func Write(to io.Writer, version string) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program was built without the list of its modules")
	}
	list, err := components(info)
	if err != nil {
		return err
	}
	own := "pkg:golang/" + info.Main.Path + "@" + version
	out := json.NewEncoder(to)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Components: list,
		Metadata: metadata{component{Kind: "application", Ref: own, Name: "allclear", Version: version, PURL: own}}})
}

func components(info *debug.BuildInfo) ([]component, error) {
	of := func(purl, name, version string) component {
		return component{Kind: "library", Ref: purl, Name: name, Version: version, PURL: purl}
	}
	goVersion := strings.TrimPrefix(strings.Fields(info.GoVersion)[0], "go")
	list := []component{of("pkg:golang/std@"+goVersion, "std", goVersion)}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := of("pkg:golang/"+m.Path+"@"+m.Version, m.Path, m.Version)
		if sum, found := strings.CutPrefix(m.Sum, "h1:"); found { // of the module's files, as in go.sum
			raw, err := base64.StdEncoding.DecodeString(sum)
			if err != nil {
				return nil, fmt.Errorf("read the sum of %s: %w", m.Path, err)
			}
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(raw)}}
		}
		list = append(list, c)
	}
	for _, p := range pages {
		c := of("pkg:npm/"+p.name+"@"+p.version, p.name, p.version)
		raw, err := base64.StdEncoding.DecodeString(p.sha512)
		if err != nil {
			return nil, fmt.Errorf("read the sum of %s: %w", p.name, err)
		}
		c.Hashes = []hash{{"SHA-512", hex.EncodeToString(raw)}}
		list = append(list, c)
	}
	return list, nil
}
