package smtp

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/allclear-safety/allclear/internal/private"
)

// Server is where mail is handed over.
type Server struct {
	Host     string
	Port     int
	TLS      bool // from the first byte (smtps); else by STARTTLS, which must be had unless the server is this machine
	User     string
	Password private.Text
}

var errServer = errors.New("must be smtps://USER:PASSWORD@HOST or smtp://HOST:PORT")

// ParseServer reads smtp://host:port, or smtps://, with user and password before the host where the server wants them. Its error never shows the address.
func ParseServer(address string) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return Server{}, errServer
	}
	s := Server{Host: u.Hostname(), User: u.User.Username()}
	switch u.Scheme {
	case "smtp":
		s.Port = 587
	case "smtps":
		s.Port, s.TLS = 465, true
	default:
		return Server{}, errServer
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, errServer
		}
	}
	password, given := u.User.Password()
	if given != (s.User != "") || given && password == "" {
		return Server{}, errors.New("has a user without a password, or a password without a user")
	}
	s.Password = private.New(password)
	return s, nil
}

// Local says that the server is this machine.
func (s Server) Local() bool {
	ip, err := netip.ParseAddr(s.Host)
	return s.Host == "localhost" || err == nil && ip.IsLoopback()
}

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
