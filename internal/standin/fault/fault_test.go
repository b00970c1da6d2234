package fault

import (
	"slices"
	"testing"
)

func TestFaultsComeInTheirOrder(t *testing.T) {
	type kind string
	var q Queue[kind]
	next := func(n int) (list []kind) {
		for range n {
			list = append(list, q.Next())
		}
		return list
	}
	if got := next(1); got[0] != "" {
		t.Errorf("unasked: %q", got)
	}
	q.Add("down", 2)
	q.Add("slow", 1)
	if got := next(4); !slices.Equal(got, []kind{"down", "down", "slow", ""}) {
		t.Errorf("they are %q", got)
	}
	q.Add("lost", -1)
	q.Add("slow", 1)
	if got := next(3); !slices.Equal(got, []kind{"lost", "lost", "lost"}) {
		t.Errorf("without an end they are %q", got)
	}
	q.Clear()
	if got := next(1); got[0] != "" {
		t.Errorf("once cleared: %q", got)
	}
	q.Add("down", 1)
	if got := next(2); !slices.Equal(got, []kind{"down", ""}) {
		t.Errorf("asked again: %q", got)
	}
}
