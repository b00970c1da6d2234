package api

import _ "embed"

// document is the OpenAPI 3.1 description of the JSON API, written by hand. A test holds it against the routes and
// every answer against its schemas.
//
//go:embed openapi.json
var document []byte

// openapi answers GET /openapi.json.
func (a *API) openapi(*call) (answer, error) { return ok(document) }
