// Package browsertest finds the browser in which tests look at pages.
package browsertest

import (
	"errors"
	"os/exec"
)

// ErrNone says that there is no browser on this machine.
var ErrNone = errors.New("neither chromium-headless-shell nor chromium is installed")

// Find gives the path of the browser. The headless shell comes first: it draws no window around the page, which takes a third of the
// processor's time less.
func Find() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}
