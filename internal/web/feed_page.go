package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// feedsPage is where somebody makes and revokes their calendar feeds.
type feedsPage struct {
	Layout
	Rows  []feedRow
	Made  *madeFeed // nil but right after one was made
	Shows *govuk.Select
	Name  govuk.Input
	DAV   string // the address of CalDAV
	User  string // what they sign in there as
}

type feedRow struct {
	Name, Shows, Href string
	MadeAt, AskedAt   time.Time // rounded; zero: never
}

// madeFeed is a feed with its secret, which is shown this once.
type madeFeed struct{ Name, Link, Secret string }

// feeds answers GET /feeds.
func (p *Pages) feeds(c *request) error { return p.showFeeds(c, http.StatusOK, blank(), nil) }

func (p *Pages) showFeeds(c *request, status int, f *form, made *madeFeed) error {
	choices, err := p.feedChoices(c)
	if err != nil {
		return err
	}
	page := feedsPage{Layout: p.layout(c, "Calendar feeds").again(f), Made: made, DAV: p.URL + davPrefix + "/", User: c.who.Name}
	if !c.who.Email.IsZero() {
		page.User = c.who.Email.Reveal()
	}
	if made != nil {
		page.Done = "The feed is made. Its address is shown this once."
	}
	page.Name = f.input("name", "Where it will be", "Such as “My phone” or “Outlook at work”, so that you know later which to revoke")
	page.Name.Classes, page.Name.Autocomplete = "govuk-input--width-20", "off"
	if len(choices) > 0 {
		page.Shows = &govuk.Select{Name: "shows", Label: govuk.Label{Text: "What it shows"}, Items: choices, Value: f.value("shows"), ErrorMessage: f.says("shows")}
	}
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return err
	}
	list, err := p.Store.Feeds(c.Context(), c.who.ID)
	if err != nil {
		return err
	}
	for _, kept := range list {
		t, _ := teamOf(teams, kept.Team)
		page.Rows = append(page.Rows, feedRow{Name: kept.Name, Shows: feedWords(kept, "your own", t.Name), Href: "/feeds/" + kept.ID, MadeAt: kept.MadeAt, AskedAt: kept.AskedAt})
		if kept.Kind == store.FeedOwn {
			page.Rows[len(page.Rows)-1].Shows = "your own visits"
		}
	}
	return p.show(c, status, "feeds", page)
}

// feedChoices are the feeds that the reader may make.
func (p *Pages) feedChoices(c *request) (choices []govuk.Option, err error) {
	if may, err := p.mayHaveFeed(c.Context(), c.who, store.FeedOwn, "", c.at); err != nil {
		return nil, err
	} else if may {
		choices = append(choices, govuk.Option{Value: string(store.FeedOwn), Text: "Your own visits"})
	}
	teams, err := p.visitTeams(c)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		for _, kind := range []store.FeedKind{store.FeedRota, store.FeedTeam} {
			may, err := p.mayHaveFeed(c.Context(), c.who, kind, t.ID, c.at)
			if err != nil {
				return nil, err
			}
			if may {
				says := feedWords(store.Feed{Kind: kind}, "", t.Name)
				choices = append(choices, govuk.Option{Value: string(kind) + " " + t.ID, Text: strings.ToUpper(says[:1]) + says[1:]})
			}
		}
	}
	return choices, nil
}

// longestFeedName is how long what somebody calls a feed may be.
const longestFeedName = 60

// makeFeed answers POST /feeds. The secret is in this one answer, and in no address that is kept anywhere.
func (p *Pages) makeFeed(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	kind, team, _ := strings.Cut(f.value("shows"), " ")
	may := kind == string(store.FeedOwn) || kind == string(store.FeedRota) || kind == string(store.FeedTeam)
	if may {
		if may, err = p.mayHaveFeed(c.Context(), c.who, store.FeedKind(kind), team, c.at); err != nil {
			return err
		}
	}
	if !may {
		f.wrong("shows", "Choose what the feed shows")
	}
	f.need("name", "Say where the feed will be, such as “My phone”")
	if utf8.RuneCountInString(f.value("name")) > longestFeedName {
		f.wrong("name", "Enter less: 60 characters at most")
	}
	if f.bad() {
		return p.showFeeds(c, http.StatusUnprocessableEntity, f, nil)
	}
	secret := rand.Text()
	err = p.Store.AddFeed(c.Context(), store.Feed{ID: "f-" + strings.ToLower(rand.Text()[:12]), Person: c.who.ID, Kind: store.FeedKind(kind), Team: team, Name: f.value("name"), MadeAt: c.at}, secret,
		store.By{Person: c.who.ID, Via: "page"})
	if errors.Is(err, store.ErrEnough) {
		f.wrong("name", "You have 20 feeds, which is the most. Revoke one that you no longer use")
		return p.showFeeds(c, http.StatusUnprocessableEntity, f, nil)
	}
	if err != nil {
		return err
	}
	p.Log.Info("calendar feed made", "person", c.who.ID, "shows", kind)
	return p.showFeeds(c, http.StatusOK, blank(), &madeFeed{f.value("name"), p.URL + "/calendar/" + secret + ".ics", secret})
}

// removeFeed answers POST /feeds/{id}/remove.
func (p *Pages) removeFeed(c *request) error {
	err := p.Store.RemoveFeed(c.Context(), c.who.ID, c.PathValue("id"), store.By{Person: c.who.ID, Via: "page"}, c.at)
	if err != nil && !errors.Is(err, store.ErrNotFound) { // it was revoked in another window: then it is done
		return err
	}
	return c.redirect("/feeds?done=feed-removed")
}
