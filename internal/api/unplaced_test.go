package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
)

// Rule 2.4: a cry for help from a number that nobody has is told to those on duty, who must be able to read it.
func TestATextFromAnUnknownNumberCanBeRead(t *testing.T) {
	each(t, func(o *office) {
		o.texts("SM1", "+447700900199", "hello?")
		o.wait(time.Minute)
		o.texts("SM2", "+447700900198", "help, he has locked the door")
		o.texts("SM3", mobiles["p-priya"], "in")
		o.wait(time.Second)
		act := o.as("act")
		texts := act.must("GET", "/unplaced?by=p-sam", "", 200).get("texts").([]any)
		if len(texts) != 2 {
			o.Fatalf("%v", texts)
		}
		newest := texts[0].(map[string]any)
		if newest["from"] != "+447700900198" || newest["text"] != "help, he has locked the door" || newest["at"] != "2026-11-21T14:01:00Z" {
			o.Errorf("%v", newest)
		}
		if n := o.record("looks/p-sam"); n != 1 {
			o.Errorf("%d looks on record", n)
		}
		if n := len(act.must("GET", "/unplaced?limit=1", "", 200).get("texts").([]any)); n != 1 {
			o.Errorf("%d texts of at most one", n)
		}
		kept, err := o.db.Latest(o.Context(), "unknown-sender", "unknown_text", 1)
		if err != nil || len(kept) != 1 {
			o.Fatal(err)
		}
		if _, err := o.db.Erase(o.Context(), store.Erasure{At: o.clock.Now(), Stays: func(retain.Record) retain.Why { return "" }}, kept[0].Owner); err != nil {
			o.Fatal(err)
		}
		left := act.must("GET", "/unplaced", "", 200).get("texts").([]any)
		if len(left) != 1 || left[0].(map[string]any)["text"] != "hello?" {
			o.Errorf("of two texts, one of them erased, there are %v", left)
		}
		o.as("read").must("GET", "/unplaced", "", 403)
		act.must("GET", "/unplaced?limit=101", "", 422)
		if strings.Contains(o.log.String(), "locked the door") {
			o.Error("the text is in the log")
		}
	})
}
