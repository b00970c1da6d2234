package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startDemo runs the command in this process, and gives where it answers and the token it printed.
func startDemo(t *testing.T, args ...string) (address, token string, stop func() int) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	out, printed := io.Pipe()
	var said strings.Builder
	code := make(chan int, 1)
	go func() { // ends with stop
		code <- run(append([]string{"demo", "--listen=127.0.0.1:0"}, args...), world{ctx: ctx, stdout: printed, stderr: &said})
		_ = printed.Close()
	}()
	for lines := bufio.NewScanner(out); token == "" && lines.Scan(); {
		if _, at, found := strings.Cut(lines.Text(), " on http://"); found && address == "" {
			address = "http://" + at
		}
		if strings.HasPrefix(lines.Text(), "ac_") {
			token = lines.Text()
		}
	}
	stop = func() int { end(); return <-code }
	if token == "" {
		t.Fatalf("it ended with %d: %s", stop(), said.String())
	}
	return address, token, stop
}

func ask(t *testing.T, address, token string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %d (%v)", req.URL.Path, resp.StatusCode, err)
	}
	return string(body)
}

func clockOf(t *testing.T, address, token string) (now time.Time, speed int) {
	t.Helper()
	var clock struct {
		Now   time.Time
		Speed int
	}
	if err := json.Unmarshal([]byte(ask(t, address+"/api/v1/clock", token)), &clock); err != nil {
		t.Fatal(err)
	}
	return clock.Now, clock.Speed
}

func TestTheDemoAnswers(t *testing.T) {
	t.Parallel()
	address, token, stop := startDemo(t)
	if got := ask(t, address+"/healthz", ""); got != "up\n" {
		t.Errorf("/healthz says %q", got)
	}
	if got := ask(t, address+"/readyz", ""); got != "ready\n" {
		t.Errorf("/readyz says %q", got)
	}
	if _, speed := clockOf(t, address, token); speed != 60 {
		t.Errorf("the clock's speed is %d, want 60", speed)
	}
	if got := ask(t, address+"/api/v1/alarms?status=open", token); !strings.Contains(got, `"worker":"p-ruth"`) {
		t.Errorf("the open alarms are %s", got)
	}
	if code := stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// The county waits for who looks at it: after a restart the clock goes on where it stood.
func TestAKeptDemoGoesOnWhereItStood(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	address, token, stop := startDemo(t, "--data="+folder, "--speed=600")
	was, _ := clockOf(t, address, token)
	if code := stop(); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	address, token, stop = startDemo(t, "--data="+folder, "--speed=1")
	is, speed := clockOf(t, address, token)
	if code := stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if speed != 1 || is.Before(was) {
		t.Errorf("it was %v, and after a restart it is %v at the speed %d", was, is, speed)
	}
}

// press sends a form of the demo's page, as a browser without scripts does.
func press(t *testing.T, address string, fields url.Values) {
	t.Helper()
	resp, err := http.PostForm(address, fields)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %d", address, resp.StatusCode)
	}
}

func TestAKeptDemoHasItsPhonesAndItsStory(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	address, _, stop := startDemo(t, "--data="+folder)
	press(t, address+"/demo/stories/ask-for-scarlett", nil)
	press(t, address+"/demo/phones/p-dan.mobile/text", url.Values{"text-p-dan.mobile": {"the dog barks"}})
	press(t, address+"/demo/phones/p-tom.mobile/state", url.Values{"state": {"off"}})
	if code := stop(); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	if info, err := os.Stat(filepath.Join(folder, "demo.db.phones")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("what the phones hold is kept as %v (%v)", info, err)
	}
	address, token, stop := startDemo(t, "--data="+folder)
	page := ask(t, address+"/demo?show=p-dan.mobile&show=p-tom.mobile", "")
	if _, speed := clockOf(t, address, token); speed != 0 {
		t.Errorf("the clock runs at %d while the story waits", speed)
	}
	if code := stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	for _, want := range []string{"the dog barks", ">off<", "paused", "Allclear was stopped while this story was playing"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}
