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
	"net/http"
	"net/url"
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
	moment string // what is in the words of the step that is shown
	page   string // what is opened then: the link of that step, or "" for the story's own page
	where  string // the part of it that matters
	shows  string // what is to be read there before the clock is stopped, and to be in sight
	width  int64
	height int64
	part   string // what of the page is photographed; "" for as much as fits the width and height
}

var pictures = []picture{
	{name: "phones", story: "ask-for-scarlett", phones: "show=p-jo.mobile&show=p-mo.mobile",
		moment: "is rung at once", where: ".allclear-phone--ringing", shows: "CALL 999 now. Jo P", width: 900, height: 900, part: ".allclear-phones"},
	{name: "alarm-room", story: "forgotten-check-out", phones: "show=p-priya.mobile", moment: "presses the key",
		page: "/alarms/", where: "main", shows: "You have had this alarm", width: 900, height: 1100},
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
	if err := os.MkdirAll(folder, 0o750); err != nil {
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
		if err := os.WriteFile(file, png, 0o644); err != nil { // #nosec G306 -- a picture, for all to read
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
	if err := p.play(tab, at); err != nil {
		return nil, err
	}
	inSight := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.textContent.includes(%q)).forEach((e) => e.scrollIntoView({block: "end"})), true`,
		p.where+" li", p.shows)
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](inSight)); err != nil {
		return nil, fmt.Errorf("bring %q into sight: %w", p.shows, err)
	}
	if p.part != "" {
		return chromedp.Run(tab, chromedp.Screenshot(p.part))
	}
	return chromedp.Run(tab, chromedp.CaptureScreenshot())
}

// play begins the story, waits for its moment and stops the clock there.
func (p picture) play(tab context.Context, at string) error {
	if err := post(tab, at+"/demo/stories/"+p.story, nil); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if err := comes(tab, "[aria-current=step]", p.moment); err != nil {
		return err
	}
	if p.page != "" {
		if err := p.turn(tab, at); err != nil {
			return err
		}
	}
	if err := comes(tab, p.where, p.shows); err != nil {
		return err
	}
	if err := post(tab, at+"/demo/story", url.Values{"do": {"pause"}}); err != nil {
		return fmt.Errorf("pause the story: %w", err)
	}
	return nil
}

// comes waits until words are in a part of the page.
func comes(tab context.Context, part, words string) error {
	holds := fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q) === true`, part, words)
	if _, err := chromedp.Run(tab, chromedp.Poll[bool](holds, chromedp.WithPollingTimeout(patience))); err != nil {
		return fmt.Errorf("wait for %q: %w", words, err)
	}
	return nil
}

// post presses a button of the demo.
func post(ctx context.Context, to string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // only its status counts
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("it is answered %s", resp.Status)
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
	if resp.Status != http.StatusOK {
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
	cmd := exec.CommandContext(ctx, found, "demo", "--listen=127.0.0.1:0") // #nosec G204 -- the program that the developer names
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
