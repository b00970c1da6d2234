package listener

import (
	"errors"
	"net/netip"
	"testing"
)

func TestFromAnotherMachineOnlyByTLS(t *testing.T) {
	for _, c := range []struct {
		client string
		secure bool
		taken  bool
	}{{"192.0.2.1", false, false}, {"2001:db8::1", false, false}, {"192.0.2.1", true, true}, {"127.0.0.1", false, true}, {"::1", false, true}} {
		l := &Listener{bound: Usual()}
		s := &session{of: l, conn: &conn{of: l, client: netip.MustParseAddr(c.client)}, secure: c.secure}
		if err := s.Mail("a@b.example", nil); (err == nil) != c.taken || err != nil && !errors.Is(err, errClear) {
			t.Errorf("from %s, secure %t: %v", c.client, c.secure, err)
		}
	}
}
