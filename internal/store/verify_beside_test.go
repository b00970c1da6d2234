package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// Whoever can write to the database may destroy a key by taking its row away, and free what is held for the night to erase.
func TestAKeyOrAHoldTakenAwayByHandIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ sql, says string }{
		"a person's key":     {`DELETE FROM data_keys WHERE owner = 'person/p-priya'`, "the data key of person/p-priya: it was taken away by hand"},
		"a visit's key":      {`DELETE FROM data_keys WHERE owner = 'visit/v1'`, "the data key of visit/v1: it was taken away by hand"},
		"a message's key":    {`DELETE FROM data_keys WHERE owner IN (SELECT key_owner FROM outbox WHERE id = 'm1')`, ": it was taken away by hand"},
		"a hold's key":       {`DELETE FROM data_keys WHERE owner = 'hold/h1'`, "the data key of hold/h1: it was taken away by hand"},
		"a mail's key":       {`DELETE FROM data_keys WHERE owner = 'mail/in1'`, "the data key of mail/in1: it was taken away by hand"},
		"a series' key":      {`DELETE FROM data_keys WHERE owner = 'series/s1'`, "the data key of series/s1: it was taken away by hand"},
		"a hold":             {`DELETE FROM holds WHERE id = 'h1'`, "the legal hold h1: it was taken away by hand"},
		"a hold is lifted":   {`UPDATE holds SET lifted_at = 1 WHERE id = 'h1'`, "the legal hold h1: it was lifted by hand"},
		"a hold stands anew": {`UPDATE holds SET lifted_at = NULL WHERE id = 'h2'`, "the legal hold h2: it was lifted, and stands again"},
		"a hold is moved":    {`UPDATE holds SET object = 'visit/v1' WHERE id = 'h1'`, "the legal hold h1: it is on something else"},
		"a hold is added":    {`INSERT INTO holds (id, object, set_by, set_at, lifted_by) VALUES ('h0', 'visit/v1', 'p-mo', 1, '')`, "the legal hold h0: it was put there by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				db := p.Open(t)
				filled(t, db)
				ok[bool](t)(db.ReceiveMail(t.Context(), store.ReceivedMail{ID: "in1", Print: "in1", Sender: private.New("priya@council.example"), Via: "listener", Raw: private.New("Subject: in"), ReceivedAt: nine}))
				must(t, db.PutInvited(t.Context(), []store.Invited{{Organizer: private.New("priya@council.example"), UID: private.New("u1"), Worker: "p-priya", Mail: "in1", State: store.InvitedSeries,
					Stamp: nine, Words: private.New("{}"), Owner: "series/s1", PutAt: nine}}, nil))
				for _, id := range []string{"h1", "h2"} {
					must(t, db.SetHold(t.Context(), store.Hold{ID: id, Object: "person/p-priya", Reason: private.New(said), By: "p-mo", At: nine}, "command"))
				}
				ok[store.Hold](t)(db.LiftHold(t.Context(), "h2", "p-mo", "command", nine))
				ok[int](t)(db.Seal(t.Context(), nine))
				must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
				if _, err := p.Raw(t).Exec(c.sql); err != nil {
					t.Fatal(err)
				}
				if b := broke(t, p.Open(t), name); !strings.Contains(b.Error(), c.says) {
					t.Errorf("it says %v", b)
				}
			})
		})
	}
}
