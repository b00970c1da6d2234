package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// The words that no auditor is to read.
var taint = []string{"Quillfeather", "Marigold", "07700 900103", "because he is my cousin"}

// recorded fills a record on a database of its own, under the key where one is given: three texts of two workers, and a look with its reason.
func recorded(t *testing.T, key private.Text, also string) Options {
	t.Helper()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Key: key, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	at := time.Date(2025, 11, 21, 14, 35, 0, 0, time.UTC)
	for i, worker := range []string{"p-priya", "p-ann", "p-priya"} {
		l, err := db.Load(t.Context(), worker)
		must(t, err)
		must(t, db.Commit(t.Context(), store.Change{Worker: worker, Revision: l.Revision, Watch: l.Watch, Entries: []store.Entry{{
			ID: fmt.Sprint("t", i), At: at, RecordedAt: at.Add(time.Duration(i) * 24 * time.Hour), Kind: "text", Via: "text", Visit: "v1", Rules: 3, Owner: "visit/v1",
			Input: []byte(`{"intent":"begin"}`), Events: []byte(`[{"what":"text_in"},{"what":"begun"}]`), Words: private.New(strings.Join(taint[:3], " ") + also)}}}))
	}
	must(t, db.Look(t.Context(), "p-sam", "page", taint[3], at.Add(72*time.Hour), "visit/v1"))
	_, err = db.Seal(t.Context(), at.Add(72*time.Hour))
	must(t, err)
	return o
}

