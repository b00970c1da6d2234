package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
)

// Finding is one line of `allclear check`.
type Finding struct {
	About      string // settings, certificate, database, clock, gateway, mail, rota, plan, contact
	Says       string // what it is, and what to do
	StopsAlarm bool   // an alarm would not be raised, or would reach nobody
}

const (
	gatewayTimeout = 5 * time.Second
	maxAccount     = 64 << 10 // bytes of Twilio's answer
)

// Check says what is wrong with an installation. It changes nothing, and works
// beside a running server.
func Check(ctx context.Context, o Options) ([]Finding, error) {
	findings := slices.Concat(checkFront(o), checkCertificate(ctx, o, time.Now()), checkGateway(ctx, o), checkSMTP(ctx, o), checkMail(ctx, o))
	if path := sqlitePath(o.Database); path != "" {
		if err := checkFolder(o); err != nil {
			return append(findings, Finding{About: "database", Says: err.Error(), StopsAlarm: true}), nil
		}
		switch info, err := os.Stat(path); {
		case errors.Is(err, os.ErrNotExist):
			return append(findings, Finding{About: "database", Says: "is not there yet; allclear serve makes it"}), nil
		case err == nil && info.Size() == 0:
			return append(findings, Finding{About: "database", Says: path + " is an empty file; put a backup in its place, or remove it and allclear serve makes a new one",
				StopsAlarm: true}), nil
		}
	}
	db, err := Open(ctx, o, true)
	if err != nil {
		return append(findings, Finding{About: "database", Says: err.Error(), StopsAlarm: true}), nil
	}
	defer db.Close()
	at := time.Now().UTC()
	c, err := newClock(ctx, db, o.Speed, nil)
	switch {
	case err == nil, errors.Is(err, store.ErrReadOnly): // what serve would note of a rehearsal's clock a check does not
		findings = append(findings, Finding{About: "clock", Says: "ok"})
	default:
		findings = append(findings, Finding{About: "clock", Says: err.Error(), StopsAlarm: true})
	}
	if c != nil {
		at = c.Now()
	}
	findings = append(findings, Finding{About: "database", Says: "ok"})
	if waits, err := db.Bridged(ctx); err == nil && waits {
		findings = append(findings, Finding{About: "key", Says: "the old master key still opens the database; run allclear keys rotate --finish once nothing uses it"})
	}
	findings = append(append(findings, checkKept(o)...), checkErased(ctx, db, o)...)
	if c != nil {
		late, err := checkCheckpoints(ctx, db, o, at, c.Real)
		if err != nil {
			return findings, err
		}
		findings = append(findings, late...)
		tried, err := checkBackups(ctx, db, o, at, c.Real)
		if err != nil {
			return findings, err
		}
		findings = append(findings, tried...)
		waiting, err := checkPosts(ctx, db, o, at)
		if err != nil {
			return findings, err
		}
		findings = append(findings, waiting...)
	}
	people, err := checkPeople(ctx, db, o, at)
	return append(findings, people...), err
}

// checkFront says where what a proxy passes on could be read before it is here.
func checkFront(o Options) []Finding {
	f := o.Front
	if len(f.Proxies) == 0 || f.Cert != "" || f.ACMEDomain != "" || onLoopback(o.Listen) {
		return nil
	}
	return []Finding{{About: "network", Says: "between the proxy and this machine nothing is encrypted: give a certificate here too (ALLCLEAR_TLS_CERT), or see that nobody else is on that network"}}
}

// checkGateway asks whether texts and calls can go out.
func checkGateway(ctx context.Context, o Options) []Finding {
	if o.Twilio == nil {
		return []Finding{{About: "gateway", Says: "none is set up, so nobody can be told; give ALLCLEAR_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _FROM", StopsAlarm: true}}
	}
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Twilio.API+"/2010-04-01/Accounts/"+o.Twilio.AccountSID+".json", nil)
	if err != nil {
		return []Finding{{About: "gateway", Says: "the Twilio address is not one", StopsAlarm: true}}
	}
	req.SetBasicAuth(o.Twilio.AccountSID, o.Twilio.AuthToken.Reveal())
	client := o.Outgoing.Client(o.Twilio.API, gatewayTimeout)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return []Finding{{About: "gateway", Says: "Twilio does not answer; is its address right, and the network there?", StopsAlarm: true}}
	}
	defer resp.Body.Close()
	if f := judgeGateway(resp); f.Says != "" {
		return []Finding{f}
	}
	found := []Finding{{About: "gateway", Says: "ok"}}
	if sent, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if off := time.Since(sent).Abs(); off > 30*time.Second {
			found = append(found, Finding{About: "clock", Says: fmt.Sprintf("is %s from Twilio's; set it right", off.Round(time.Second)), StopsAlarm: true})
		}
	}
	return found
}

