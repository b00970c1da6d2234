// Package taint_test plays a whole weekend on the real binary with words in every private field there is, and then looks for them wherever
// they must not be: in the log, the figures, addresses, error pages, texts, files, backups. What may be where is the table in table_test.go.
package taint_test

import (
	"flag"
	"os"
	"testing"

	"github.com/allclear-safety/allclear/e2e/program"
)

var (
	given = flag.String("binary", "", "the allclear to play; it is built when this is empty")
	drill = flag.Bool("drill", false, "wait on Sunday for the nightly drill too: a server holds its first after two minutes of real time")
)

var binary string // the allclear that is played

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Run(m, "../..", *given, "4", &binary))
}

func TestTheProgramIsThatOfTheseSources(t *testing.T) {
	if err := program.Read("../.."); err != nil {
		t.Fatal(err)
	}
}
