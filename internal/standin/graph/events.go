package graph

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Event is one of a calendar.
type Event struct {
	ID          string
	Transaction string
	Keys        map[string]string // its extended properties, by id
	Fields      map[string]any    // as they were written, but for those above
}

// Events gives those of a mailbox's calendar.
func (s *Server) Events(mailbox string) (list []Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.boxes[strings.ToLower(mailbox)].events {
		list = append(list, Event{e.ID, e.Transaction, maps.Clone(e.Keys), maps.Clone(e.Fields)})
	}
	return list
}

// RemoveEvents takes all events out of a calendar, as somebody may by hand.
func (s *Server) RemoveEvents(mailbox string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.boxes[strings.ToLower(mailbox)].events = nil
}

// listEvents knows one filter: that an extended property has a value.
func (s *Server) listEvents(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	filter := r.URL.Query().Get("$filter")
	rest, is := strings.CutPrefix(filter, "singleValueExtendedProperties/Any(ep: ep/id eq '")
	id, rest, split := strings.Cut(rest, "' and ep/value eq '")
	value, end := strings.CutSuffix(rest, "')")
	if !is || !split || !end {
		refuse(w, http.StatusBadRequest, "ErrorInvalidUrlQueryFilter", "The filter is not supported.")
		return
	}
	values := []map[string]any{}
	for _, e := range b.events {
		if e.Keys[id] == value {
			values = append(values, map[string]any{"id": e.ID, "transactionId": e.Transaction})
		}
	}
	answer(w, http.StatusOK, map[string]any{"value": values})
}

// take puts what a body says into an event.
func (e *Event) take(w http.ResponseWriter, r *http.Request) bool {
	var body map[string]any
	if !read(w, r, &body) {
		return false
	}
	for _, when := range []string{"start", "end"} {
		if at, said := body[when]; said {
			fields, is := at.(map[string]any)
			if zone, _ := fields["timeZone"].(string); !is || zone == "" {
				refuse(w, http.StatusBadRequest, "ErrorPropertyValidationFailure", "The "+when+" is not a dateTimeTimeZone.")
				return false
			}
		}
	}
	for name, v := range body {
		switch name {
		case "transactionId":
			e.Transaction, _ = v.(string)
		case "singleValueExtendedProperties":
			raw, _ := json.Marshal(v)
			var list []struct{ ID, Value string }
			if json.Unmarshal(raw, &list) != nil {
				refuse(w, http.StatusBadRequest, "BadRequest", "Extended properties are a list.")
				return false
			}
			for _, p := range list {
				e.Keys[p.ID] = p.Value
			}
		default:
			e.Fields[name] = v
		}
	}
	return true
}

// makeEvent answers a repeat, which has the transactionId of an event that is there, with that event.
func (s *Server) makeEvent(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &Event{ID: "e-" + rand.Text(), Keys: map[string]string{}, Fields: map[string]any{}}
	if !e.take(w, r) {
		return
	}
	if e.Fields["start"] == nil || e.Fields["end"] == nil {
		refuse(w, http.StatusBadRequest, "ErrorPropertyValidationFailure", "An event has a start and an end.")
		return
	}
	if i := slices.IndexFunc(b.events, func(x *Event) bool { return e.Transaction != "" && x.Transaction == e.Transaction }); i >= 0 {
		answer(w, http.StatusCreated, map[string]string{"id": b.events[i].ID})
		return
	}
	b.events = append(b.events, e)
	answer(w, http.StatusCreated, map[string]string{"id": e.ID})
}

func (s *Server) patchEvent(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(b.events, func(e *Event) bool { return e.ID == r.PathValue("id") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
		return
	}
	if b.events[i].take(w, r) {
		answer(w, http.StatusOK, map[string]string{"id": b.events[i].ID})
	}
}

func (s *Server) deleteEvent(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(b.events, func(e *Event) bool { return e.ID == r.PathValue("id") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
		return
	}
	b.events = slices.Delete(b.events, i, i+1)
	w.WriteHeader(http.StatusNoContent)
}
