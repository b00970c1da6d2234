// Package program makes the allclear that is played: built from these sources once for all tests of a package, or given.
package program

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Run runs the tests of a package, a testing.M, with the allclear at given, or where that is empty with one built from the sources below
// root; its path is in binary by then. Unless the command line says otherwise so many tests run at once: they mostly wait for clocks. It
// gives the exit code.
func Run(tests interface{ Run() int }, root, given, atOnce string, binary *string) int {
	dir, err := os.MkdirTemp("", "allclear-e2e")
	if err != nil {
		return refused(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // in the temporary folder in any case
	if *binary, err = build(dir, root, given); err != nil {
		return refused(err)
	}
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			return refused(err)
		}
	}
	return tests.Run()
}

func refused(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// build makes the binary in dir, unless one was given, and gives its path.
func build(dir, root, given string) (string, error) {
	if given != "" {
		return filepath.Abs(given)
	}
	made := filepath.Join(dir, "allclear")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", made, "./cmd/allclear") // #nosec G204 -- the program that the developer names
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build allclear: %w: %s", err, out)
	}
	// #nosec G302 -- another user runs what is in it; no secret is there
	return made, os.Chmod(dir, 0o755) // some stories run it as another user
}

// Read reads the sources below root that the binary is made of. Go remembers what a test has read, and runs it again when that has
// changed; what a build before the tests has read it does not see.
func Read(root string) error {
	within, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("read what the binary is made of: %w", err)
	}
	defer within.Close()
	for _, part := range []string{"internal", "cmd", "go.mod"} {
		err := fs.WalkDir(within.FS(), part, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = within.ReadFile(name)
			return err
		})
		if err != nil {
			return fmt.Errorf("read what the binary is made of: %w", err)
		}
	}
	return nil
}
