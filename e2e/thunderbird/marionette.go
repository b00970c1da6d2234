package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// marionette is the door that Mozilla's programs have for those who try them: JSON over TCP, each message behind its length and a colon.
type marionette struct {
	conn net.Conn
	in   *bufio.Reader
	n    int
}

// replyWithin is how long one command may take, on a machine that does much else.
const replyWithin = 2 * time.Minute

// largest is more than any answer to a script of ours.
const largest = 16 << 20

// dial begins a session in which scripts are run where the program's own are.
func dial(address string) (*marionette, error) {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return nil, err
	}
	m := &marionette{conn: conn, in: bufio.NewReader(conn)}
	if err := m.greet(); err != nil {
		_ = conn.Close() // of no use any more
		return nil, err
	}
	return m, nil
}

func (m *marionette) greet() error {
	if err := m.conn.SetDeadline(time.Now().Add(replyWithin)); err != nil {
		return err
	}
	if _, err := m.read(); err != nil { // who it is
		return fmt.Errorf("read the greeting: %w", err)
	}
	// A question that Thunderbird asks stays open until it is answered.
	wants := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"unhandledPromptBehavior": "ignore"}}}
	if _, err := m.do("WebDriver:NewSession", wants); err != nil {
		return err
	}
	if _, err := m.do("Marionette:SetContext", map[string]any{"value": "chrome"}); err != nil {
		return err
	}
	_, err := m.do("WebDriver:SetTimeouts", map[string]any{"script": replyWithin.Milliseconds()})
	return err
}

// run runs the body of an async function in the program's main window, and reads what it returns.
func (m *marionette) run(script string, out any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	answer, err := m.do("WebDriver:ExecuteScript", map[string]any{"script": "const args = [...arguments]; return (async () => {" + shared + script + "\n})()", "args": args, "sandbox": "system"})
	if err != nil || out == nil {
		return err
	}
	var value struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(answer, &value); err != nil {
		return fmt.Errorf("read what a script returned: %w", err)
	}
	if err := json.Unmarshal(value.Value, out); err != nil {
		return fmt.Errorf("read what a script returned: %w: %.300s", err, value.Value)
	}
	return nil
}

// do gives a command, [0, number, name, parameters], and its answer, [1, number, error, result].
func (m *marionette) do(command string, parameters any) (json.RawMessage, error) {
	m.n++
	sent, err := json.Marshal([]any{0, m.n, command, parameters})
	if err != nil {
		return nil, err
	}
	if err := m.conn.SetDeadline(time.Now().Add(replyWithin)); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(sent), sent); err != nil {
		return nil, fmt.Errorf("ask for %s: %w", command, err)
	}
	for {
		said, err := m.read()
		if err != nil {
			return nil, fmt.Errorf("read the answer to %s: %w", command, err)
		}
		var parts [4]json.RawMessage
		var number int
		if err := json.Unmarshal(said, &parts); err != nil {
			return nil, fmt.Errorf("read the answer to %s: %w", command, err)
		}
		if err := json.Unmarshal(parts[1], &number); err != nil || number != m.n {
			continue // to what was asked before, and given up
		}
		if string(parts[2]) != "null" {
			return nil, fmt.Errorf("%s: %.2000s", command, parts[2])
		}
		return parts[3], nil
	}
}

func (m *marionette) read() ([]byte, error) {
	length, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(length[:len(length)-1])
	if err != nil || n < 0 || n > largest {
		return nil, errors.New("what answers is no marionette")
	}
	said := make([]byte, n)
	_, err = io.ReadFull(m.in, said)
	return said, err
}
