package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAPlayThatCannotBeginSaysWhatDidNotHappen(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("false")
	if err != nil {
		t.Skip(err)
	}
	var out bytes.Buffer
	err = run(t.Context(), options{speed: 240, binary: binary}, &out)
	if err == nil || !strings.Contains(err.Error(), "ended while starting") {
		t.Errorf("it ended with %v", err)
	}
	if !strings.Contains(out.String(), "0 checks passed, 1 failed") {
		t.Errorf("it told:\n%s", out.String())
	}
}

func TestABinaryThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), options{speed: 240, binary: "nowhere/allclear"}, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("it ended with %v", err)
	}
}

func TestEachLineSaysWhenAndWhetherItWasChecked(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newStage(&out)
	at := time.Date(2026, 11, 21, 15, 4, 0, 0, time.UTC)
	s.tell(at, false, "Priya texts: IN")
	s.tell(at, true, "She is answered.")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "15:04") || strings.Contains(lines[0], "ok") || !strings.Contains(lines[1], "ok") {
		t.Errorf("it told:\n%s", out.String())
	}
	if s.checks != 1 {
		t.Errorf("%d things are counted as checked", s.checks)
	}
}
