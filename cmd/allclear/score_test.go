package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// TestTheScoreOfLabelledTexts has the labelled texts' own program score what is understood of them: no mistake that could cost a life, and not
// fewer than 97 in 100 right.
func TestTheScoreOfLabelledTexts(t *testing.T) {
	shared := os.Getenv("SHARED_DIR")
	if shared == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("SHARED_DIR is not set")
		}
		t.Skip("SHARED_DIR is not set: the labelled texts' program is not here")
	}
	labels := filepath.Join(shared, "texts", "dev.jsonl")
	f, err := os.Open(labels)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var answers bytes.Buffer
	right, all := 0, 0
	for s := bufio.NewScanner(f); s.Scan(); all++ {
		answer, err := checkin.UnderstandLine(s.Bytes(), "Scarlett")
		if err != nil {
			t.Fatal(err)
		}
		answers.Write(append(answer, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(shared, "texts", "score.py"), labels)
	cmd.Stdin = &answers
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("score.py: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasSuffix(strings.TrimSpace(line), "that could cost a life") {
			if right, err = strconv.Atoi(strings.Fields(line)[0]); err != nil {
				t.Fatal(err)
			}
		}
		for _, deadly := range []string{"missed help", "duress answered openly", "closed wrongly", "too late a time"} {
			if count, ok := strings.CutSuffix(strings.TrimSpace(line), "  "+deadly); ok && count != "0" {
				t.Errorf("%s %s", count, deadly)
			}
		}
	}
	if right*100 < all*97 {
		t.Errorf("%d of %d are right", right, all)
	}
}
