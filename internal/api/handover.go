package api

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/report"
)

// sheetKinds are the forms the handover sheet comes in; the first is what a caller gets who does not mind.
var sheetKinds = []string{"application/json", "text/html", "application/pdf"}

// handover answers GET /alarms/{id}/handover: the sheet for the police, as JSON, a page or a PDF.
func (a *API) handover(c *call) (answer, error) {
	kind := negotiate(c.Header.Get("Accept"), sheetKinds)
	if kind == "" {
		return answer{}, &problem{status: http.StatusNotAcceptable, detail: "the sheet is there as " + strings.Join(sheetKinds, ", ")}
	}
	al, _, err := a.lookAt(c, "handover/")
	if err != nil {
		return answer{}, err
	}
	sheet, err := a.view.Handover(c.Context(), al, c.at)
	if err != nil {
		return answer{}, err
	}
	raw, err := printed(sheet, kind)
	if err != nil {
		return answer{}, err
	}
	ans := answer{status: http.StatusOK, body: raw, kind: kind, header: map[string]string{"Vary": "Accept"}}
	if kind == "text/html" {
		ans.kind += "; charset=utf-8"
		ans.header["Content-Security-Policy"] = report.Policy()
	}
	return ans, nil
}

func printed(sheet report.Handover, kind string) ([]byte, error) {
	var out bytes.Buffer
	switch kind {
	case "text/html":
		err := sheet.HTML(&out)
		return out.Bytes(), err
	case "application/pdf":
		err := sheet.PDF(&out)
		return out.Bytes(), err
	default:
		return sheet.JSON()
	}
}
