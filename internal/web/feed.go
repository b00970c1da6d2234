package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

// Bounds on a feed.
const (
	feedBack    = 28 * 24 * time.Hour
	feedAhead   = 26 * 7 * 24 * time.Hour
	feedEvents  = 5000
	feedRefresh = 15 * time.Minute
	feedAsked   = 15 * time.Minute // to which it is rounded when a feed was asked for last
)

// planningOnly is what every feed says of itself.
const planningOnly = "For planning, never for safety: a calendar can be a day behind. What holds stands in Allclear."

// feed answers GET /calendar/{secret}: a person's calendar for their own programs, by the secret alone. An address that is no more, or never was,
// is not found, and nothing tells the two apart.
func (p *Pages) feed(c *request) error {
	secret, is := strings.CutSuffix(c.PathValue("secret"), ".ics")
	if !is {
		return notFound()
	}
	opened, err := p.openFeed(c.Context(), edge.From(c.Request), secret, c.at)
	if err != nil {
		return waitAnswer(c, err)
	}
	c.w.Header().Set("Cache-Control", "private, no-cache") // whoever keeps it asks whether it still is so
	stamp, err := p.stampOf(c.Context(), opened)
	if err != nil {
		return err
	}
	if tag, as := p.told.as(opened.ID, stamp); as && matches(c.Header.Get("If-None-Match"), tag) {
		return c.unchanged(tag)
	}
	written, err := p.writeFeed(c.Context(), opened)
	if err != nil {
		return err
	}
	tag := etagOf(written)
	p.told.keep(opened.ID, stamp, tag)
	if matches(c.Header.Get("If-None-Match"), tag) {
		return c.unchanged(tag)
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="allclear.ics"`)
	h.Set("ETag", tag)
	http.ServeContent(c.w, c.Request, "", time.Time{}, bytes.NewReader(written))
	return nil
}

// waitAnswer is what whoever guesses at secrets is told.
func waitAnswer(c *request, err error) error {
	wait, guessed := errors.AsType[*signin.WaitError](err)
	if !guessed {
		return err
	}
	c.w.Header().Set("Retry-After", fmt.Sprint(max(1, int(wait.For.Seconds()))))
	return &statusError{status: http.StatusTooManyRequests, says: "That was tried too often from here. Wait a few minutes."}
}

func (c *request) unchanged(tag string) error {
	c.w.Header().Set("ETag", tag)
	c.w.WriteHeader(http.StatusNotModified)
	return nil
}

// matches says that one of the tags of an If-None-Match is the tag: they are compared weakly (RFC 9110, 13.1.2).
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// etagOf is a weak tag: of two feeds that say the same, one was made later and says so in its name.
func etagOf(written []byte) string {
	_, says, _ := bytes.Cut(written, []byte("\r\nX-PUBLISHED-TTL"))
	sum := sha256.Sum256(says)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// openedFeed is a feed that was asked for by its secret, by whose eyes, and when.
type openedFeed struct {
	store.Feed
	owner    buddy.Person
	at       time.Time
	from, to time.Time
}

// openFeed finds a feed by its secret, where its owner may still have it.
func (p *Pages) openFeed(ctx context.Context, address, secret string, at time.Time) (o openedFeed, err error) {
	if p.SignIn != nil {
		// A secret that is right is counted by itself, so that nobody's guesses keep out whoever asks from the same office.
		right, err := p.SignIn.Try(address, "feed "+secret)
		if err != nil {
			return o, err
		}
		defer func() {
			if o.ID != "" {
				right()
			}
		}()
	}
	f, err := p.Store.FeedBySecret(ctx, secret)
	if err != nil {
		return o, err
	}
	owner, err := p.directory.person(ctx, f.Person)
	if err != nil {
		return o, err
	}
	may, err := p.mayHaveFeed(ctx, owner, f.Kind, f.Team, at)
	switch {
	case err != nil:
		return o, err
	case !may:
		return o, fmt.Errorf("look for feed: %w", store.ErrNotFound)
	}
	asked := at.Truncate(feedAsked)
	if asked.Before(f.MadeAt) {
		asked = f.MadeAt // nobody asked for it before it was there
	}
	if f.AskedAt.Before(asked) {
		if err := p.Store.AskedFeed(ctx, f.ID, asked); err != nil {
			p.Log.Error("note that a feed was asked for", "feed", f.ID, "error", err)
		}
	}
	day := at.UTC().Truncate(24 * time.Hour) // so that what is in it moves once a day
	return openedFeed{Feed: f, owner: owner, at: at, from: day.Add(-feedBack), to: day.Add(feedAhead)}, nil
}

// mayHaveFeed says that someone may have such a feed, as things stand now: who leaves a team, or its management, has its feed no more.
func (p *Pages) mayHaveFeed(ctx context.Context, who buddy.Person, kind store.FeedKind, team string, at time.Time) (bool, error) {
	if !who.Active {
		return false, nil
	}
	if kind == store.FeedOwn {
		return visits(who), nil
	}
	teams, err := p.directory.teams(ctx)
	if err != nil {
		return false, err
	}
	t, found := teamOf(teams, team)
	if !found {
		return false, nil
	}
	covered, err := p.covered(ctx, who, at)
	if err != nil {
		return false, err
	}
	act := access.SeeVisits
	if kind == store.FeedTeam {
		act = access.TakeVisits
	}
	return access.May(act, toTeam(who, t, covered)), nil
}

// writeFeed makes the calendar of a feed, as text.
func (p *Pages) writeFeed(ctx context.Context, o openedFeed) ([]byte, error) {
	c, err := p.feedCalendar(ctx, o)
	if err != nil {
		return nil, err
	}
	return c.Encode(), nil
}

// feedCalendar makes the calendar of a feed.
func (p *Pages) feedCalendar(ctx context.Context, o openedFeed) (c calendar.Calendar, err error) {
	if ctx, err = p.directory.hold(ctx); err != nil {
		return c, err
	}
	teams, err := p.directory.teams(ctx)
	if err != nil {
		return c, err
	}
	t, _ := teamOf(teams, cmp.Or(o.Team, o.owner.Team))
	in := p.zoneOf(ctx, t)
	c.Refresh, c.About = feedRefresh, planningOnly
	c.Name = "Allclear: " + feedWords(o.Feed, o.owner.Name, t.Name) + ", as of " + o.at.In(in).Format("15:04, 2 January")
	never, err := p.Store.BlockedFrom(ctx, o.owner.ID)
	if err != nil {
		return c, err
	}
	if o.Kind == store.FeedRota {
		c.Events, err = p.rotaEvents(ctx, o, in, never)
		return c, err
	}
	c.Events, err = p.visitEvents(ctx, o, teams, never)
	return c, err
}

// feedWords says what a feed shows.
func feedWords(f store.Feed, owner, team string) string {
	switch f.Kind {
	case store.FeedRota:
		return "who is on call for " + team
	case store.FeedTeam:
		return "visits of " + team
	default:
		return "visits of " + owner
	}
}

func (p *Pages) zoneOf(ctx context.Context, t store.Team) *time.Location {
	if in, err := p.directory.zone(ctx, t.Zone); err == nil && t.Zone != "" {
		return in
	}
	return time.UTC
}

// visitEvents are the visits of a feed, as package view has them for a calendar elsewhere.
func (p *Pages) visitEvents(ctx context.Context, o openedFeed, teams []store.Team, never []string) ([]calendar.Event, error) {
	filter := store.VisitFilter{Worker: o.owner.ID, From: o.from, To: o.to}
	if o.Kind == store.FeedTeam {
		filter.Worker, filter.Team = "", o.Team
	}
	list, err := p.View.Planned(ctx, filter, feedEvents, view.Person(o.owner, o.at).KeptFrom(never))
	if err != nil {
		return nil, err
	}
	zones, names := map[string]*time.Location{}, map[string]string{}
	events := make([]calendar.Event, 0, len(list))
	host := p.host()
	for _, v := range list {
		in := zones[v.Team]
		if in == nil {
			t, _ := teamOf(teams, v.Team)
			in = p.zoneOf(ctx, t)
			zones[v.Team] = in
		}
		if _, known := names[v.Worker]; !known {
			if names[v.Worker], err = p.directory.name(ctx, v.Worker); err != nil {
				return nil, err
			}
		}
		e := calendar.Event{UID: v.ID + "@" + host, Stamp: cmp.Or(v.Made, v.StartsAt), Start: calendar.Moment{At: v.StartsAt.In(in)}, End: calendar.Moment{At: v.EndsAt.In(in)},
			Summary: private.New(plannedWords(v, names[v.Worker])), Status: "CONFIRMED"}
		if v.Private {
			e.Class = calendar.Private
		}
		if !v.Busy {
			e.URL = p.URL + "/visits/" + v.ID
			e.Description = private.New("What is known of it stands behind your sign-in: " + e.URL)
		}
		events = append(events, e)
	}
	return events, nil
}

// plannedWords is what a visit is called in a calendar that lies elsewhere: never whom it is to, nor where.
func plannedWords(v view.Planned, worker string) string {
	if v.Busy {
		return worker + ": Busy – private"
	}
	what := cmp.Or(visitWords[v.Kind], visitWords["other"])
	if v.Private {
		what = "Private appointment"
	}
	if v.Reference != "" {
		what += " (" + v.Reference + ")"
	}
	if v.Own {
		return what
	}
	return worker + ": " + strings.ToLower(what[:1]) + what[1:]
}

// rotaEvents are the shifts of a team: who is on call. How they are reached stands in Allclear alone.
func (p *Pages) rotaEvents(ctx context.Context, o openedFeed, in *time.Location, never []string) ([]calendar.Event, error) {
	shifts, err := p.Store.Shifts(ctx, o.Team, o.from, o.to)
	if err != nil {
		return nil, fmt.Errorf("read rota: %w", err)
	}
	var events []calendar.Event
	host := p.host()
	for _, s := range shifts {
		who, err := p.directory.person(ctx, s.Person)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && !who.Active:
			continue // whoever has left answers for nobody: the page shows the gap
		case err != nil:
			return nil, err
		}
		name := who.Name
		if slices.Contains(never, who.ID) {
			name = view.Colleague
		}
		link := p.URL + "/rota?" + url.Values{"team": {o.Team}, "from": {s.StartsAt.In(in).Format(time.DateOnly)}}.Encode()
		events = append(events, calendar.Event{UID: "shift-" + s.ID + "@" + host, Stamp: s.StartsAt, Start: calendar.Moment{At: s.StartsAt.In(in)}, End: calendar.Moment{At: s.EndsAt.In(in)},
			Summary: private.New(fmt.Sprintf("On call (%d): %s", s.Order, name)), Description: private.New("How they are reached stands behind your sign-in: " + link), URL: link,
			Status: "CONFIRMED", Free: s.Person != o.owner.ID})
		if len(events) == feedEvents {
			break
		}
	}
	return events, nil
}

// host is the name that what is in a feed is known by, for ever: that of the public address.
func (p *Pages) host() string {
	if at, err := url.Parse(p.URL); err == nil && at.Hostname() != "" {
		return at.Hostname()
	}
	return "allclear"
}
