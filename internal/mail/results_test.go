package mail

import (
	"strings"
	"testing"
)

func TestResultsAsTheyAreWritten(t *testing.T) {
	for _, test := range []struct{ value, by, says string }{
		{"mx.allclear.example; none", "mx.allclear.example", ""},
		{"mx.allclear.example 1; none", "mx.allclear.example", ""},
		{"mx.allclear.example; dkim=none (no signature)", "mx.allclear.example", "dkim=none"},
		{"mx.allclear.example (OpenDKIM); dkim=pass (2048-bit key; unprotected) header.d=council.example header.i=@council.example header.a=rsa-sha256 header.s=s1 header.b=YBwF3q0=",
			"mx.allclear.example", "dkim=pass header.a=rsa-sha256 header.b=YBwF3q0= header.d=council.example header.i=@council.example header.s=s1"},
		{`mx.allclear.example; dkim=fail reason="signature verification failed" (1024-bit key) header.d=council.example`, "mx.allclear.example", "dkim=fail header.d=council.example reason=signature verification failed"},
		{"spf=pass (sender IP is 203.0.113.9) smtp.mailfrom=council.example; dkim=pass (signature was verified) header.d=council.example;dmarc=pass action=none header.from=council.example;compauth=pass reason=100", "", ""},
		{"mx.allclear.example; dkim=pass header.i=@council.example; spf=pass (domain of priya@council.example designates 203.0.113.9 as permitted sender) smtp.mailfrom=priya@council.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=council.example",
			"mx.allclear.example", "dkim=pass header.i=@council.example|spf=pass smtp.mailfrom=priya@council.example|dmarc=pass header.from=council.example"},
		{"mx.allclear.example;\r\n\tdmarc=pass\r\n header.from = council.example", "mx.allclear.example", "dmarc=pass header.from=council.example"},
		{`"mx.allclear.example"; dmarc=pass header.from="council.example"`, "mx.allclear.example", "dmarc=pass header.from=council.example"},
		{"mx.allclear.example; dmarc/1=pass header.from=council.example", "mx.allclear.example", "dmarc=pass header.from=council.example"},
		{"mx.allclear.example; auth=pass smtp.auth=a=b; dmarc=none", "mx.allclear.example", "auth=pass smtp.auth=a=b|dmarc=none"},
		{"MX.Allclear.Example; DMARC=Pass Header.From=Council.example", "mx.allclear.example", "dmarc=pass header.from=Council.example"},

		{"", "", ""}, {";", "", ""}, {"mx.allclear.example 2; dmarc=pass", "", ""}, {"mx.allclear.example; dmarc", "", ""}, {"mx.allclear.example; =pass", "", ""},
		{"mx.allclear.example; dmarc=", "", ""}, {"mx.allclear.example (; dmarc=pass", "", ""}, {`mx.allclear.example; dmarc="pass`, "", ""},
		{"mx.allclear.example; dmarc=pass header.from=a header.from=b", "", ""}, {"mx.allclear.example dmarc=pass", "", ""},
		{"mx.allclear.example; " + strings.Repeat("spf=pass;", 60), "", ""}, {"mx.allclear.example; dmarc=pass\x00", "", ""},
	} {
		by, list, ok := results(test.value)
		var told []string
		for _, r := range list {
			told = append(told, r.String())
		}
		if says := strings.Join(told, "|"); ok != (test.by != "") || by != test.by || says != test.says {
			t.Errorf("%q: %q %q %v; want %q %q", test.value, by, says, ok, test.by, test.says)
		}
	}
}

// String is a verdict in one line, for tests.
func (r result) String() string {
	var s strings.Builder
	s.WriteString(r.method + "=" + r.value)
	for _, name := range []string{"header.a", "header.b", "header.d", "header.from", "header.i", "header.s", "smtp.auth", "smtp.mailfrom", "reason"} {
		if v, ok := r.properties[name]; ok {
			s.WriteString(" " + name + "=" + v)
		}
	}
	return s.String()
}

func FuzzResults(f *testing.F) {
	for _, s := range []string{"mx.example; dmarc=pass (a (b) \\)) header.from=\"x\\\"\"", "mx.example 1; none", "a;b=c", "\"", "(", ";;;==", "0;/=0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		by, list, ok := results(s)
		if !ok && (by != "" || list != nil) {
			t.Error("something was taken from what could not be read")
		}
		for _, r := range list {
			if r.method == "" || r.value == "" {
				t.Errorf("%+v", r)
			}
		}
		// What stands in a comment or in quotes says nothing.
		if ok && !strings.ContainsAny(by, "()\"\\;= ") {
			if _, again, ok := results(by + "; spf=none (" + strings.NewReplacer("(", "", ")", "", "\\", "").Replace(s) + ")"); ok && passed(again, "council.example") == Proven {
				t.Error("a comment was believed")
			}
		}
	})
}
