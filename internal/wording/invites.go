package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// What is said about visits that were booked by an invite. It goes to the worker in whose name the invite came, where nobody else is named.
const (
	InviteBooked    watch.Notice = "invite_booked"    // from Begin to Until; Missing is what its form still lacks
	InviteAsked     watch.Notice = "invite_asked"     // the same, and its times are not sure
	InviteUnwatched watch.Notice = "invite_unwatched" // a meeting: nobody waits for its end
	InviteMoved     watch.Notice = "invite_moved"     // it is from Begin to Until now
	InviteMovedAsk  watch.Notice = "invite_moved_ask" // the same, and its times are not sure
	InviteNoted     watch.Notice = "invite_noted"     // what it says was changed, and not its times
	InviteCancelled watch.Notice = "invite_cancelled" // it was called off
	InviteOff       watch.Notice = "invite_off"       // not booked: it was called off before, and is no newer
	InviteUnknown   watch.Notice = "invite_unknown"   // one was called off by which nothing is booked
	InviteNotOff    watch.Notice = "invite_not_off"   // it has begun: no invite calls it off
	InviteBegun     watch.Notice = "invite_begun"     // it has begun: no invite moves it
	InviteMuchMore  watch.Notice = "invite_much_more" // Until is over 2 h more than Begin, which stands
	InviteStays     watch.Notice = "invite_stays"     // it could not be moved: from Begin to Until stands
	InviteOverlaps  watch.Notice = "invite_overlaps"  // not booked: another visit is then
	InviteGone      watch.Notice = "invite_gone"      // not booked: its end is past, or its start long ago
	InviteTooLong   watch.Notice = "invite_too_long"  // not booked: over 24 hours
	InviteNoTimes   watch.Notice = "invite_no_times"  // not booked: it has no times
	InviteOver      watch.Notice = "invite_over"      // the visit is over: nothing was changed

	SeriesBooked    watch.Notice = "series_booked"    // the first is at Begin, and as many as Count are booked so far
	SeriesWhole     watch.Notice = "series_whole"     // the same, and there is no more of it
	SeriesPart      watch.Notice = "series_part"      // some of them could not be
	SeriesOnce      watch.Notice = "series_once"      // its rule can't be followed: the first alone is booked
	SeriesCancelled watch.Notice = "series_cancelled" // those to come were called off
	SeriesClash     watch.Notice = "series_clash"     // one more of them, at Begin, could not be booked
	SeriesStays     watch.Notice = "series_stays"     // it could not be told to be a newer one: what was booked of it stands
	SeriesLost      watch.Notice = "series_lost"      // no more of it is booked after the one at Begin: what its invite said is gone

	MailUnproven  watch.Notice = "mail_unproven"  // an invite in their name that could not be proved to be theirs
	MailUnproved  watch.Notice = "mail_unproved"  // Count more mails of that kind until At, of which each was not told
	MailUnread    watch.Notice = "mail_unread"    // a mail of theirs that could not be read
	MailPart      watch.Notice = "mail_part"      // a mail of which a part could not be read, and another could
	MailForwarded watch.Notice = "mail_forwarded" // an invite of somebody else
	MailDelegate  watch.Notice = "mail_delegate"  // an invite by somebody whom they have not allowed to
	MailPublished watch.Notice = "mail_published" // a calendar that invites to nothing
	MailPlain     watch.Notice = "mail_plain"     // a mail without an invite
	MailNotWorker watch.Notice = "mail_not_worker"
	MailFails     watch.Notice = "mail_fails"     // a mail of ours came back from their address
	MailFailsOf   watch.Notice = "mail_fails_of"  // to a manager: a mail of ours to Worker came back
	MailAside     watch.Notice = "mail_aside"     // it could not be worked
	MailMany      watch.Notice = "mail_many"      // one mail with more events than are taken
	MailMore      watch.Notice = "mail_more"      // Count more answers to one mail than are texted
	MailRelay     watch.Notice = "mail_relay"     // to a manager: what we answer to Worker, whom no way of ours reaches
	MailCry       watch.Notice = "mail_cry"       // to who is on duty: a cry for help in a mail that is not proven
	MailShared    watch.Notice = "mail_shared"    // an invite from an address that several people have
	MailTNEF      watch.Notice = "mail_tnef"      // to administrators: invites come as winmail.dat
	MailStrangers watch.Notice = "mail_strangers" // to administrators: mails of nobody we know
)

