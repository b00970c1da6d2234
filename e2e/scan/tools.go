package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// tools are the two programs, as they are on this machine.
type tools struct {
	wapitiVersion, sqlmapVersion string
	modules                      []string // wapiti's
}

func (t tools) String() string {
	return fmt.Sprintf("wapiti %s with %s; sqlmap %s", t.wapitiVersion, strings.Join(t.modules, ", "), t.sqlmapVersion)
}

// leftOut are wapiti's modules that are not run, each with its reason. All others are.
var leftOut = map[string]string{
	"nikto":            "fetches its list of other programs' known holes from the internet",
	"buster":           "tries 31,545 names in each folder, without regard to the time it is given: which addresses there are is one table, and TestEveryRouteForEveryRole asks for all of it",
	"wapp":             "fetches its list of programs to be recognised from the internet, and finds no hole",
	"brute_login_form": "guesses passwords, which are waited for after five guesses: TestWhoGuessesWaitsAndNobodyElse looks at that",
}

var (
	version = regexp.MustCompile(`(?m)^(?:Wapiti[- ])?v?(\d+\.\d+(?:\.\d+)?)`)
	module  = regexp.MustCompile(`(?m)^\t([a-z_0-9]+)(?: \(used by default\))?$`)
)

// findTools looks for the two programs.
func findTools(ctx context.Context) (tools, error) {
	var t tools
	for _, program := range []string{"wapiti", "sqlmap"} {
		if _, err := exec.LookPath(program); err != nil {
			return t, fmt.Errorf("find %s: %w (scripts/scan installs it on Debian)", program, err)
		}
	}
	said, err := say(ctx, "wapiti", "--version")
	if err != nil {
		return t, err
	}
	if found := version.FindSubmatch(said); found != nil {
		t.wapitiVersion = string(found[1])
	}
	if said, err = say(ctx, "sqlmap", "--version", "--disable-coloring"); err != nil {
		return t, err
	}
	if found := version.FindSubmatch(said); found != nil {
		t.sqlmapVersion = string(found[1])
	}
	if said, err = say(ctx, "wapiti", "--list-modules"); err != nil {
		return t, err
	}
	t.modules = modulesOf(said)
	if len(t.modules) == 0 {
		return t, errors.New("wapiti lists no modules")
	}
	return t, nil
}

// modulesOf are the modules that are run, of those that wapiti lists.
func modulesOf(listed []byte) []string {
	var run []string
	for _, found := range module.FindAllSubmatch(listed, -1) {
		if name := string(found[1]); leftOut[name] == "" {
			run = append(run, name)
		}
	}
	slices.Sort(run)
	return slices.Compact(run)
}

// say runs a program and gives all that it said.
func say(ctx context.Context, program string, args ...string) ([]byte, error) {
	said, err := exec.CommandContext(ctx, program, args...).CombinedOutput() // #nosec G204 -- the program that the developer scans with
	if err != nil {
		return said, fmt.Errorf("run %s: %w: %s", program, err, lastLine(said))
	}
	return said, nil
}

// write runs a program in a folder, has it write what it says into a file there as it says it, and gives all of it.
func write(ctx context.Context, folder, name, program string, args ...string) (said []byte, err error) {
	file, err := os.Create(filepath.Join(folder, name)) // #nosec G304 -- in the folder that the developer names
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...) // #nosec G204 -- the program that the developer scans with
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, file, file
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	ended := cmd.Run()
	if err := file.Close(); err != nil {
		return nil, err
	}
	if said, err = os.ReadFile(file.Name()); err != nil {
		return nil, err
	}
	if ended != nil {
		return said, fmt.Errorf("run %s: %w: %s", program, ended, lastLine(said))
	}
	return said, nil
}

func lastLine(said []byte) string {
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return lines[len(lines)-1]
}
