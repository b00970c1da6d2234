package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// dialects are sqlmap's names of the databases.
var dialects = map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}

// refusals are the answers that sqlmap is to take as they come: it would end at some of them, and they are how Allclear answers what is
// wrong.
const refusals = "400,401,403,404,405,406,409,413,415,422,429"

// sqlmap tries each value of each target, and gives those that a database reads as its own words.
func (t tools) sqlmap(ctx context.Context, folder, base, dialect string, targets []target, cookie string) ([]finding, error) {
	var list []finding
	if len(targets) == 0 {
		return nil, errors.New("there is no form and no call to try")
	}
	for i, one := range targets {
		if !bytes.Contains(one.request(base, cookie), []byte("*")) {
			continue // it has nothing in it to be tried
		}
		found, err := t.inject(ctx, filepath.Join(folder, fmt.Sprintf("%03d", i)), dialect, base, one, cookie)
		if err != nil {
			return nil, fmt.Errorf("try %s: %w", one, err)
		}
		list = append(list, found...)
	}
	return list, nil
}

// inject tries one target.
func (t tools) inject(ctx context.Context, file, dialect, base string, one target, cookie string) ([]finding, error) {
	if err := os.WriteFile(file+".request", one.request(base, cookie), 0o600); err != nil {
		return nil, err
	}
	said, err := write(ctx, filepath.Dir(file), filepath.Base(file)+".txt", "sqlmap", "-r", file+".request", "--batch", "--ignore-stdin", "--force-ssl", "--level", "1", "--risk", "1", "--dbms", dialect,
		"--output-dir", file+".session", "--flush-session", "--disable-coloring", "--ignore-code", refusals, "--ignore-redirects", "--timeout", "20", "--retries", "1")
	if err != nil {
		return nil, err
	}
	return injected(said, one)
}

// request is the target as sqlmap reads it: a request as it stands on the wire, with a star after each value to be tried.
func (t target) request(base, cookie string) []byte {
	var b bytes.Buffer
	host := strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")
	path, query, asked := strings.Cut(t.path, "?")
	fmt.Fprintf(&b, "%s %s", t.method, path)
	if asked {
		fmt.Fprintf(&b, "?%s", starredForm(query))
	}
	fmt.Fprintf(&b, " HTTP/1.1\r\nHost: %s\r\n", host)
	if cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookie)
	}
	for i := 0; i+1 < len(t.headers); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", t.headers[i], t.headers[i+1])
	}
	body := t.body
	switch t.kind {
	case "":
	case "application/json":
		fmt.Fprintf(&b, "Content-Type: %s\r\n", t.kind)
		body = starredJSON(body)
	default:
		fmt.Fprintf(&b, "Content-Type: %s\r\n", t.kind)
		body = starredForm(body)
	}
	fmt.Fprintf(&b, "\r\n%s", body)
	return b.Bytes()
}

// starredForm puts a star after each value of a query or a form, encoded as it is.
func starredForm(encoded string) string {
	pairs := strings.Split(encoded, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && plain != "" {
			pairs[i] = pair + "*"
		}
	}
	return strings.Join(pairs, "&")
}

var (
	jsonText   = regexp.MustCompile(`("(?:[^"\\]|\\.)*)"([,}\]])`)
	jsonNumber = regexp.MustCompile(`:(-?\d+)([,}])`)
)

// starredJSON puts a star into each text and after each number of an object; names are left alone.
func starredJSON(object string) string {
	return jsonNumber.ReplaceAllString(jsonText.ReplaceAllString(object, `$1*"$2`), `:$1*$2`)
}

var (
	injectable = regexp.MustCompile(`(?m)^Parameter: (.*)$`)
	reflected  = regexp.MustCompile(`heuristic \((?:XSS|FI)\) test shows that (.*? parameter '.*?') might be vulnerable to (.*)`)
)

// injected reads what sqlmap said of a target. It must have tried it to the end.
func injected(said []byte, one target) ([]finding, error) {
	var list []finding
	for _, found := range reflected.FindAllSubmatch(said, -1) {
		list = append(list, finding{"sqlmap", fmt.Sprintf("%s: %s", found[2], found[1]), one.String()})
	}
	if bytes.Contains(said, []byte("identified the following injection point")) {
		for _, found := range injectable.FindAllSubmatch(said, -1) {
			list = append(list, finding{"sqlmap", "SQL injection: " + string(found[1]), one.String()})
		}
		return list, nil
	}
	if !bytes.Contains(said, []byte("all tested parameters do not appear to be injectable")) {
		return nil, fmt.Errorf("sqlmap gave up: %s", gaveUp(said))
	}
	return list, nil
}

var critical = regexp.MustCompile(`(?m)^.*\[CRITICAL\] (.*)$`)

func gaveUp(said []byte) string {
	if found := critical.FindSubmatch(said); found != nil {
		return string(found[1])
	}
	return lastLine(said)
}
