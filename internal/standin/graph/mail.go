package graph

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Deliver puts a mail into a mailbox's inbox, and notifies whoever subscribed. It gives its id.
func (s *Server) Deliver(mailbox, mime string) string {
	s.mu.Lock()
	b := s.boxes[strings.ToLower(mailbox)]
	b.changes++
	m := &message{ID: "m-" + rand.Text(), folder: "f-inbox", mime: mime, n: b.changes}
	b.messages = append(b.messages, m)
	s.mu.Unlock()
	s.notify(mailbox, m.ID)
	return m.ID
}

// Holds gives how many mails of a mailbox are in a folder, by its name, and how many of them are read.
func (s *Server) Holds(mailbox, folder string) (all, read int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.boxes[strings.ToLower(mailbox)]
	for _, m := range b.messages {
		if m.folder == b.folders[folder] {
			all++
			if m.read {
				read++
			}
		}
	}
	return all, read
}

// delta gives the messages that came into a folder since a token, in pages, and the token of now with the last.
func (s *Server) delta(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	folder, q := "f-"+r.PathValue("folder"), r.URL.Query()
	since, skip := 0, 0
	token := q.Get("$deltatoken") + q.Get("$skiptoken")
	if token != "" {
		parts := strings.Split(token, "-")
		if len(parts) != 3 || parts[0] != strconv.Itoa(s.deltaN) {
			refuse(w, http.StatusGone, "SyncStateNotFound", "The sync state generation is not found.")
			return
		}
		since, _ = strconv.Atoi(parts[1])
		skip, _ = strconv.Atoi(parts[2])
	}
	most := s.mostIn
	if said, found := strings.CutPrefix(r.Header.Get("Prefer"), "odata.maxpagesize="); found {
		if n, err := strconv.Atoi(said); err == nil && n < most {
			most = n
		}
	}
	var found []*message
	for _, m := range b.messages {
		if m.folder == folder && m.n > since {
			found = append(found, m)
		}
	}
	page := found[min(skip, len(found)):min(skip+most, len(found))]
	values := make([]map[string]any, 0, len(page))
	for _, m := range page {
		values = append(values, map[string]any{"@odata.type": "#microsoft.graph.message", "id": m.ID})
	}
	if since > 0 && skip == 0 { // what went away is said too
		values = append(values, map[string]any{"id": "m-gone", "@removed": map[string]string{"reason": "deleted"}})
	}
	body := map[string]any{"value": values}
	at := func(name string, since, skip int) string {
		return s.link("%s?$%s=%d-%d-%d", r.URL.EscapedPath(), name, s.deltaN, since, skip)
	}
	if skip+most < len(found) {
		body["@odata.nextLink"] = at("skiptoken", since, skip+most)
	} else {
		body["@odata.deltaLink"] = at("deltatoken", b.changes, 0)
	}
	answer(w, http.StatusOK, body)
}

func (b *box) message(w http.ResponseWriter, r *http.Request) *message {
	i := slices.IndexFunc(b.messages, func(m *message) bool { return m.ID == r.PathValue("id") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
		return nil
	}
	return b.messages[i]
}

func (s *Server) value(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := b.message(w, r); m != nil {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(m.mime))
	}
}

func (s *Server) patchMessage(b *box, w http.ResponseWriter, r *http.Request) {
	var body struct {
		IsRead *bool `json:"isRead"`
	}
	if !read(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := b.message(w, r); m != nil {
		if body.IsRead != nil {
			m.read = *body.IsRead
		}
		answer(w, http.StatusOK, map[string]any{"id": m.ID, "isRead": m.read})
	}
}

// move answers with the message where it is now. It has another id there, but where the caller asked for ids that stay.
func (s *Server) move(b *box, w http.ResponseWriter, r *http.Request) {
	var body struct {
		DestinationID string `json:"destinationId"`
	}
	if !read(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := false
	for _, id := range b.folders {
		known = known || id == body.DestinationID
	}
	if !known {
		refuse(w, http.StatusNotFound, "ErrorFolderNotFound", "The specified folder could not be found in the store.")
		return
	}
	if m := b.message(w, r); m != nil {
		b.changes++
		m.folder, m.n = body.DestinationID, b.changes
		if !strings.Contains(r.Header.Get("Prefer"), `IdType="ImmutableId"`) {
			m.ID = "m-" + rand.Text()
		}
		answer(w, http.StatusCreated, map[string]string{"id": m.ID, "parentFolderId": m.folder})
	}
}

// listFolders knows one filter: displayName eq 'NAME'.
func (s *Server) listFolders(b *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, found := strings.CutPrefix(r.URL.Query().Get("$filter"), "displayName eq '")
	if !found {
		refuse(w, http.StatusBadRequest, "BadRequest", "Invalid filter clause")
		return
	}
	values := []map[string]string{}
	if id, is := b.folders[strings.TrimSuffix(name, "'")]; is {
		values = append(values, map[string]string{"id": id, "displayName": strings.TrimSuffix(name, "'")})
	}
	answer(w, http.StatusOK, map[string]any{"value": values})
}

func (s *Server) makeFolder(b *box, w http.ResponseWriter, r *http.Request) {
	var body struct {
		DisplayName string `json:"displayName"`
	}
	if !read(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, is := b.folders[body.DisplayName]; is {
		refuse(w, http.StatusConflict, "ErrorFolderExists", "A folder with the specified name already exists.")
		return
	}
	b.folders[body.DisplayName] = "f-" + rand.Text()
	answer(w, http.StatusCreated, map[string]string{"id": b.folders[body.DisplayName], "displayName": body.DisplayName})
}
