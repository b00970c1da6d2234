package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rule 2.6: Allclear does not track where anyone is. No page may ask a browser, and no script of ours does.
func TestNoPageAsksWhereItsReaderIs(t *testing.T) {
	h := openHouse(t)
	if policy := h.as("p-priya").get("/").Header().Get("Permissions-Policy"); !strings.Contains(policy, "geolocation=()") {
		t.Errorf("a page may ask: %q", policy)
	}
	scripts, err := filepath.Glob("../../web/src/*.js")
	h.ok(err)
	if len(scripts) < 5 {
		t.Fatalf("there are %d scripts", len(scripts))
	}
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		h.ok(err)
		if strings.Contains(string(text), "geolocation") {
			t.Errorf("%s asks where its reader is", name)
		}
	}
}
