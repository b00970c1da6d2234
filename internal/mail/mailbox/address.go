package mailbox

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"github.com/allclear-safety/allclear/internal/private"
)

// Address is where a mailbox is.
type Address struct {
	Host, Port string
	TLS        bool // from the first byte; otherwise by STARTTLS, but on this machine
	User       string
	Password   private.Text // zero: signed in by tokens
	Folder     string
}

var errAddress = errors.New("must be imaps://USER:PASSWORD@HOST/FOLDER, with % and two digits for what is not a letter or a digit")

// ParseAddress reads imaps://USER:PASSWORD@HOST:PORT/FOLDER, or imap:// for STARTTLS; without a folder it is the inbox.
func ParseAddress(v string) (Address, error) {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "imaps" && u.Scheme != "imap" || u.Hostname() == "" || u.User.Username() == "" || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, "@") {
		return Address{}, errAddress
	}
	a := Address{Host: u.Hostname(), Port: u.Port(), TLS: u.Scheme == "imaps", User: u.User.Username(), Folder: strings.Trim(u.Path, "/")}
	if password, given := u.User.Password(); given {
		a.Password = private.New(password)
	}
	if a.Port == "" {
		a.Port = map[bool]string{true: "993", false: "143"}[a.TLS]
	}
	if a.Folder == "" {
		a.Folder = "INBOX"
	}
	return a, nil
}

// Local reports whether the mailbox is on this machine.
func (a Address) Local() bool {
	ip, err := netip.ParseAddr(a.Host)
	return a.Host == "localhost" || err == nil && ip.IsLoopback()
}
