package main

import (
	"io"
	"strings"
	"testing"
)

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ binary, only, says string }{
		{"nowhere/allclear", "phones", "make build makes it"},
		{"nowhere/allclear", "sunset", `no picture "sunset"`},
		{"/bin/false", "phones", "start the demo"},
	} {
		err := run(t.Context(), c.binary, t.TempDir(), c.only, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s of %s: %v", c.only, c.binary, err)
		}
	}
}
