package browser_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// seats are tabs that someone has left, each alone with its cookies. Whoever comes next takes one: a new
// one is a process more, which compiles all scripts anew.
var seats struct {
	sync.Mutex
	free []seat
}

// seat is a tab for one visitor after the other.
type seat struct {
	tab   context.Context
	close context.CancelFunc
}

// sitDown gives a visitor a tab that knows nothing of whoever had it before. It is left when the test ends.
func sitDown(t *testing.T) context.Context {
	t.Helper()
	running := chromium.use(t)
	seats.Lock()
	var s seat
	if last := len(seats.free) - 1; last >= 0 {
		s, seats.free = seats.free[last], seats.free[:last]
	}
	seats.Unlock()
	if s.tab == nil {
		s.tab, s.close = chromedp.NewContext(running, chromedp.WithNewBrowserContext())
	}
	t.Cleanup(func() { s.leave(t) })
	return s.tab
}

// leave makes the tab as new for the next visitor. One that a failed test had is closed, and so is one that does not become as new.
func (s seat) leave(t *testing.T) {
	if t.Failed() {
		s.close()
		return
	}
	if err := s.clean(); err != nil {
		t.Errorf("clean the tab for the next visitor: %v", err)
		s.close()
		return
	}
	seats.Lock()
	defer seats.Unlock()
	seats.free = append(seats.free, s)
}

func (s seat) clean() error {
	ctx, end := context.WithTimeout(s.tab, patience)
	defer end()
	err := chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	_, scripts := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	_, cookies := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
	_, passkeys := chromedp.Call(ctx, webauthn.Disable, cdp.Empty{})
	_, history := chromedp.Call(ctx, cdppage.ResetNavigationHistory, cdp.Empty{})
	return errors.Join(err, scripts, cookies, passkeys, history)
}
