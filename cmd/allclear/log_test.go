package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The server's log is one stream on standard error, in which each line is a JSON object that says when, with the zone, how bad it is, what, and
// where: a program can read it, and lay it beside those of other machines. Standard output has none of it.
func TestTheLinesOfTheLogAreRead(t *testing.T) {
	var log bytes.Buffer
	out, said := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	folder := t.TempDir()
	code := make(chan int, 1)
	go func() { // ends with ctx
		code <- run([]string{"serve"}, world{ctx, []string{"ALLCLEAR_DATABASE=sqlite:" + filepath.Join(folder, "a.db"), "ALLCLEAR_LISTEN=127.0.0.1:0", "ALLCLEAR_LOG_LEVEL=debug", "TZ=Europe/London",
			"ALLCLEAR_HEARTBEAT_URL=http://127.0.0.1:1/secret"},
			strings.NewReader(""), said, &log})
		_ = said.Close()
	}()
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	rest := make(chan string, 1)
	go func() { // ends with the server
		more, _ := io.ReadAll(lines)
		rest <- string(more)
	}()
	address := strings.TrimSpace(first[strings.LastIndex(first, " on ")+4:])
	called(t, http.MethodGet, address+"/api/v1/people", "nobody's")
	called(t, http.MethodGet, address+"/readyz", "")
	stop()
	if got := <-code; got != 0 {
		t.Fatalf("it ended with %d: %s", got, &log)
	}
	if more := <-rest; strings.Contains(more, "{") {
		t.Errorf("standard output has %q", more)
	}
	host, _ := os.Hostname()
	levels := map[string]bool{}
	for line := range strings.Lines(log.String()) {
		var l struct {
			Time       string
			Level, Msg string
			Host       string
			Process    int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q is no line of JSON: %v", line, err)
		}
		at, err := time.Parse(time.RFC3339Nano, l.Time)
		if err != nil || !strings.HasSuffix(l.Time, "Z") || time.Since(at).Abs() > time.Minute {
			t.Errorf("its time is %q", l.Time)
		}
		if l.Msg == "" || l.Host != host || l.Process != os.Getpid() {
			t.Errorf("it says not what, or not where: %s", line)
		}
		levels[l.Level] = true
	}
	if !levels["WARN"] || !levels["ERROR"] {
		t.Errorf("the levels are %v: %s", levels, &log)
	}
}

func called(t *testing.T, method, address, token string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}
