package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- Twilio signs by HMAC-SHA1
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxAnswer is how much of a webhook's answer is read: Twilio takes no TwiML over 64 kB.
const maxAnswer = 64 << 10

// newClient calls webhooks as Twilio does: 15 s in all, and no redirect of ours to follow.
func newClient() *http.Client {
	return &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute},
	}
}

// Sign is the X-Twilio-Signature of a webhook: a keyed hash of the address as called, followed by every parameter's name and value, the
// names in order.
func Sign(authToken, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	hash := hmac.New(sha1.New, []byte(authToken))
	_, _ = io.WriteString(hash, address) // a hash takes everything
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range values {
			_, _ = io.WriteString(hash, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

// post calls a webhook, signed, and gives its answer.
func (s *Server) post(ctx context.Context, address string, form url.Values) (status int, body []byte, err error) {
	signed, _, _ := strings.Cut(address, "#")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.callable(signed), strings.NewReader(form.Encode())) // #nosec G704 -- a stand-in for tests calls whom it is told to
	if err != nil {
		return 0, nil, fmt.Errorf("call webhook: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("X-Twilio-Signature", Sign(s.options.AuthToken, signed, form))
	s.counts.webhooks.Add(1)
	answer, err := s.client.Do(r) // #nosec G704 -- a stand-in for tests calls whom it is told to
	if err != nil {
		return 0, nil, fmt.Errorf("call webhook: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end below
	body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return answer.StatusCode, nil, fmt.Errorf("read webhook's answer: %w", err)
	}
	return answer.StatusCode, body, nil
}

// callable is where address is reached: at the service's own address where it names the public one.
func (s *Server) callable(address string) string {
	if rest, ok := strings.CutPrefix(address, s.options.Public); ok && s.options.Public != "" {
		return s.options.Hook + rest
	}
	return address
}

// public is the address of a path of the service under test, as Twilio was given it.
func (s *Server) public(path string) string {
	if s.options.Public != "" {
		return s.options.Public + path
	}
	return s.options.Hook + path
}
