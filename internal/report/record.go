package report

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/store"
)

// auditRow is a line of the auditor's export. Hashes are in hexadecimal, instants in UTC to the microsecond.
type auditRow struct {
	Number       int64    `json:"number"`
	ID           string   `json:"id"`
	Chain        string   `json:"chain"`
	Seq          int64    `json:"seq"`
	At           string   `json:"at"`
	RecordedAt   string   `json:"recorded_at"`
	Kind         string   `json:"kind"`
	By           string   `json:"by"`
	Via          string   `json:"via"`
	Token        string   `json:"token"`
	Visit        string   `json:"visit"`
	Alarm        string   `json:"alarm"`
	Owner        string   `json:"owner"`
	Rules        int      `json:"rules"`
	Events       []string `json:"events"`
	InputDigest  string   `json:"input_digest"`
	EventsDigest string   `json:"events_digest"`
	Commitment   string   `json:"commitment"`
	Prev         string   `json:"prev"`
	Hash         string   `json:"hash"`
	Head         string   `json:"head"`
	Form         int      `json:"form"`
}

var auditColumns = []string{"number", "id", "chain", "seq", "at", "recorded_at", "kind", "by", "via", "token", "visit", "alarm", "owner", "rules", "events",
	"input_digest", "events_digest", "commitment", "prev", "hash", "head", "form"}

const auditInstant = "2006-01-02T15:04:05.000000Z"

// RecordLines writes the record for an auditor, an entry at a time: a JSON object a line, or rows of CSV under their columns' names.
func RecordLines(to io.Writer, rows bool) func(store.Extract) error {
	write := jsonLines(to)
	if rows {
		write = csvLines(to)
	}
	return func(e store.Extract) error { return write(auditLine(e)) }
}

func auditLine(e store.Extract) auditRow {
	return auditRow{Number: e.N, ID: e.ID, Chain: e.Chain, Seq: e.Seq, At: e.At.UTC().Format(auditInstant), RecordedAt: e.RecordedAt.UTC().Format(auditInstant),
		Kind: e.Kind, By: e.By, Via: e.Via, Token: e.Token, Visit: e.Visit, Alarm: e.Alarm, Owner: e.Owner, Rules: e.Rules, Events: append([]string{}, e.Events...),
		InputDigest: hex.EncodeToString(e.InputDigest), EventsDigest: hex.EncodeToString(e.EventsDigest), Commitment: hex.EncodeToString(e.Commitment),
		Prev: hex.EncodeToString(e.Prev), Hash: hex.EncodeToString(e.Hash), Head: hex.EncodeToString(e.Head), Form: e.Form}
}

func jsonLines(to io.Writer) func(auditRow) error {
	lines := json.NewEncoder(to)
	lines.SetEscapeHTML(false)
	return func(r auditRow) error { return lines.Encode(r) }
}

// csvLines writes the columns' names before the first row, and several events with spaces between.
func csvLines(to io.Writer) func(auditRow) error {
	lines, begun := csv.NewWriter(to), false
	return func(r auditRow) error {
		if !begun {
			begun = true
			if err := lines.Write(auditColumns); err != nil {
				return err
			}
		}
		line := []string{strconv.FormatInt(r.Number, 10), r.ID, r.Chain, strconv.FormatInt(r.Seq, 10), r.At, r.RecordedAt, r.Kind, r.By, r.Via, r.Token,
			r.Visit, r.Alarm, r.Owner, strconv.Itoa(r.Rules), strings.Join(r.Events, " "), r.InputDigest, r.EventsDigest, r.Commitment, r.Prev, r.Hash, r.Head,
			strconv.Itoa(r.Form)}
		for n := range line { // the name of a token and the ids that other systems gave are somebody's words
			line[n] = Cell(line[n])
		}
		err := lines.Write(line)
		lines.Flush()
		return errors.Join(err, lines.Error())
	}
}
