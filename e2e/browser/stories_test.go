package browser_test

import (
	"fmt"
	"testing"
)

// stories are those that play by themselves, with the last thing each says.
var stories = map[string]string{
	"A forgotten check-out": "The visit has ended, with the evidence beside it.",
	"Ask for Scarlett":      "Only that closes the alarm, with the police told.",
	"Nobody answers":        "and everyone who was told hears it.",
}

// hows are the two kinds of browser that every story is told in.
var hows = map[string]func(*page) *page{
	"with scripts":    func(b *page) *page { return b },
	"without scripts": (*page).withoutScripts,
}

func TestEachStoryPlaysByItself(t *testing.T) {
	for story, last := range stories {
		for how, set := range hows {
			t.Run(story+" "+how, func(t *testing.T) {
				t.Parallel()
				b := set(demo(t).visitor(t))
				b.Open("/demo")
				b.Press("Play the story: " + story)
				b.Awaits(story + " Finished")
				b.Sees(last)
				b.SeesNot("(next)")
			})
		}
	}
}

func TestEveryStateOfAStory(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	b.Open("/demo")
	b.Press("Play the story: Nobody answers")
	b.Sees("(now)")
	b.In("Nobody answers Playing").Press("Pause")
	b.Sees("Nobody answers Paused")
	b.Passes("a story that is paused")
	b.In("Nobody answers Paused").Press("Take over")
	b.Sees("Nobody answers Taken over")
	b.Passes("a story that was taken over")
}

// The bar that says which phones ring stays in sight, and hides nothing that is gone to.
func TestWhatIsGoneToOnTheDemoIsNotUnderTheBar(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	for _, width := range []int64{360, 1280} {
		b.Sized(width, "light")
		for _, id := range []string{"phones", "p-priya.mobile", "p-tom.mobile"} {
			b.Open("/teams") // so that the anchor is gone to anew
			b.Open("/demo?show=p-priya.mobile&show=p-tom.mobile&show=p-sam.mobile&show=p-ann.mobile&show=p-mo.mobile#" + id)
			b.until("see "+id, func() error {
				at := evaluate[string](b, fmt.Sprintf(`(() => {
					const there = document.getElementById(%q), box = there.getBoundingClientRect();
					const on = document.elementFromPoint(box.left + 20, box.top + 4);
					return there.contains(on) ? "" : on?.closest("[class]").className ?? "out of sight";
				})()`, id))
				if at != "" {
					return fmt.Errorf("at %d px wide there is %q", width, at)
				}
				return nil
			})
		}
	}
}
