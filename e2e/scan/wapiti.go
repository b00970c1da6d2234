package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wapitiRun is what wapiti is let loose on.
type wapitiRun struct {
	folder string        // for what it says
	base   string        // https://host:port
	cookie string        // "" for nobody
	start  []string      // addresses it begins at, besides those it finds
	crawl  time.Duration // that looking for pages may take
	attack time.Duration // that each attack may take
}

// report is what wapiti says of a scan.
type report struct {
	Vulnerabilities, Anomalies map[string][]reported
}

type reported struct {
	Method, Path, Info string
	Parameter          string
}

// wapiti runs all modules and gives what they found.
func (t tools) wapiti(ctx context.Context, r wapitiRun) ([]finding, error) {
	file := filepath.Join(r.folder, "wapiti.json")
	args := []string{"-u", r.base + "/", "--scope", "domain", "-m", strings.Join(t.modules, ","), "-f", "json", "-o", file, "--flush-session",
		"--store-session", filepath.Join(r.folder, "session"), "--no-bugreport", "--verify-ssl", "0", "-t", "20", "-d", "4", "-v", "1",
		"--max-links-per-page", "60", "--max-files-per-dir", "30", "--max-parameters", "60",
		"--max-scan-time", strconv.Itoa(int(r.crawl.Seconds())), "--max-attack-time", strconv.Itoa(int(r.attack.Seconds()))}
	if r.cookie != "" {
		args = append(args, "-H", "Cookie: "+r.cookie)
	}
	for _, path := range r.start {
		args = append(args, "-s", r.base+path)
	}
	ctx, done := context.WithTimeout(ctx, r.crawl+2*time.Duration(len(t.modules))*r.attack) // an attack looks at its clock between two pages only
	defer done()
	if _, err := write(ctx, r.folder, "wapiti.txt", "wapiti", args...); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(file) // #nosec G304 -- a file that we had made
	if err != nil {
		return nil, fmt.Errorf("read wapiti's report: %w", err)
	}
	return reportOf(raw)
}

// reportOf reads wapiti's report. What it calls an anomaly, an answer of 500 or none in time, counts as well.
func reportOf(raw []byte) ([]finding, error) {
	var r report
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("read wapiti's report: %w", err)
	}
	if len(r.Vulnerabilities) == 0 {
		return nil, errors.New("read wapiti's report: it names no kind of hole that it looked for")
	}
	var list []finding
	for _, found := range []map[string][]reported{r.Vulnerabilities, r.Anomalies} {
		for _, kind := range slices.Sorted(maps.Keys(found)) {
			for _, one := range found[kind] {
				what := kind + ": " + one.Info
				list = append(list, finding{"wapiti", what, strings.TrimSpace(one.Method + " " + one.Path)})
			}
		}
	}
	return list, nil
}
