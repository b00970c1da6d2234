package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// weak is the small server that is weak on purpose, from the root of the sources.
const weak = "./e2e/scan/testdata/weak"

// weaknesses are what must be found in it, by how a finding begins.
var weaknesses = []finding{
	{"wapiti", "Cross Site Scripting", ""},
	{"wapiti", "Open Redirect", ""},
	{"wapiti", "Internal Server Error", ""},
	{"sqlmap", "SQL injection", ""},
}

// prove lets both programs loose on the weak server, as they are let loose on Allclear, and makes sure that they find what is wrong.
func (t tools) prove(ctx context.Context, folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { // #nosec G301 -- reports of an invented county
		return err
	}
	base, end, err := startWeak(ctx, folder)
	if err != nil {
		return fmt.Errorf("start it: %w", err)
	}
	defer end()
	found, err := t.wapiti(ctx, wapitiRun{folder: folder, base: base, cookie: "open=sesame", start: []string{"/visit?id=1"}, crawl: time.Minute, attack: 30 * time.Second})
	if err != nil {
		return err
	}
	more, err := t.sqlmap(ctx, folder, base, dialects["sqlite"], []target{{method: "GET", path: "/visit?id=1"}}, "open=sesame")
	if err != nil {
		return err
	}
	return missed(append(found, more...))
}

// missed names the weaknesses that were not found.
func missed(found []finding) error {
	for _, w := range weaknesses {
		if !slices.ContainsFunc(found, func(f finding) bool { return f.by == w.by && strings.HasPrefix(f.what, w.what) && f.known() == "" }) {
			return fmt.Errorf("%s did not find its %s: what it does not find in Allclear says nothing", w.by, strings.ToLower(w.what))
		}
	}
	return nil
}

// startWeak builds and runs the weak server.
func startWeak(ctx context.Context, folder string) (base string, end func(), err error) {
	binary := filepath.Join(folder, "weak")
	if _, err := say(ctx, "go", "build", "-buildvcs=false", "-o", binary, weak); err != nil {
		return "", nil, err
	}
	return runWeak(binary)
}

// runWeak runs it, until end; it prints its address.
func runWeak(binary string) (base string, end func(), err error) {
	cmd := exec.Command(binary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	printed, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
	base, err = bufio.NewReader(printed).ReadString('\n')
	if err != nil {
		end()
		return "", nil, err
	}
	return strings.TrimSpace(base), end, nil
}
