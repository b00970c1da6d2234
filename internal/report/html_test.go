package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

// A browser shows the sheet with its own style and no other: the policy names what is really written.
func TestThePolicyIsOfTheStyleThatIsWritten(t *testing.T) {
	var out bytes.Buffer
	if err := (Handover{}).HTML(&out); err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(out.String(), "<style>")
	style, _, closed := strings.Cut(after, "</style>")
	if !found || !closed || strings.Contains(after, "<style") || strings.Contains(out.String(), " style=") || strings.Contains(out.String(), "<script") {
		t.Fatal("the sheet has not one style sheet and nothing else")
	}
	sum := sha256.Sum256([]byte(style))
	if policy := Policy(); !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
}
