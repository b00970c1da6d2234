package web

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"
)

// asTheBrowserSaysIt prints what the ticking element would write, for milliseconds until an instant.
const asTheBrowserSaysIt = `
import { left } from "../../web/src/span.js";
const ahead = JSON.parse(process.argv[1]);
console.log(JSON.stringify(ahead.map(left)));`

func TestThePageAndTheBrowserTellTimeAlike(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("node is not installed")
	}
	var ahead []int64
	for _, d := range []time.Duration{0, time.Second, 59 * time.Second, time.Minute, 61 * time.Second, 12*time.Minute + 30*time.Second, 59*time.Minute + 59*time.Second,
		time.Hour, 65 * time.Minute, 2 * time.Hour, 24*time.Hour - time.Second, 24 * time.Hour, 47 * time.Hour, 48 * time.Hour, 100 * time.Hour} {
		ahead = append(ahead, d.Milliseconds(), -d.Milliseconds())
	}
	asked, err := json.Marshal(ahead)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, "--input-type=module", "-e", asTheBrowserSaysIt, string(asked)).Output()
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(ahead) {
		t.Fatalf("%d answers to %d: %v\n%s", len(said), len(ahead), err, out)
	}
	for i, ms := range ahead {
		page := Layout{Now: saturday}.Left(saturday.Add(time.Duration(ms) * time.Millisecond))
		if page != said[i] {
			t.Errorf("%d ms ahead: the page says %q, the browser %q", ms, page, said[i])
		}
	}
}
