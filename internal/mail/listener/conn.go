package listener

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// door lets in as many as there may be, and those who may.
type door struct {
	net.Listener
	of *Listener
}

const (
	tooMany    = "421 4.7.0 too many connections, try again later\r\n"
	goingAway  = "421 4.3.2 stopping, try again later\r\n"
	notAllowed = "554 5.7.1 mail is not taken from this address\r\n"
)

// Accept turns away by itself, so that who may not come in costs no more than a line.
func (d door) Accept() (net.Conn, error) {
	for {
		raw, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: raw, of: d.of, client: clientOf(raw.RemoteAddr())}
		why := d.of.enter(c)
		if why == "" {
			return c, nil
		}
		d.of.counts.turnedAway.Add(1)
		_, _ = raw.Write([]byte(why)) // it fits into the socket's buffer: a client that reads nothing holds up nobody
		_ = raw.Close()
	}
}

// clientOf is the address of a client; invalid for one that came through a file's socket.
func clientOf(a net.Addr) netip.Addr {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

func (l *Listener) enter(c *conn) string {
	if !l.mayComeIn(c.client) {
		return notAllowed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := c.client.String()
	switch {
	case l.ended:
		return goingAway
	case len(l.conns) >= l.bound.Connections, l.from[key] >= l.bound.PerClient:
		return tooMany
	}
	l.conns[c] = struct{}{}
	l.from[key]++
	life, cancel := context.WithTimeout(context.Background(), l.bound.Life)
	stop := context.AfterFunc(life, c.closeWhenIdle)
	c.left = func() { stop(); cancel() }
	return ""
}

func (l *Listener) mayComeIn(client netip.Addr) bool {
	if len(l.o.Clients) == 0 || !client.IsValid() {
		return true
	}
	for _, p := range l.o.Clients {
		if p.Contains(client) {
			return true
		}
	}
	return false
}

func (l *Listener) leave(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, in := l.conns[c]; !in {
		return
	}
	delete(l.conns, c)
	key := c.client.String()
	if l.from[key]--; l.from[key] == 0 {
		delete(l.from, key)
	}
	c.left()
}

// conn is a connection that knows when it is to end: at its first fault, and when it is told to, once its mail was answered.
type conn struct {
	net.Conn
	of     *Listener
	client netip.Addr
	left   func()
	broken atomic.Bool // a read ended in an error

	mu     sync.Mutex
	busy   bool // a mail is being handed over
	ending bool // closed with the next answer
}

// Read gives nothing more after its first fault. Otherwise, after a time-out in the middle of a mail, what comes next of that mail would be taken for
// commands, and its sender could speak in the name of the server that hands it over.
func (c *conn) Read(b []byte) (int, error) {
	if c.broken.Load() {
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(b)
	if err != nil {
		c.broken.Store(true)
	}
	return n, err
}

// Write sends an answer, the last one where the connection is to end.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	last := c.ending && !c.busy
	c.mu.Unlock()
	if last {
		_ = c.Close()
	}
	return n, err
}

// Close ends the connection, and makes room for another.
func (c *conn) Close() error {
	c.of.leave(c)
	return c.Conn.Close()
}

// begin says that a mail is being handed over.
func (c *conn) begin() {
	c.mu.Lock()
	c.busy = true
	c.mu.Unlock()
}

// done says that it was, but for the answer.
func (c *conn) done() {
	c.mu.Lock()
	c.busy = false
	c.mu.Unlock()
}

// closeAfterAnswer ends the connection with the next answer.
func (c *conn) closeAfterAnswer() {
	c.mu.Lock()
	c.ending = true
	c.mu.Unlock()
}

// closeWhenIdle ends the connection now, or once its mail was answered. What was not answered will be sent again.
func (c *conn) closeWhenIdle() {
	c.mu.Lock()
	c.ending = true
	busy := c.busy
	c.mu.Unlock()
	if !busy {
		_ = c.Conn.Close() // its own loop sees that, and leaves
	}
}
