// Package e2e_test plays Allclear from outside: the real binary, by its API, its webhooks and its rehearsal clock.
package e2e_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/postgres"
	"github.com/allclear-safety/allclear/e2e/program"
	"github.com/allclear-safety/allclear/e2e/town"
)

var (
	kills = flag.Int("kills", 0, "how many times a run is killed: 0 for 6, or 20 where CI is set")
	given = flag.String("binary", "", "the allclear to play; it is built when this is empty")
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "draws the moments of the kills")
)

// stories is how many plays run at once: they mostly wait for their clocks.
const stories = "12"

var binary string // the allclear that is played

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run runs the tests, and stops what they started.
func run(m *testing.M) int {
	defer cluster.stop()
	return program.Run(m, "..", *given, stories, &binary)
}

func TestTheProgramIsThatOfTheseSources(t *testing.T) {
	if err := program.Read(".."); err != nil {
		t.Fatal(err)
	}
}

// server is the PostgreSQL that the tests share, each with a database of its own.
type server struct {
	once    sync.Once
	running *postgres.Cluster
	err     error
}

var cluster server

func (s *server) start() (*postgres.Cluster, error) {
	s.once.Do(func() { s.running, s.err = postgres.Start(context.Background()) })
	return s.running, s.err
}

func (s *server) stop() {
	if s.running != nil {
		s.running.Stop()
	}
}

// onSQLite is a fresh file.
func onSQLite(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "allclear.db")
}

// onPostgres is a fresh database. Without PostgreSQL the test is skipped, but never where CI is set.
func onPostgres(t *testing.T) string {
	t.Helper()
	c, err := cluster.start()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	url, err := c.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// each runs a test on both databases at once.
func each(t *testing.T, test func(t *testing.T, database string)) {
	for name, database := range map[string]func(*testing.T) string{"SQLite": onSQLite, "PostgreSQL": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, database(t))
		})
	}
}

// open opens a town for a test, closed at its end.
func open(t *testing.T, o town.Options) *town.Town {
	t.Helper()
	o.Binary = binary
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Database == "" {
		o.Database = onSQLite(t)
	}
	w := town.Open(t, o)
	t.Cleanup(w.Close)
	return w
}
