package browser_test

import "testing"

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