var ofInvites = map[watch.Notice]string{
	InviteBooked:    "[{ref} ]booked: {slot}.[ Missing: {missing}.][ {link}]",
	InviteAsked:     "[{ref} ]booked: {slot}. Please check the times.[ Missing: {missing}.]< If wrong, send it again or text us a new time.>",
	InviteUnwatched: "[{ref} ]noted as a meeting: {slot}. Nobody waits for its end.< If it is a visit, say so in its title.>",
	InviteMoved:     "[{ref} ]moved: {slot}.[ Missing: {missing}.][ {link}]",
	InviteMovedAsk:  "[{ref} ]moved: {slot}. Please check the times.[ Missing: {missing}.]< If wrong, send it again or text us a new time.>",
	InviteNoted:     "[{ref} ]noted: {slot}.[ Missing: {missing}.][ {link}]",
	InviteCancelled: "[{ref} ]cancelled: {slot}.",
	InviteOff:       "NOT BOOKED: {slot} was called off by that invite.< Please send a new invite.>",
	InviteUnknown:   "NOTHING CANCELLED: the invite that you called off at {at} is of no visit here.< Please see that your visits are right.>[ {link}]",
	InviteNotOff:    "[{ref} ]has begun, so your cancellation of {at} changes nothing[: until {until}].< Please text us a new time if that changes.>",
	InviteBegun:     "[{ref} ]has begun, so your invite of {at} does not move it[: until {until}].< Please text us a new time if that changes.>",
	InviteMuchMore:  "[{ref} ]stays until {begin}: {until}, as in your invite, is over 2 h more. If you mean it, please text it to us.",
	InviteStays:     "[{ref} ]NOT MOVED, it stays {slot}.< Please move it on its page, or text us a new time.>[ {link}]",
	InviteOverlaps:  "NOT BOOKED: {slot} overlaps your visit[ {other}].< Please send other times, or book it on the page.>",
	InviteGone:      "NOT BOOKED: {slot} is past.< Please send your invite again with a time to come.>",
	InviteTooLong:   "NOT BOOKED: {slot} is over 24 h.< Please send your invite again with its own end.>",
	InviteNoTimes:   "NOT BOOKED: your invite of {at} has no start time and end time. Please send it again with both.",
	InviteOver:      "[{ref} ]is over, so your invite of {at} changes nothing. For another visit, please send a new invite.",

	SeriesBooked:    "Series: {count} booked so far, the first {slot}.[ Missing: {missing}.]< More are booked as time goes on.>",
	SeriesWhole:     "Series: {count} booked, the first {slot}.[ Missing: {missing}.]",
	SeriesPart:      "Series: {count} booked, the first {slot}. NOT BOOKED: {clash}.< Please send those again with other times.>< Missing: {missing}.>",
	SeriesOnce:      "ONLY THE FIRST of your series is booked: {slot}.< We cannot follow how it repeats: please invite us to each.>< Missing: {missing}.>",
	SeriesCancelled: "Series cancelled {at}: {count} to come called off.",
	SeriesClash:     "NOT BOOKED: {slot} of your series[ overlaps your visit {other}].< Please move one of them.>",
	SeriesStays:     "Series NOT CHANGED: your calendar sent the invite of {at} as an old one.< Please change its visits by page.>[ {link}]",
	SeriesLost:      "NO MORE of your series is booked[ after {slot}]: what its invite said is no longer kept.< Please invite us again.>",

	MailUnproven:  "{at}: an invite in your name came that we could not prove to be yours. NOT BOOKED.< If it is yours, please book by page or text.>",
	MailUnproved:  "Until {at}, {count} more mails in your name came that we could not prove to be yours. NOT BOOKED.< If one is yours, please book by page or text.>",
	MailUnread:    "{at}: we could not read your invite. NOT BOOKED. Please book by page or text<, and tell whoever runs Allclear>.",
	MailPart:      "{at}: a part of your mail could not be read. What we did not confirm is NOT BOOKED. Please book it by page or text.",
	MailForwarded: "{at}: your mail holds an invite of somebody else. NOT BOOKED. Please send an invite of your own.",
	MailDelegate:  "{at}: an invite for you came from somebody who may not book for you yet. NOT BOOKED.< You can add them under Your details.>",
	MailPublished: "{at}: the calendar that you mailed invites nobody. NOT BOOKED. Please add us to the invite itself.",
	MailPlain:     "{at}: we cannot read plain mails. NOTHING WAS BOOKED OR CHANGED. Please text us or send an invite.< If you need help, ring your manager or 999.>",
	MailNotWorker: "{at}: your invite was NOT BOOKED: Allclear does not know you as a worker. Please ask your manager.",
	MailFails:     "{at}: our mail to you came back. Please see that your e-mail address in Allclear is right.",
	MailFailsOf:   "{at}: our mail to {worker} came back.< Please see that their e-mail address in Allclear is right.>[ {link}]",
	MailAside:     "{at}: your invite could not be dealt with. NOT BOOKED. Please book by page or text.",
	MailMany:      "{at}: your mail holds more visits or times than we take at once. Those that we did not confirm are NOT BOOKED.",
	MailMore:      "{at}: {count} more answers. What is not among your visits is NOT BOOKED.[ {link}]",
	MailRelay:     "{at}: {worker} has no mobile here. Please tell them our answer.[ {link}]",
	MailCry:       "{at}: a cry for help by e-mail, as if by {worker}, not proven.< Please read it now.>[ {link}]",
	MailShared:    "{at}: an invite came from your e-mail address, which others in Allclear have too. NOT BOOKED. Please book by page or text.",
	MailTNEF:      "{at}: invites reach us as winmail.dat and cannot be read.< Please turn rich text (TNEF) off for our domain in Exchange.>",
	MailStrangers: "{at}: {count} mails since yesterday came from nobody we know. None was booked.",
}