// follow is a stranger's program: from an export and docs/operating.md alone it computes each chain again. It gives the head after the last line.
func follow(export io.Reader) (head []byte, err error) {
	type line struct {
		Number, Seq, Rules, Form                             int64
		ID, Chain, Kind, By, Via, Token, Visit, Alarm, Owner string
		At, Recorded                                         time.Time `json:"-"`
		AtText                                               string    `json:"at"`
		RecordedText                                         string    `json:"recorded_at"`
		InputDigest                                          string    `json:"input_digest"`
		EventsDigest                                         string    `json:"events_digest"`
		Commitment, Prev, Hash, Head                         string
	}
	ends, last := map[string]string{}, int64(0)
	u64 := func(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	raw := func(s string) []byte { b, e := hex.DecodeString(s); err = errors.Join(err, e); return b }
	micro := func(s string) int64 {
		at, e := time.Parse(time.RFC3339, s)
		err = errors.Join(err, e)
		return at.UnixMicro()
	}
	for lines := json.NewDecoder(export); ; {
		var l line
		if e := lines.Decode(&l); e == io.EOF {
			return head, err
		} else if e != nil {
			return nil, e
		}
		if l.Number != last+1 || l.Prev != ends[l.Chain] || l.Form != 2 {
			return nil, fmt.Errorf("number %d does not follow", l.Number)
		}
		h := sha256.New()
		parts := [][]byte{[]byte("allclear entry 2"), raw(l.Prev)}
		for _, s := range []string{l.ID, l.Chain, l.Kind, l.By, l.Via, l.Token, l.Visit, l.Alarm, l.Owner} {
			parts = append(parts, []byte(s))
		}
		parts = append(parts, u64(l.Seq), u64(micro(l.AtText)), u64(micro(l.RecordedText)), u64(l.Rules), raw(l.InputDigest), raw(l.EventsDigest), raw(l.Commitment))
		for _, p := range parts {
			h.Write(append(u64(int64(len(p))), p...))
		}
		hash := h.Sum(nil)
		sealed := sha256.Sum256(bytes.Join([][]byte{[]byte("allclear chain 1"), u64(int64(len(head))), head, u64(l.Number), hash}, nil))
		head = sealed[:]
		if hex.EncodeToString(hash) != l.Hash || hex.EncodeToString(head) != l.Head || err != nil {
			return nil, fmt.Errorf("number %d is not what was hashed: %w", l.Number, err)
		}
		ends[l.Chain], last = l.Hash, l.Number
	}
}

func TestAStrangerFollowsTheChainsOfAnExport(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	var out strings.Builder
	must(t, ExportRecord(t.Context(), o, &out, Extract{}))
	head, err := follow(strings.NewReader(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	found, err := VerifyRecord(t.Context(), o, Audit{})
	if err != nil || found.Entries != 5 || !bytes.Equal(found.Head.Hash, head) {
		t.Errorf("the stranger has %x, we have %+v, %v", head, found, err)
	}
	for _, word := range taint {
		if strings.Contains(out.String(), word) {
			t.Errorf("the export has %s", word)
		}
	}
	for _, has := range []string{`"kind":"look","by":"p-sam","via":"page","token":"","visit":"visit/v1"`, `"events":["text_in","begun"]`, `"visit":"record"`} {
		if !strings.Contains(out.String(), has) {
			t.Errorf("the export has no %s: %s", has, out.String())
		}
	}
	for _, lie := range [][2]string{{`"by":"p-sam"`, `"by":"p-lee"`}, {`"id":"t1"`, `"id":"t9"`}, {`:35:00.`, `:36:00.`}, {`"rules":3`, `"rules":4`}} {
		if _, err := follow(strings.NewReader(strings.Replace(out.String(), lie[0], lie[1], 1))); err == nil {
			t.Errorf("the stranger believes %s", lie[1])
		}
	}
}

func TestAnExportOfSomeDaysAsASheet(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	var out strings.Builder
	day := time.Date(2025, 11, 22, 0, 0, 0, 0, time.UTC)
	must(t, ExportRecord(t.Context(), o, &out, Extract{CSV: true, From: day, To: day.Add(48 * time.Hour)}))
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "number" || rows[1][1] != "t1" || rows[2][1] != "t2" || rows[2][14] != "text_in begun" {
		t.Errorf("%v, %v", rows, err)
	}
}

// webhook keeps what is posted to it, and answers with a status.
func webhook(t *testing.T, status *int, posted *[]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*posted = append(*posted, string(body))
		w.WriteHeader(*status)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/secret"
}

// A turn sends what is due, and what could not be sent at the next one.
func TestACheckpointIsSentWhenItIsDue(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	status, posted := http.StatusBadGateway, []string(nil)
	o.CheckpointFile, o.CheckpointURL = filepath.Join(t.TempDir(), "checkpoints"), webhook(t, &status, &posted)
	must(t, os.WriteFile(o.CheckpointFile, []byte("\n"), 0o600))
	db, err := Open(t.Context(), o, false)
	must(t, err)
	defer db.Close()
	c, err := newClock(t.Context(), db, 0, nil)
	must(t, err)
	p := newPublisher(o, db, c)
	check := func(says string) {
		t.Helper()
		found, err := checkCheckpoints(t.Context(), db, o, c.Now(), c.Real)
		must(t, err)
		if (says == "") != (len(found) == 0) || says != "" && !hasFinding(found, "record", says) {
			t.Errorf("check says %v, not %q", found, says)
		}
	}
	turn := func(what string, ending bool, files, posts int, failed bool) {
		t.Helper()
		err := p.turn(t.Context(), ending)
		if (err != nil) != failed || err != nil && (strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "to the webhook: it answered 502")) {
			t.Errorf("%s: %v", what, err)
		}
		held, err := os.ReadFile(o.CheckpointFile)
		if n := strings.Count(string(held), "\n— "); err != nil || n != files || len(posted) != posts {
			t.Errorf("%s: %d in the file and %d posted, not %d and %d: %v", what, n, len(posted), files, posts, err)
		}
	}
	noted := func(n int64, ago time.Duration) {
		t.Helper()
		for _, to := range p.outlets {
			must(t, db.SetMeta(t.Context(), sentKey(to.name), fmt.Sprintf("%d %s", n, c.Now().Add(-ago).Format(time.RFC3339Nano))))
		}
	}
	check("no checkpoint has come to the file yet")
	turn("the first", false, 1, 1, true)
	turn("the webhook fails again", false, 1, 2, true)
	status = http.StatusNoContent
	turn("the webhook is back", false, 1, 3, false)
	turn("nothing is due", false, 1, 3, false)
	turn("nothing is new at the end", true, 1, 3, false)
	check("")
	noted(4, time.Hour)
	turn("an hour is over", false, 2, 4, false)
	noted(3, time.Minute)
	turn("one more entry does not matter", false, 2, 4, false)
	turn("but at the end it does", true, 3, 5, false)
	noted(-checkpointGrown, time.Minute)
	turn("it has grown", false, 4, 6, false)
	noted(4, 2*time.Hour)
	check("the last checkpoint came to the webhook 2h0m0s ago")

	found, err := VerifyRecord(t.Context(), o, Audit{Checkpoints: o.CheckpointFile})
	if err != nil || found.Agree != 4 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Whoever has the master key can make a whole new record that is in itself right. What was sent outside shows it.
func TestACheckpointShowsThatTheWholeRecordWasRewritten(t *testing.T) {
	t.Parallel()
	key := private.New(strings.Repeat("k", 40))
	was, is := recorded(t, key, ""), recorded(t, key, " or not")
	file := filepath.Join(t.TempDir(), "checkpoints")
	was.CheckpointFile = file
	a, err := New(t.Context(), was)
	must(t, err)
	a.Start(t.Context())
	for end := time.Now().Add(10 * time.Second); ; { // the loop sends the first at its start
		resp, err := http.Get("http://" + a.Addr().String() + "/metrics")
		must(t, err)
		figures, err := io.ReadAll(resp.Body)
		must(t, errors.Join(err, resp.Body.Close()))
		if held, _ := os.ReadFile(file); bytes.Contains(held, []byte("\n— ")) && bytes.Contains(figures, []byte(`allclear_checkpoint_age_seconds{to="file"} `)) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("no checkpoint was sent")
		}
	}
	labelled(t, was, "late", "in")
	stopping, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	must(t, a.Stop(stopping))

	line, err := CheckpointKey(t.Context(), was)
	must(t, err)
	for _, verifier := range []string{"", line} {
		found, err := VerifyRecord(t.Context(), was, Audit{Checkpoints: file, Key: verifier})
		if err != nil || found.Agree != 2 || found.Entries != 6 || found.Head.N != 6 {
			t.Errorf("our own: %+v, %v", found, err)
		}
	}
	if _, err := VerifyRecord(t.Context(), is, Audit{}); err != nil {
		t.Errorf("in itself the other is right: %v", err)
	}
	_, err = VerifyRecord(t.Context(), is, Audit{Checkpoints: file})
	if broken, found := errors.AsType[*store.BreakError](err); !found || !strings.Contains(broken.Where, "number 4)") || !strings.Contains(broken.What, "(line 1)") {
		t.Errorf("the rewrite: %v", err)
	}
	other := recorded(t, private.New(strings.Repeat("o", 40)), "")
	if _, err := VerifyRecord(t.Context(), other, Audit{Checkpoints: file}); err == nil || !strings.Contains(err.Error(), "checkpoint in line 1: it is signed by another key") {
		t.Errorf("another installation's: %v", err)
	}
}
