package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestABinaryThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), "nowhere/allclear", t.TempDir(), io.Discard); err == nil || !strings.Contains(err.Error(), "make build makes it") {
		t.Error(err)
	}
}

func TestAProfileIsAnAccountAndNothingElse(t *testing.T) {
	t.Parallel()
	prefs, err := profile(account{name: `Priya "P" Nair`, address: "priya@council.example", imap: "127.0.0.1:143", smtp: "127.0.0.1:25"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`user_pref("mail.identity.id1.fullName", "Priya \"P\" Nair");`, `user_pref("mail.server.server1.userName", "priya");`, `user_pref("mail.smtpserver.smtp1.port", 25);`} {
		if !slices.Contains(strings.Split(prefs, "\n"), line) {
			t.Errorf("there is no %s in:\n%s", line, prefs)
		}
	}
	if strings.Contains(prefs, "%!") {
		t.Error(prefs)
	}
}

// A marionette of three commands, one of which is answered late.
func TestAScriptIsGivenWhatItReturns(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // ends with the connection
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		say := func(words string) { fmt.Fprintf(conn, "%d:%s", len(words), words) }
		say(`{"applicationType":"gecko","marionetteProtocol":3}`)
		for in := bufio.NewReader(conn); ; {
			length, err := in.ReadString(':')
			if err != nil {
				return
			}
			n, _ := strconv.Atoi(strings.TrimSuffix(length, ":"))
			asked := make([]byte, n)
			if _, err := io.ReadFull(in, asked); err != nil {
				return
			}
			var parts []any
			_ = json.Unmarshal(asked, &parts) // a bad one has no parts
			number, script := int(parts[1].(float64)), fmt.Sprint(parts[3])
			switch {
			case strings.Contains(script, "wrong"):
				say(fmt.Sprintf(`[1,%d,{"error":"javascript error","message":"wrong is not defined"},null]`, number))
			default:
				say(fmt.Sprintf(`[1,%d,null,{"value":"of another"}]`, number-1))
				say(fmt.Sprintf(`[1,%d,null,{"value":["é","b"]}]`, number))
			}
		}
	}()
	m, err := dial(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer m.conn.Close()
	var got []string
	if err := m.run("return words", &got); err != nil || !slices.Equal(got, []string{"é", "b"}) {
		t.Errorf("%q, %v", got, err)
	}
	if err := m.run("wrong()", nil); err == nil || !strings.Contains(err.Error(), "wrong is not defined") {
		t.Errorf("a script that fails: %v", err)
	}
}