// judgeGateway reads what Twilio says of the account; zero when it may send. An
// answer without the account does not stop an alarm: a stand-in may have none.
func judgeGateway(resp *http.Response) Finding {
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Finding{About: "gateway", Says: "Twilio refuses the account or its token; give the right ones", StopsAlarm: true}
	case status >= http.StatusInternalServerError:
		return Finding{About: "gateway", Says: fmt.Sprintf("Twilio answers %d and can send nothing now; try again soon", status), StopsAlarm: true}
	case status != http.StatusOK:
		return Finding{About: "gateway", Says: fmt.Sprintf("answers %d where the account should be; see that ALLCLEAR_TWILIO_API is right", status)}
	}
	var account struct {
		Status string `json:"status"`
	}
	err := json.NewDecoder(io.LimitReader(resp.Body, maxAccount)).Decode(&account)
	if err == nil && (account.Status == "suspended" || account.Status == "closed") {
		return Finding{About: "gateway", Says: "the Twilio account is " + account.Status + ", so nobody can be told; see its credit and its console", StopsAlarm: true}
	}
	return Finding{}
}

// checkPeople looks at the plans, the cover of the next week and the numbers of
// everyone who may be told.
func checkPeople(ctx context.Context, db *store.DB, o Options, at time.Time) ([]Finding, error) {
	teams, err := db.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	staff, err := readStaff(ctx, db)
	if err != nil {
		return nil, err
	}
	found := append(staff.checkUnread(), checkTeamCalendars(ctx, o, teams)...)
	if len(teams) == 0 {
		return append(found, Finding{About: "plan", Says: "there is no team yet"}), nil
	}
	for _, t := range teams {
		found = append(append(found, staff.checkPlan(t)...), staff.checkReminders(o, t)...)
		for _, p := range t.Plan.Problems(o.Speed > 0) {
			found = append(found, Finding{About: "plan", Says: fmt.Sprintf("team %s: %s %s", t.ID, p.Field, p.Says), StopsAlarm: p.Field == "plan.fallback"})
		}
		signed, err := checkSigned(ctx, db, t, staff, at)
		if err != nil {
			return found, err
		}
		found = append(found, signed...)
		calendars, err := checkCalendars(ctx, db, t, staff, at)
		if err != nil {
			return found, err
		}
		found = append(found, calendars...)
		reach, err := staff.checkReach(ctx, db, t)
		if err != nil {
			return found, err
		}
		found = append(found, reach...)
		gaps, err := checkCover(ctx, db, staff, t, at)
		if err != nil {
			return found, err
		}
		found = append(found, gaps...)
	}
	unproved, err := staff.checkProved(ctx, db)
	return append(found, unproved...), err
}

// checkReach says who in a team's cover cannot be told. Those whose details can't be opened are named already.
func (s staff) checkReach(ctx context.Context, db *store.DB, t store.Team) ([]Finding, error) {
	var found []Finding
	if id := t.Plan.Fallback; id != "" {
		p, err := db.Person(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			found = append(found, Finding{About: "contact", Says: fmt.Sprintf("team %s: its fallback %s is not there yet; add them", t.ID, id), StopsAlarm: true})
		case slices.Contains(s.unread, p.ID):
		case err != nil:
			return nil, fmt.Errorf("read fallback of team %s: %w", t.ID, err)
		case p.Mobile.IsZero() && p.PersonalMobile.IsZero():
			found = append(found, Finding{About: "contact", Says: fmt.Sprintf("team %s: its fallback %s has no mobile", t.ID, id), StopsAlarm: true})
		}
	}
	people, err := db.PeopleOf(ctx, t.ID)
	if _, err := store.UnreadPeople(err); err != nil {
		return found, fmt.Errorf("read people of team %s: %w", t.ID, err)
	}
	for _, p := range people {
		if slices.Contains(s.unread, p.ID) {
			continue
		}
		answers := p.Has(buddy.Responder) || p.Has(buddy.Manager)
		if p.Active && answers && p.Mobile.IsZero() && p.PersonalMobile.IsZero() {
			found = append(found, Finding{About: "contact", Says: fmt.Sprintf("%s answers for others and has no mobile", p.ID), StopsAlarm: true})
		}
		if missing := buddy.Missing(p, buddy.Form{}); p.Active && p.Has(buddy.Worker) {
			missing = slices.DeleteFunc(missing, func(f string) bool { return f == "service_user" || f == "address" || f == "contact" })
			if len(missing) > 0 {
				found = append(found, Finding{About: "contact", Says: fmt.Sprintf("%s lacks %s", p.ID, strings.Join(missing, ", "))})
			}
		}
	}
	return found, nil
}

// checkCover says when in the next week nobody is on call by the rota.
func checkCover(ctx context.Context, db *store.DB, staff staff, t store.Team, at time.Time) ([]Finding, error) {
	week := at.Add(7 * 24 * time.Hour)
	shifts, err := db.Shifts(ctx, t.ID, at, week)
	if err != nil {
		return nil, fmt.Errorf("read rota of team %s: %w", t.ID, err)
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, fmt.Errorf("team %s: %w", t.ID, err)
	}
	shifts, found := staff.checkRota(t, shifts)
	for _, g := range shifts.Gaps(t.ID, at, week) {
		found = append(found, Finding{About: "rota", Says: fmt.Sprintf("team %s: nobody is on call from %s to %s; it falls to the fallback", t.ID,
			g.From.In(zone).Format("Mon 2 Jan 15:04"), g.To.In(zone).Format("Mon 2 Jan 15:04"))})
	}
	apart, err := staff.checkBlocks(ctx, db, t, shifts, at, week, zone)
	return append(found, apart...), err
}
