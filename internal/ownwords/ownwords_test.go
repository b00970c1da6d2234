package ownwords

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/private"
)

func TestWhoMayReadIsWhomTheyChose(t *testing.T) {
	for _, row := range []struct {
		whom                     For
		manager, named, bystands bool
	}{
		{Me, false, false, false},
		{Manager, true, false, false},
		{Named, false, true, false},
		{Withdrawn, false, false, false},
		{"", false, false, false},
	} {
		w := Words{For: row.whom, Named: []string{"p-kay"}}
		if w.Chose("p-lee", true) != row.manager || w.Chose("p-kay", false) != row.named || w.Chose("p-sam", false) != row.bystands {
			t.Errorf("for %q: the manager %v, who is named %v, another %v", row.whom, w.Chose("p-lee", true), w.Chose("p-kay", false), w.Chose("p-sam", false))
		}
	}
}

func TestWordsAreReadAsTheyWereWritten(t *testing.T) {
	w := Words{Named, private.New("I am anxious"), []string{"p-lee", "p-ann"}}
	if got, err := Read("named", w.Body()); err != nil || cmp.Diff(w, got) != "" || !got.Standing() {
		t.Error(err, cmp.Diff(w, got))
	}
	if got, err := Read("withdrawn", Words{}.Body()); err != nil || got.Standing() || !got.Text.IsZero() {
		t.Errorf("taken back: %v, %v", got, err)
	}
	if _, err := Read("me", private.New(`{"text": gorgonzola}`)); err == nil || strings.Contains(err.Error(), "gorgonzola") {
		t.Errorf("what is none is read with %v", err)
	}
}

func TestWhatKeepsWordsFromBeingKept(t *testing.T) {
	said := private.New("I lie awake before it")
	for _, row := range []struct {
		what string
		w    Words
		want []string
	}{
		{"nothing", Words{}, []string{"own", "readers"}},
		{"for oneself", Words{For: Me, Text: said}, nil},
		{"for everybody", Words{For: "everybody", Text: said}, []string{"readers"}},
		{"withdrawn", Words{For: Withdrawn, Text: said}, []string{"readers"}},
		{"for nobody named", Words{For: Named, Text: said}, []string{"reader"}},
		{"for one", Words{For: Named, Text: said, Named: []string{"p-kay"}}, nil},
		{"too much", Words{For: Me, Text: private.New(strings.Repeat("ö", Longest+1))}, []string{"own"}},
		{"as much as may be", Words{For: Me, Text: private.New(strings.Repeat("ö", Longest))}, nil},
		{"turned round unseen", Words{For: Me, Text: private.New("a\u202eb")}, []string{"own"}},
	} {
		var got []string
		for _, p := range row.w.Problems() {
			got = append(got, p.Field)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, not %v", row.what, got, row.want)
		}
	}
}
