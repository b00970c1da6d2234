package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
)

// uploads sends a form with a file in one of its fields, as a page that was shown to somebody does.
func (h *house) uploads(path, field, name string, file []byte, shown string) page {
	h.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	h.ok(m.WriteField(actingField, shown))
	part, err := m.CreateFormFile(field, name)
	h.ok(err)
	_, err = part.Write(file)
	h.ok(err)
	h.ok(m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.send(r)
}
