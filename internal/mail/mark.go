package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// Mark is what a mail is told by before it is read: who it says it is from, as [Message] has it and as worthless, so that the mails of one sender keep their
// order; and a print that is the same for a mail however it came, as each who hands it on puts lines of their own above it. Its signatures count: an
// unsigned copy of a mail is another mail, and must not keep the true one from being read.
func Mark(raw []byte) (sender, print string) {
	h, body := split(unboxed(raw))
	sum := sha256.New()
	for _, f := range h {
		switch f.name {
		case "message-id", "from", "date", "dkim-signature":
			sum.Write([]byte(f.name + ":" + f.value + "\n"))
		}
	}
	sum.Write([]byte("\n"))
	sum.Write(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	return h.one("from"), hex.EncodeToString(sum.Sum(nil))
}
