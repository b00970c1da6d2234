package twilio

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// messageJSON is a message as Twilio writes it.
type messageJSON struct {
	AccountSID          string            `json:"account_sid"`
	APIVersion          string            `json:"api_version"`
	Body                string            `json:"body"`
	DateCreated         string            `json:"date_created"`
	DateSent            *string           `json:"date_sent"`
	DateUpdated         string            `json:"date_updated"`
	Direction           string            `json:"direction"`
	ErrorCode           *int              `json:"error_code"`
	ErrorMessage        *string           `json:"error_message"`
	From                string            `json:"from"`
	MessagingServiceSID *string           `json:"messaging_service_sid"`
	NumMedia            string            `json:"num_media"`
	NumSegments         string            `json:"num_segments"`
	Price               *string           `json:"price"`
	PriceUnit           string            `json:"price_unit"`
	SID                 string            `json:"sid"`
	Status              string            `json:"status"`
	SubresourceURIs     map[string]string `json:"subresource_uris"`
	To                  string            `json:"to"`
	URI                 string            `json:"uri"`
}

func (s *Server) messageJSON(m Message) messageJSON {
	at := m.At.UTC().Format(time.RFC1123Z)
	uri := s.uri("/Messages/" + m.SID)
	j := messageJSON{
		AccountSID: s.options.AccountSID, APIVersion: "2010-04-01", Body: m.Body, DateCreated: at, DateUpdated: at, Direction: "outbound-api",
		From: m.From, NumMedia: "0", NumSegments: itoa(segments(m.Body)), PriceUnit: "USD", SID: m.SID, Status: m.Status,
		SubresourceURIs: map[string]string{"media": uri + "/Media.json"}, To: m.To, URI: uri + ".json",
	}
	if m.Inbound {
		j.Direction = "inbound"
	}
	if m.Status != "queued" {
		j.DateSent = &at
	}
	if m.ErrorCode != 0 {
		j.ErrorCode = &m.ErrorCode
	}
	return j
}

func (s *Server) uri(path string) string {
	return "/2010-04-01/Accounts/" + s.options.AccountSID + path
}

// listJSON is one page of messages.
type listJSON struct {
	Messages        []messageJSON `json:"messages"`
	Page            int           `json:"page"`
	PageSize        int           `json:"page_size"`
	Start           int           `json:"start"`
	End             int           `json:"end"`
	URI             string        `json:"uri"`
	FirstPageURI    string        `json:"first_page_uri"`
	NextPageURI     *string       `json:"next_page_uri"`
	PreviousPageURI *string       `json:"previous_page_uri"`
}

// listMessages gives messages newest first, in pages that a new message does not shift.
func (s *Server) listMessages(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	match, err := matching(q)
	if err != nil || r.PathValue("account") != s.options.AccountSID {
		refuse(w, malformed)
		return
	}
	size, page := pageSize(q.Get("PageSize")), number(q.Get("Page"))
	s.mu.Lock()
	found, more := s.messages.page(strings.TrimPrefix(q.Get("PageToken"), "PA"), size, match)
	s.mu.Unlock()
	list := listJSON{
		Messages: make([]messageJSON, 0, len(found)), Page: page, PageSize: size, Start: page * size, End: page*size + max(len(found)-1, 0),
		URI: r.URL.RequestURI(), FirstPageURI: s.pageURI(q, 0, ""),
	}
	for _, m := range found {
		list.Messages = append(list.Messages, s.messageJSON(m))
	}
	if more {
		list.NextPageURI = new(s.pageURI(q, page+1, "PA"+found[len(found)-1].SID))
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) pageURI(q url.Values, page int, token string) string {
	next := url.Values{}
	maps.Copy(next, q)
	next.Set("Page", itoa(page))
	next.Del("PageToken")
	if token != "" {
		next.Set("PageToken", token)
	}
	return s.uri("/Messages.json?" + next.Encode())
}

// matching reads a list's filters. A name ends in > or < where the value is a bound, and the bound itself is included.
func matching(q url.Values) (func(*Message) bool, error) {
	from, to := q.Get("From"), q.Get("To")
	var bounds [3]time.Time // not before, not after, on the day
	for i, name := range []string{"DateSent>", "DateSent<", "DateSent"} {
		if !q.Has(name) {
			continue
		}
		at, err := date(q.Get(name))
		if err != nil {
			return nil, err
		}
		bounds[i] = at
	}
	return func(m *Message) bool {
		sent := m.At.Truncate(time.Second)
		return (from == "" || m.From == from) && (to == "" || m.To == to) &&
			(bounds[0].IsZero() || !sent.Before(bounds[0].Truncate(time.Second))) &&
			(bounds[1].IsZero() || !sent.After(bounds[1])) &&
			(bounds[2].IsZero() || sent.UTC().Format(time.DateOnly) == bounds[2].UTC().Format(time.DateOnly))
	}, nil
}

// date reads a filter's date, with or without a time of day.
func date(s string) (time.Time, error) {
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		return at, nil
	}
	return time.Parse(time.RFC3339, s)
}
