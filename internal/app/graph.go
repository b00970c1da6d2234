package app

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/store"
)

// Graph is an application of a Microsoft 365 tenant, and what it is for.
type Graph struct {
	graph.Account
	Mailbox   string            // that is read; "": none
	Calendars map[string]string // the mailbox of each team's shared calendar, by the team's id
}

// readsGraph says that a mailbox is read by Graph.
func (o Options) readsGraph() bool { return o.Graph != nil && o.Graph.Mailbox != "" }

// graphCall bounds one call with its answer, a mail of the greatest length among them.
const graphCall = time.Minute

func (o Options) graphClient() *graph.Client {
	g := o.Graph
	return graph.NewClient(g.Account, o.Outgoing.Client(g.API, graphCall), o.Outgoing.Client(g.Login, tokenWithin))
}

// writesCalendars lets an engine write into teams' calendars.
func (o Options) writesCalendars(eo *engine.Options) {
	if o.Graph != nil && len(o.Graph.Calendars) > 0 {
		eo.TeamCalendar, eo.TeamCalendars = graph.Calendars{Client: o.graphClient()}, o.Graph.Calendars
	}
}

// checkTeamCalendars says which teams' calendars cannot be written into, and which are nobody's.
func checkTeamCalendars(ctx context.Context, o Options, teams []store.Team) (found []Finding) {
	if o.Graph == nil {
		return nil
	}
	calendars := graph.Calendars{}
	for _, id := range slices.Sorted(maps.Keys(o.Graph.Calendars)) {
		if !slices.ContainsFunc(teams, func(t store.Team) bool { return t.ID == id }) {
			found = append(found, Finding{About: "calendar", Says: "ALLCLEAR_GRAPH_CALENDARS names the team " + id + ", which is not there"})
			continue
		}
		if calendars.Client == nil {
			calendars.Client = o.graphClient()
		}
		within, cancel := context.WithTimeout(ctx, gatewayTimeout)
		if err := calendars.Check(within, o.Graph.Calendars[id]); err != nil {
			found = append(found, Finding{About: "calendar", Says: "team " + id + ": its shared calendar is not written: " + err.Error()})
		}
		cancel()
	}
	return found
}

// graphInbox is the mailbox that is read by Graph.
func (o Options) graphInbox(take func(context.Context, mail.Arrival) error, now func() time.Time) *graph.Inbox {
	return graph.NewInbox(graph.InboxOptions{Client: o.graphClient(), Mailbox: o.Graph.Mailbox, Take: take, Hook: o.graphHook(), Now: now, True: time.Now, Log: o.Log})
}

// graphHook is where notifications come to; "" where Microsoft would not reach it, or not call it: then the mailbox is asked from time to time.
func (o Options) graphHook() string {
	ours := o.public(o.Listen)
	if strings.HasPrefix(ours, "https://") || strings.HasPrefix(o.Graph.API, "http://") { // the latter is on this machine, and plays it
		return ours + api.GraphPath
	}
	return ""
}

// hook is what answers notifications; nil where none come.
func (a *App) hook() http.Handler {
	if a.mail.graph == nil {
		return nil
	}
	return a.mail.graph
}

// state is that of whichever mailbox is read.
func (i inbox) state() (s mailbox.State, via mail.Via, reads bool) {
	switch {
	case i.mailbox != nil:
		return i.mailbox.State(), mail.ByMailbox, true
	case i.graph != nil:
		g := i.graph.State()
		return mailbox.State{Connected: g.Connected, Since: g.Since, Says: g.Says, Taken: g.Taken, Failed: g.Failed}, mail.ByGraph, true
	default:
		return s, "", false
	}
}

func checkGraph(ctx context.Context, o Options) Finding {
	i := o.graphInbox(func(context.Context, mail.Arrival) error { return errors.New("a check takes nothing") }, time.Now)
	if err := i.Check(ctx); err != nil {
		return Finding{About: "mail", Says: "the mailbox is not read, so no visit is booked by it: " + err.Error()}
	}
	if o.graphHook() == "" {
		return Finding{About: "mail", Says: "the mailbox is read, from time to time: without an https address of ours (ALLCLEAR_URL) Microsoft cannot say that mail came"}
	}
	return Finding{About: "mail", Says: "the mailbox is read"}
}
