// Command assets builds what the pages are styled and made live with: web/src, with the packages in web/node_modules,
// into internal/web/static, each file beside its gzip variant. `make assets` runs it when a source is newer.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// mostOverTheWire is what a first page may cost beyond itself, in compressed bytes: a phone in the rain has to fetch it.
const mostOverTheWire = 60 << 10

// browsers are the oldest we write for; the sources may use anything newer that esbuild can rewrite.
var browsers = []api.Engine{
	{Name: api.EngineChrome, Version: "90"}, {Name: api.EngineFirefox, Version: "90"}, {Name: api.EngineSafari, Version: "15"},
}

// notice says whose work is in the files: they travel without the packages' own licence files.
const notice = "/*! Allclear: MIT licence. With GOV.UK Frontend: MIT licence, Copyright (C) 2017 Crown Copyright " +
	"(Government Digital Service), mit-license.org; and idiomorph: 0BSD licence. */"

func main() {
	web := flag.String("web", "../web", "the folder of sources and node_modules")
	out := flag.String("out", "../internal/web/static", "the folder to write to")
	flag.Parse()
	if err := build(*web, *out); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// build makes every file in memory first, so that a fault in a source leaves the last good build in place.
func build(web, out string) error {
	src := filepath.Join(web, "src")
	css, err := style(web)
	if err != nil {
		return err
	}
	js, err := script(filepath.Join(src, "allclear.js"))
	if err != nil {
		return err
	}
	switchboard, err := script(filepath.Join(src, "switchboard.js"))
	if err != nil {
		return err
	}
	icon, err := os.ReadFile(filepath.Join(src, "favicon.svg")) // #nosec G304 -- of the sources
	if err != nil {
		return err
	}
	total := 0
	for _, f := range []struct {
		name    string
		content []byte
	}{{"favicon.svg", icon}, {"switchboard.js", switchboard}, {"allclear.js", js}, {"allclear.css", css}} { // the style sheet last: make goes by its time
		compressed, err := write(filepath.Join(out, f.name), f.content)
		if err != nil {
			return err
		}
		total += compressed
	}
	if total > mostOverTheWire {
		return fmt.Errorf("%d bytes over the wire: at most %d", total, mostOverTheWire)
	}
	return nil
}

// style compiles the style sheet with Sass and has esbuild write it smaller and for older browsers.
func style(web string) ([]byte, error) {
	sass := filepath.Join(web, "node_modules", "sass", "sass.js")
	source := filepath.Join(web, "src", "allclear.scss")
	// #nosec G204 -- sass, of the locked packages
	compile := exec.Command("node", sass, "--no-source-map", "--no-charset", "--quiet-deps",
		"--load-path="+filepath.Join(web, "node_modules"), source)
	var diagnostics bytes.Buffer
	compile.Stderr = &diagnostics
	css, err := compile.Output()
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w\n%s", source, err, diagnostics.Bytes())
	}
	if diagnostics.Len() > 0 {
		return nil, fmt.Errorf("compile %s: Sass warns\n%s", source, diagnostics.Bytes())
	}
	return written(api.Build(api.BuildOptions{
		Stdin:            &api.StdinOptions{Contents: string(css), Loader: api.LoaderCSS, Sourcefile: source},
		MinifyWhitespace: true,
		MinifySyntax:     true,
		Banner:           map[string]string{"css": notice},
		Engines:          browsers,
	}))
}

// script bundles a source with all that it uses, of the packages only those parts.
func script(source string) ([]byte, error) {
	return written(api.Build(api.BuildOptions{
		EntryPoints:       []string{source},
		Bundle:            true,
		Format:            api.FormatESModule,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone, // the notice stands for them
		Banner:            map[string]string{"js": notice},
		Engines:           browsers,
	}))
}

// written returns the one file esbuild made. A warning is a fault: nobody reads those of a build that passes.
func written(result api.BuildResult) ([]byte, error) {
	var faults []error
	for _, m := range append(result.Errors, result.Warnings...) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		faults = append(faults, errors.New(where+m.Text))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(result.OutputFiles) != 1 {
		return nil, fmt.Errorf("esbuild made %d files, not one", len(result.OutputFiles))
	}
	return result.OutputFiles[0].Contents, nil
}

// write keeps content and its gzip variant, and returns the variant's size. No name or time goes into the variant: the
// same source makes the same bytes.
func write(name string, content []byte) (int, error) {
	var compressed bytes.Buffer
	z, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := z.Write(content); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	if err := os.WriteFile(name+".gz", compressed.Bytes(), 0o644); err != nil { // #nosec G306 -- served to all
		return 0, err
	}
	return compressed.Len(), os.WriteFile(name, content, 0o644) // #nosec G306 -- served to all
}