// relay begins what a manager is asked to tell a worker.
const relay = "Please tell {worker}, who has no mobile here: "

// Relayed gives the text that asks a manager to tell a worker what n says: v.Worker is the worker, all else is as in the worker's own text.
func Relayed(n watch.Notice, v Values) string {
	return write(relay+template(n, v), v)
}

// slot is a span as people write it, "Mon 23 Nov 14:00-15:00", with the day of its end where that is another one.
func (v Values) slot() string {
	if v.Begin.IsZero() {
		return ""
	}
	begin, end := v.Begin.In(v.zone()), v.Until.In(v.zone())
	clock := func(t time.Time) string {
		if at := t.Format("15:04"); at == t.Add(time.Hour).Format("15:04") || at == t.Add(-time.Hour).Format("15:04") {
			return t.Format("15:04 MST") // the hour that comes twice
		}
		return t.Format("15:04")
	}
	said := begin.Format("Mon 2 Jan ")
	if y := begin.Year(); !v.Now.IsZero() && y != v.Now.In(v.zone()).Year() {
		said = begin.Format("Mon 2 Jan 2006 ")
	}
	said += clock(begin)
	if v.Until.IsZero() {
		return said
	}
	if begin.YearDay() != end.YearDay() || begin.Year() != end.Year() {
		return said + " to " + end.Format("Mon 2 Jan ") + clock(end)
	}
	return said + "-" + clock(end)
}

// Letter is an answer to an invite as an ordinary mail: what a text says, with room for more.
type Letter struct {
	Subject, Body string
}

// doubtWords says what of an invite's times was not sure, by the constant that says so.
var doubtWords = map[string]string{
	"zone_unknown":   "We do not know the time zone that your calendar named, and took our own.",
	"zone_disagrees": "The time zone of your calendar and what it says of it do not agree for that day; we took the zone by its name.",
	"floating":       "Your calendar gave no time zone; we took our own.",
	"not_there":      "The clocks go forward that night, so that time does not exist; we took the time an hour later.",
	"twice":          "The clocks go back that night, so that time comes twice; we took the first.",
	"no_end":         "Your invite says no end; we took one hour.",
	"ends_before":    "Your invite ends before it begins; we took one hour.",
	"times_of_form":  "Your calendar has a day without times; we took those of the form in your invite.",
	"form_differs":   "The form in your invite says another time than your calendar; we took the calendar's.",
	"all_day":        "Your calendar calls it a whole day and gives times as well; we took the times.",
	"two_ends":       "Your invite says an end and a length that do not agree; we took the end.",
	"off_rule":       "The first of your series is not a day that its rule gives; we took it as a visit too.",
	"no_uid":         "Your calendar gave the invite no name of its own, so we cannot follow its updates: please change this visit on its page.",
}

// InviteLetter is what n says, as a mail. Its subject holds no private word: mail programs show it on locked screens. Doubts are why times are asked back.
func InviteLetter(n watch.Notice, v Values, doubts []string) Letter {
	parts, _ := parse(template(n, v), "")
	ample := room{names: 40, list: 40, ample: true, extras: countIfRoom(parts)}
	bare := v
	bare.Missing, bare.Link, bare.Worker = nil, "", ""
	subject, _, _ := strings.Cut(say(parts, ample, bare), ". ")
	if !strings.Contains(template(n, v), "{missing}") {
		v.Missing = nil
	}
	var b strings.Builder
	b.WriteString(say(parts, ample, v) + "\n")
	for _, d := range doubts {
		if words := doubtWords[d]; words != "" {
			b.WriteString("\n" + words + "\n")
		}
	}
	if len(v.Missing) > 0 {
		b.WriteString("\nNOT COMPLETE. It is watched all the same. Please add these to the invite and send the update, or add them on the page:\n")
		for _, m := range v.Missing {
			fmt.Fprintf(&b, "- %s\n", m)
		}
	}
	if v.Link != "" && !strings.Contains(template(n, v), "{link}") { // a text has no room for it
		b.WriteString("\n" + v.Link + "\n")
	}
	b.WriteString("\nAllclear answers invites by itself, and nobody reads what is mailed to it.\n")
	subject = strings.TrimSuffix(subject, ".")
	if len(v.Missing) > 0 {
		subject = "NOT COMPLETE: " + subject
	}
	return Letter{Subject: subject, Body: b.String()}
}
