package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	cryLongest  = 1000 // characters of a mail that are read as a text is
	titleWords  = 4    // an invite's title of more words is what the visit is for
	strangerCry = 500  // characters; a stranger's longer mail is no cry but an advertisement
)

// ownWordsOf is what the sender of a mail wrote: its subject, and its body up to what it answers or ends with.
func (l *incoming) ownWordsOf() string {
	said := []string{l.msg.Subject.Reveal()}
	if len(l.msg.Calendars) > 0 { // the body is a form, and a team's form may itself tell what to say in danger
		if len(strings.Fields(said[0])) > titleWords {
			return ""
		}
		return said[0]
	}
	body := l.msg.Text.Reveal()
	if strings.TrimSpace(body) == "" {
		body = l.msg.Body.Reveal()
	}
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line == "--" || strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "_____") || strings.HasPrefix(line, "From:") {
			break
		}
		if !strings.HasPrefix(line, ">") {
			said = append(said, line)
		}
	}
	words := []rune(strings.TrimSpace(strings.Join(said, "\n")))
	return string(words[:min(len(words), cryLongest)])
}

// hearCry hears a mail that cries for help, or that asks for a person: no mail but an invite is read, and these must not be lost for it. It is heard as a
// text is, so that a mail that asks for Scarlett is answered as one that asks for anybody else (rule 4.2).
func (e *Engine) hearCry(ctx context.Context, l *incoming) (heardIt bool, err error) {
	words := l.ownWordsOf()
	loaded, err := e.Store.Load(ctx, l.worker.ID)
	if err != nil || words == "" {
		return false, err
	}
	reading := understand(private.New(words), loaded.Watch, l.sc, l.at, "")
	if !isCry(reading) && (reading.Intent != checkin.Ask || len(l.msg.Calendars) > 0) {
		return false, nil
	}
	g := given{in: watch.Input{ID: "mail/" + l.mail.ID + "/cry", Via: viaMail}, words: Words{Text: words}}
	if err := e.hear(ctx, l.mail.ReceivedAt, l.worker.ID, g, heard{body: private.New(words)}); err != nil {
		return false, err
	}
	return len(l.msg.Calendars) == 0, nil // an invite is booked besides
}

// hearUnprovenCry tells who is on duty of a cry for help in somebody's name that is not proven to be theirs. It opens no alarm, as anybody on the internet could
// open any number of them; so many in an hour are told, by every way.
func (e *Engine) hearUnprovenCry(ctx context.Context, l *incoming) error {
	words := l.ownWordsOf()
	if words == "" || !isCry(understand(private.New(words), watch.Watch{Worker: l.worker.ID}, l.sc, l.at, "")) || !e.pulse.mayAnswer("mail-cry/"+l.worker.ID, l.at) {
		return nil
	}
	name := wording.Short(l.worker.Name)
	if len(l.sc.blocked) > 0 {
		name = "" // who is on duty may be one of those
	}
	return e.tellOnDuty(ctx, l.at, note{id: "mail/" + l.mail.ID + "/cry", kind: "unknown_mail", notice: wording.MailCry, chain: unknownChain, class: store.ClassAlarm,
		reach: watch.Every, words: Words{Text: words}, values: wording.Values{Link: e.URL, Worker: name}})
}

// hearStranger tells who is on duty of a short mail from nobody we know that asks for somebody by a team's phrase: a worker may write from an address of their own.
func (e *Engine) hearStranger(ctx context.Context, l *incoming) error {
	words := l.ownWordsOf()
	if words == "" || len(words) > strangerCry || len(l.msg.Calendars) > 0 {
		return nil
	}
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return fmt.Errorf("read teams: %w", err)
	}
	for _, t := range teams {
		r := checkin.Understand(words, checkin.Context{Now: l.at, State: checkin.None, Phrase: t.Plan.DuressPhrase, Vocabulary: e.Vocabulary})
		if r.Intent == checkin.Duress && e.pulse.mayAnswer("mail-cry/", l.at) {
			return e.tellOnDuty(ctx, l.at, note{id: "mail/" + l.mail.ID + "/cry", kind: "unknown_mail", notice: wording.MailCry, chain: unknownChain, class: store.ClassAlarm,
				reach: watch.Every, words: Words{Text: words}, values: wording.Values{Link: e.URL}})
		}
	}
	return nil
}

// workAutomatic takes what a program wrote. One of our mails that came back tells whose address fails; all else is not for us.
func (e *Engine) workAutomatic(ctx context.Context, l *incoming) error {
	l.done.Quiet = true
	if len(l.msg.Failed) == 0 {
		return l.settle(ctx, store.MailDone, mailAutomatic)
	}
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	for _, address := range l.msg.Failed {
		id, err := pages.byAddress(ctx, address)
		if err != nil {
			return err
		}
		if id == "" {
			continue
		}
		if err := e.tellMailFails(ctx, l, id); err != nil {
			return err
		}
	}
	return l.settle(ctx, store.MailDone, mailAutomatic)
}

// tellMailFails asks somebody, and their managers, to put an address right that fails; once a day, as whoever knows the address can send such a mail.
func (e *Engine) tellMailFails(ctx context.Context, l *incoming, person string) error {
	sc, err := e.look(ctx, l.at, person)
	if err != nil {
		return err
	}
	day := l.at.Format("2006-01-02")
	return errors.Join(e.say(ctx, l.at, sc, note{id: "mail-fails/" + person + "/" + day, kind: "mail_fails", to: []string{person}, notice: wording.MailFails, reach: watch.OneText}),
		e.say(ctx, l.at, sc, note{id: "mail-fails/" + person + "/" + day + "/managers", kind: "mail_fails", to: slices.DeleteFunc(slices.Clone(sc.chiefs), func(id string) bool { return id == person }),
			notice: wording.MailFailsOf, reach: watch.OneText, apart: true, values: wording.Values{Worker: wording.Short(sc.worker.Name), Link: e.URL}}))
}
