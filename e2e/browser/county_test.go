package browser_test

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// county is a demo that runs, in a folder of its own.
type county struct {
	*testing.T
	folder  string
	address string // "127.0.0.1:40123"
	token   string // for the API
	process *exec.Cmd
	said    bytes.Buffer
}

// demo starts a county. It ends with the test.
func demo(t *testing.T) *county {
	t.Helper()
	chromium.use(t)
	c := &county{T: t, folder: t.TempDir(), address: "127.0.0.1:0"}
	c.start()
	t.Cleanup(c.stop)
	return c
}

// start starts the demo, again at the address that it had.
func (c *county) start() {
	c.Helper()
	c.process = exec.Command(binary, "demo", "--listen", c.address, "--data", c.folder, "--pace", "300ms")
	c.process.Stderr = &c.said
	printed, err := c.process.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	if err := c.process.Start(); err != nil {
		c.Fatal(err)
	}
	for lines := bufio.NewScanner(printed); lines.Scan(); {
		if _, at, found := strings.Cut(lines.Text(), " on http://"); found {
			c.address = at
		}
		if strings.HasPrefix(lines.Text(), "ac_") {
			c.token = lines.Text()
			go func() { _, _ = io.Copy(io.Discard, printed) }() // ends with the process
			return
		}
	}
	c.Fatalf("the demo did not start: %s", c.said.String())
}

// stop ends the demo as one who presses Ctrl+C does.
func (c *county) stop() {
	if c.process == nil {
		return
	}
	if err := c.process.Process.Signal(syscall.SIGINT); err != nil {
		c.Error(err)
	}
	if err := c.process.Wait(); err != nil {
		c.Errorf("the demo ended with %v: %s", err, c.said.String())
	}
	c.process = nil
}

// sets presses one of the speeds of the county's clock, on the page of the phones.
func (b *page) sets(speed string) {
	b.Helper()
	b.Press(speed)
	b.until("set the clock: "+speed, func() error {
		if evaluate[string](b, `document.querySelector("[aria-current=true][name=speed]")?.textContent ?? ""`) != speed {
			return errUnseen
		}
		return nil
	})
}

// actsAs makes the visitor act as someone, by id, as the page of those does.
func (b *page) actsAs(person string) {
	b.Helper()
	if person == "" {
		return
	}
	b.must(call(b, network.SetCookie, network.SetCookieParams{Name: "acting", Value: person, URL: "http://" + b.county.address}))
}
