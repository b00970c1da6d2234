// Command pictures takes the pictures of docs/pictures anew: it starts a demo, plays its stories in a browser nobody
// sees, stops the clock at the moment that is to be shown, and photographs the page.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a story may take to come to its moment.
const patience = 3 * time.Minute

// picture is one moment of one story.
type picture struct {
	name   string
	story  string // its id
	phones string // those that are shown, as an address has them
	moment string // how the step begins at which the clock is stopped
	page   string // what is opened then: the link of that step, or "" for the story's own page
	width  int64
	height int64
	part   string // what of the page is photographed; "" for as much as fits the width and height
}

var pictures = []picture{
	{name: "phones", story: "ask-for-scarlett", phones: "show=p-jo.mobile&show=p-mo.mobile",
		moment: "is rung at once", width: 900, height: 900, part: ".allclear-phones"},
	{name: "alarm-room", story: "forgotten-check-out", phones: "show=p-priya.mobile", moment: "presses the key",
		page: "/alarms/", width: 900, height: 1100},
}

func main() {
	binary := flag.String("binary", "bin/allclear", "the allclear to photograph")
	folder := flag.String("to", "docs/pictures", "where the pictures go")
	only := flag.String("only", "", "the name of one picture (default: all)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *binary, *folder, *only, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// run takes each picture from a demo of its own.
func run(ctx context.Context, binary, folder, only string, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	taken := 0
	for _, p := range pictures {
		if only != "" && only != p.name {
			continue
		}
		fmt.Fprintf(out, "%s: playing %s up to its moment\n", p.name, p.story)
		png, err := take(ctx, binary, p)
		if err != nil {
			return fmt.Errorf("take %s: %w", p.name, err)
		}
		file := filepath.Join(folder, p.name+".png")
		if err := os.WriteFile(file, png, 0o644); err != nil {
			return fmt.Errorf("keep %s: %w", p.name, err)
		}
		fmt.Fprintf(out, "%s: %d KB\n", file, len(png)>>10)
		taken++
	}
	if taken == 0 {
		return fmt.Errorf("there is no picture %q", only)
	}
	return nil
}

// take plays a picture's story and photographs its moment.
func take(ctx context.Context, binary string, p picture) ([]byte, error) {
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	at, end, err := startDemo(ctx, binary)
	if err != nil {
		return nil, err
	}
	defer end()
	browser, closeBrowser := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))...)
	defer closeBrowser()
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	if err := chromedp.Do(tab, chromedp.EmulateViewport(p.width, p.height), chromedp.Navigate(at+"/demo?"+p.phones)); err != nil {
		return nil, fmt.Errorf("open the demo: %w", err)
	}
	if err := p.play(tab); err != nil {
		return nil, err
	}
	if p.page != "" {
		if err := p.turn(tab, at); err != nil {
			return nil, err
		}
	}
	if p.part != "" {
		return chromedp.Run(tab, chromedp.Screenshot(p.part))
	}
	return chromedp.Run(tab, chromedp.CaptureScreenshot())
}

// play presses the story's button, waits for the moment and pauses.
func (p picture) play(tab context.Context) error {
	begins := fmt.Sprintf(`document.querySelector('form[action="/demo/stories/%s"] button').click(), true`, p.story)
	moment := fmt.Sprintf(`document.querySelector("[aria-current=step]")?.textContent.includes(%q) === true`, p.moment)
	pauses := `document.querySelector('form[action="/demo/story"] button[value=pause]').click(), true`
	paused := `document.querySelector('form[action="/demo/story"] button[value=resume]') !== null`
	for _, step := range []struct {
		what   string
		action chromedp.Action[bool]
	}{
		{"begin the story", chromedp.Evaluate[bool](begins)},
		{"wait for its moment", chromedp.Poll[bool](moment, chromedp.WithPollingTimeout(patience))},
		{"pause", chromedp.Evaluate[bool](pauses)},
		{"wait for the pause", chromedp.Poll[bool](paused, chromedp.WithPollingTimeout(patience))},
	} {
		if _, err := chromedp.Run(tab, step.action); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// turn opens the page that the moment's step leads to.
func (p picture) turn(tab context.Context, at string) error {
	link, err := chromedp.Run(tab, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector('.allclear-steps a[href^="%s"]')?.getAttribute("href") ?? ""`, p.page)))
	if err != nil || link == "" {
		return errors.Join(fmt.Errorf("find the link to %s", p.page), err)
	}
	resp, err := chromedp.RunResponse(tab, chromedp.Navigate(at+link))
	if err != nil {
		return fmt.Errorf("open %s: %w", link, err)
	}
	if resp.Status != 200 {
		return fmt.Errorf("open %s: status %d", link, resp.Status)
	}
	return nil
}

var address = regexp.MustCompile(` on (http://\S+)$`)

// startDemo starts a demo on a free port, and gives its address and what ends it.
func startDemo(ctx context.Context, binary string) (at string, end func(), err error) {
	found, err := exec.LookPath(binary)
	if err != nil {
		return "", nil, fmt.Errorf("find the binary: %w (make build makes it)", err)
	}
	cmd := exec.CommandContext(ctx, found, "demo", "--listen=127.0.0.1:0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var trouble strings.Builder
	cmd.Stderr = &trouble
	says, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, fmt.Errorf("listen to the demo: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("start the demo: %w", err)
	}
	end = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it has ended already, or ends now and takes its folder with it
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(says).ReadString('\n')
	m := address.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		end()
		return "", nil, errors.Join(fmt.Errorf("start the demo: %s", strings.TrimSpace(line+trouble.String())), err)
	}
	return m[1], end, nil
}
