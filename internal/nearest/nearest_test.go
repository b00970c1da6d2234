package nearest_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/nearest"
)

func TestTheNameThatWasMeant(t *testing.T) {
	known := []string{"grace", "ring_round", "duress_phrase", "prompts", "end_prompts"}
	for name, want := range map[string]string{
		"graec": "grace", "Grace": "grace", "ringround": "ring_round", "duress": "duress_phrase", "prompts": "prompts", "end_prompt": "end_prompts",
		"PROMPT": "prompts", "": "grace",
	} {
		if got := nearest.To(name, known); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := nearest.To("grace"+strings.Repeat("x", 1<<20), known); got == "" {
		t.Error("a very long name is near nothing")
	}
	if got := nearest.To("grace", nil); got != "" {
		t.Errorf("with nothing known: %q", got)
	}
}

func TestAFieldThatWasMeant(t *testing.T) {
	known := []string{"worker", "starts_at", "expected_end_at", "private", "address"}
	for given, want := range map[string]string{"adress": "address", "start_at": "starts_at", "Private": "private", "expected_end": "expected_end_at", "workers": "worker"} {
		if got := nearest.To(given, known); got != want {
			t.Errorf("%s: %s", given, got)
		}
	}
}
