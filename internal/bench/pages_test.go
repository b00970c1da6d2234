package bench

import (
	"fmt"
	"testing"
	"time"
)

func TestAnAddressShowsWhatThereIs(t *testing.T) {
	shown := map[string]string{"/visits/": "v1", "/alarms/": "a1"}
	for pattern, want := range map[string]string{"GET /{$}": "/", "GET /visits/{id}": "/visits/v1", "GET /alarms/{id}/police": "/alarms/a1/police", "GET /visits/new": "/visits/new"} {
		if got, known := addressOf(pattern, shown); got != want || !known {
			t.Errorf("%s is %s, %v", pattern, got, known)
		}
	}
	if got, known := addressOf("GET /sheets/{id}", shown); known {
		t.Errorf("something is shown at %s", got)
	}
}

func TestABoardHasAChangeOnceItShowsItOrALaterOne(t *testing.T) {
	c := newCrowd("", 200, 20)
	end := func(n int) string {
		return fmt.Sprintf(`<time-left until="%s">`, instant(c.base.Add(changesFrom+time.Duration(n)*time.Second)))
	}
	if n := c.newest([]byte(end(-40) + end(3) + end(2) + end(maxChanges+5))); n != 3 {
		t.Errorf("the newest is %d", n)
	}
	at := c.base
	c.made = []made{{0, at}, {1, at}, {0, at}}
	for _, v := range c.viewers {
		v.has = []sight{{1, at.Add(time.Second)}, {2, at.Add(2 * time.Second)}}
		if v.team < 1 {
			v.has = append(v.has, sight{3, at.Add(4 * time.Second)})
		}
	}
	every, last, missed := c.seen()
	if missed != 0 || len(every) != 30 || last[0] != time.Second || last[1] != 2*time.Second || last[2] != 4*time.Second {
		t.Errorf("%d saw it, the last %v, %d never", len(every), last, missed)
	}
	c.viewers[1].has = nil
	if _, _, missed := c.seen(); missed != 2 {
		t.Errorf("%d were never seen, not the 2 of that team", missed)
	}
}
