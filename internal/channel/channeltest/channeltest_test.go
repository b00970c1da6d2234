package channeltest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/channeltest"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/private"
)

func TestTheTownIsAChannel(t *testing.T) {
	for _, calls := range []bool{false, true} {
		t.Run(fmt.Sprintf("calls %v", calls), func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Fixture {
				place := channeltest.NewTown(t, town.Options{})
				fail := func(f town.Fault) func() { return func() { place.Fail(f, 1) } }
				f := channeltest.Fixture{
					Channel: place.SMS(), Calls: calls, Accepted: place.Accepted,
					Good: place.Phone("07700 900101").Number, Wrong: place.Phone("07700 900302").Wrong().Number,
					Down: fail(town.Down), Hangs: fail(town.Hangs), Garbage: fail(town.Garbage), Broke: fail(town.Broke),
				}
				if calls {
					f.Channel = place.Voice()
				} else {
					f.OptedOut = place.Phone("07700 900301").OptsOut().Number
				}
				return f
			})
		})
	}
}

func TestTheTownsMailIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Fixture {
		place := channeltest.NewTown(t, town.Options{})
		fail := func(f town.Fault) func() { return func() { place.Fail(f, 1) } }
		wrong := place.Phone("07700 900302").Number
		place.NoMailbox(channeltest.Address(wrong))
		return channeltest.Fixture{Channel: place.Mail(), Mails: true, Accepted: place.Accepted, Good: place.Phone("07700 900101").Number, Wrong: wrong,
			Down: fail(town.Down), Hangs: fail(town.Hangs), Garbage: fail(town.Garbage), Broke: fail(town.Broke)}
	})
}

// complaints notes what a test would have been failed with.
type complaints struct {
	testing.TB
	said []string
}

func (c *complaints) Helper() {}
func (c *complaints) Errorf(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

func TestExpectingTexts(t *testing.T) {
	place := channeltest.NewTown(t, town.Options{})
	sam := place.Phone("07700 900201")
	sam.Doubles()
	for _, body := range []string{"ALARM A7F3", "ALARM B2K9"} {
		if _, err := place.SMS().Send(t.Context(), channel.Message{ID: "m", To: sam.Number, Body: private.New(body)}); err != nil {
			t.Fatal(err)
		}
	}
	sam.Expects(t, "B2K9")
	sam.Expects(t, "ALARM")
	sam.Expects(t, "A7F3") // the double
	heard := &complaints{TB: t}
	sam.Expects(heard, "A7F3")
	sam.ExpectsNoMore(heard)
	if len(heard.said) != 2 || !strings.Contains(heard.said[0], `no text that says "A7F3"; unread: ["ALARM B2K9"]`) || !strings.Contains(heard.said[1], `another text: "ALARM B2K9"`) {
		t.Errorf("complained %q", heard.said)
	}
	sam.Expects(t, "B2K9")
	sam.ExpectsNoMore(t)
}
