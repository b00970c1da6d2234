// Command scan lets two programs that break into web sites, wapiti and sqlmap, loose on a real Allclear: on its pages as people of each
// role see them once they have signed in, with every form on them, and on its API with a token. It ends with 1 when anything is found.
//
// Each part of a scan has an Allclear of its own, with TLS, a fresh database and a small county in it, as what is pressed there changes
// it. A scan that finds nothing proves nothing by itself: so first of all both programs have to find what is wrong with a small server
// that is weak on purpose, in testdata/weak.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/allclear-safety/allclear/e2e/postgres"
)

type options struct {
	binary    string
	databases string
	only      string        // parts whose name begins so; "" is all
	reports   string        // the folder for what the programs and Allclear itself said
	atOnce    int           // parts at once
	crawl     time.Duration // that wapiti may look for pages of one role
	attack    time.Duration // that one of wapiti's attacks may take on one role's pages
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/allclear", "the allclear to scan")
	flag.StringVar(&o.databases, "databases", "sqlite,postgres", "the databases that it runs on, with commas between")
	flag.StringVar(&o.only, "only", "", "only the parts whose name begins so, as sqlite/wapiti/manager does")
	flag.StringVar(&o.reports, "reports", "build/scan", "the folder for what was said")
	flag.IntVar(&o.atOnce, "at-once", 2, "how many parts run at once")
	flag.DurationVar(&o.crawl, "crawl", 5*time.Minute, "how long wapiti may look for the pages of one role")
	flag.DurationVar(&o.attack, "attack", 3*time.Minute, "how long one of wapiti's attacks may take on the pages of one role")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	found, err := run(ctx, o, os.Stdout)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "scan:", err)
		os.Exit(1)
	case found > 0:
		fmt.Fprintf(os.Stderr, "scan: %d findings, told above and in %s\n", found, o.reports)
		os.Exit(1)
	}
}

// part is one program on one role's view of Allclear on one database.
type part struct {
	database string
	tool     string
	role     string // of whom the pages are shown to; nobody is not signed in, token is the API
}

func (p part) String() string { return p.database + "/" + p.tool + "/" + p.role }

// parts are those asked for.
func (o options) parts() ([]part, error) {
	var list []part
	for database := range strings.SplitSeq(o.databases, ",") {
		if database != "sqlite" && database != "postgres" {
			return nil, fmt.Errorf("there is no database %q: sqlite and postgres are", database)
		}
		list = append(list, part{database, "sqlmap", "token"})
		for _, role := range roles {
			list = append(list, part{database, "wapiti", role.name}, part{database, "sqlmap", role.name})
		}
	}
	list = slices.DeleteFunc(list, func(p part) bool { return !strings.HasPrefix(p.String(), o.only) })
	if len(list) == 0 {
		return nil, fmt.Errorf("no part of a scan is called %q", o.only)
	}
	return list, nil
}

// run scans, and gives the number of findings.
func run(ctx context.Context, o options, out io.Writer) (found int, err error) {
	list, err := o.parts()
	if err != nil {
		return 0, err
	}
	if o.binary, err = exec.LookPath(o.binary); err != nil {
		return 0, fmt.Errorf("find the binary: %w (make build makes it)", err)
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return 0, fmt.Errorf("find the binary: %w", err)
	}
	if o.reports, err = filepath.Abs(o.reports); err != nil {
		return 0, fmt.Errorf("find the folder for reports: %w", err)
	}
	tools, err := findTools(ctx)
	if err != nil {
		return 0, err
	}
	fmt.Fprintln(out, tools)
	if err := tools.prove(ctx, filepath.Join(o.reports, "weak")); err != nil {
		return 0, fmt.Errorf("scan the weak server: %w", err)
	}
	fmt.Fprintln(out, "weak: both programs find what is wrong with the weak server")
	var cluster *postgres.Cluster
	if slices.ContainsFunc(list, func(p part) bool { return p.database == "postgres" }) {
		if cluster, err = postgres.Start(ctx); err != nil {
			return 0, err
		}
		defer cluster.Stop()
	}
	s := &scan{options: o, tools: tools, cluster: cluster, out: out}
	return s.all(ctx, list)
}

// scan is one under way.
type scan struct {
	options
	tools   tools
	cluster *postgres.Cluster

	mu    sync.Mutex
	out   io.Writer
	found int
	asked int64
}

// all works through the parts, some at once.
func (s *scan) all(ctx context.Context, list []part) (found int, err error) {
	waiting := make(chan part, len(list))
	for _, p := range list {
		waiting <- p
	}
	close(waiting)
	var working sync.WaitGroup
	failed := make([]error, max(1, s.atOnce))
	for i := range failed {
		working.Go(func() { // ends when no part waits, or one could not be done
			for p := range waiting {
				if failed[i] = s.one(ctx, p); failed[i] != nil {
					failed[i] = fmt.Errorf("scan %s: %w", p, failed[i])
					return
				}
			}
		})
	}
	working.Wait()
	for _, err := range failed {
		if err != nil {
			return s.found, err
		}
	}
	fmt.Fprintf(s.out, "%d requests in all, %d findings\n", s.asked, s.found)
	return s.found, nil
}

// one scans one part, with an Allclear of its own.
func (s *scan) one(ctx context.Context, p part) error {
	began := time.Now()
	folder := filepath.Join(s.reports, p.database, p.tool+"-"+p.role)
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { // #nosec G301 -- reports of an invented county
		return err
	}
	c, err := openCounty(ctx, s.binary, folder, s.cluster, p.database)
	if err != nil {
		return fmt.Errorf("open county: %w", err)
	}
	defer c.close()
	findings, err := s.scan(ctx, c, p, folder)
	if err != nil {
		return err
	}
	if err := c.stop(); err != nil {
		return err
	}
	findings = append(findings, c.recorder.findings()...)
	said, err := c.saidBadly()
	if err != nil {
		return err
	}
	findings = append(findings, said...)
	s.tell(p, c.recorder, time.Since(began), findings)
	return nil
}

// scan lets the part's program loose.
func (s *scan) scan(ctx context.Context, c *county, p part, folder string) ([]finding, error) {
	if p.role == "token" {
		targets, err := c.calls(ctx)
		if err != nil {
			return nil, err
		}
		return s.tools.sqlmap(ctx, folder, c.url, dialects[p.database], targets, "")
	}
	who, err := c.signIn(ctx, p.role)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	c.recorder.keepFrom(append(who.leaves(), endless...))
	seen, err := who.walk(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at the pages: %w", err)
	}
	var findings []finding
	if p.tool == "wapiti" {
		findings, err = s.tools.wapiti(ctx, wapitiRun{folder: folder, base: c.url, cookie: who.cookie(), start: seen.pages, crawl: s.crawl, attack: s.attack})
	} else {
		findings, err = s.tools.sqlmap(ctx, folder, c.url, dialects[p.database], seen.targets, who.cookie())
	}
	if err != nil {
		return nil, err
	}
	return findings, who.still(ctx)
}

// tell prints what became of a part.
func (s *scan) tell(p part, r *recorder, took time.Duration, findings []finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked += r.asked()
	var told []string
	for _, f := range findings {
		if reason := f.known(); reason != "" {
			continue
		}
		told = append(told, f.String())
	}
	slices.Sort(told)
	told = slices.Compact(told)
	fmt.Fprintf(s.out, "%s: %s in %s, %d findings\n", p, r, took.Round(time.Second), len(told))
	for _, f := range told {
		fmt.Fprintln(s.out, "  "+f)
	}
	s.found += len(told)
}
