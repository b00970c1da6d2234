package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this test binary as allclear itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"allclear": main, "put": put})
}

// put is a program for the scripts: put ADDRESS TOKEN BODY.
func put() {
	req, err := http.NewRequest(http.MethodPut, os.Args[1], strings.NewReader(os.Args[3]))
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+os.Args[2])
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		log.Fatalf("%s: %s %v", resp.Status, body, err)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true})
}
