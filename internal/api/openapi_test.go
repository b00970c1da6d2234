package api_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
)

//go:embed openapi.json
var documentText []byte

// document is the OpenAPI document, read.
var document = readDocument()

func readDocument() object {
	var d object
	if err := json.Unmarshal(documentText, &d); err != nil {
		panic(err)
	}
	return d
}

type object = map[string]any

// at gives a value inside by its path.
func at(v any, path ...string) any {
	for _, name := range path {
		o, is := v.(object)
		if !is {
			return nil
		}
		v = o[name]
	}
	return v
}

// resolve follows a reference.
func resolve(schema object) object {
	for {
		ref, is := schema["$ref"].(string)
		if !is {
			return schema
		}
		schema = at(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(object)
	}
}

// fits says what keeps a value from fitting a schema: a validator of the part of JSON Schema that the document uses.
func fits(schema object, v any, where string) (wrong []string) {
	schema = resolve(schema)
	if one, is := schema["oneOf"].([]any); is {
		for _, s := range one {
			if len(fits(s.(object), v, where)) == 0 {
				return nil
			}
		}
		return []string{where + " fits none of oneOf"}
	}
	if !typed(schema["type"], v) {
		return []string{fmt.Sprintf("%s is %T, not %v", where, v, schema["type"])}
	}
	if enum, is := schema["enum"].([]any); is && !slices.Contains(enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s is %v, not one of %v", where, v, enum))
	}
	switch v := v.(type) {
	case string:
		wrong = append(wrong, fitsString(schema, v, where)...)
	case []any:
		for i, x := range v {
			wrong = append(wrong, fits(schema["items"].(object), x, where+"["+strconv.Itoa(i)+"]")...)
		}
	case object:
		wrong = append(wrong, fitsObject(schema, v, where)...)
	}
	return wrong
}

func fitsString(schema object, s, where string) (wrong []string) {
	if pattern, is := schema["pattern"].(string); is && !regexp.MustCompile(pattern).MatchString(s) {
		wrong = append(wrong, where+" does not match "+pattern)
	}
	if _, err := time.Parse(time.RFC3339, s); schema["format"] == "date-time" && err != nil {
		wrong = append(wrong, where+" is no instant: "+s)
	}
	return wrong
}

func fitsObject(schema, v object, where string) (wrong []string) {
	properties, _ := schema["properties"].(object)
	for name, x := range v {
		p, known := properties[name].(object)
		switch {
		case known:
			wrong = append(wrong, fits(p, x, where+"."+name)...)
		case schema["additionalProperties"] == false:
			wrong = append(wrong, where+"."+name+" is not in the schema")
		}
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := v[name.(string)]; !there {
			wrong = append(wrong, where+"."+name.(string)+" is missing")
		}
	}
	return wrong
}

func typed(kinds, v any) bool {
	if list, is := kinds.([]any); is {
		return slices.ContainsFunc(list, func(kind any) bool { return typed(kind, v) })
	}
	n, number := v.(float64)
	switch v.(type) {
	case nil:
		return kinds == "null"
	case string:
		return kinds == "string"
	case bool:
		return kinds == "boolean"
	case []any:
		return kinds == "array"
	case object:
		return kinds == "object" || kinds == nil
	}
	return number && (kinds == "number" || kinds == "integer" && n == math.Trunc(n))
}

// operation finds the document's operation for a request.
func operation(method, path string) object {
	for pattern, item := range document["paths"].(object) {
		if match, _ := regexp.MatchString("^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(pattern, "[^/]+")+"$", path); match {
			op, _ := at(item, strings.ToLower(method)).(object)
			return op
		}
	}
	return nil
}

// checkAnswer holds an answer against the document, and the request too when it was taken.
func checkAnswer(t *testing.T, r *http.Request, body string, w *httptest.ResponseRecorder) {
	t.Helper()
	op := operation(r.Method, r.URL.Path)
	if op == nil {
		return // not in the document: another test says that then it is not served
	}
	kind, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil {
		t.Fatalf("%s %s: content type: %v", r.Method, r.URL.Path, err)
	}
	answer, there := at(op, "responses", strconv.Itoa(w.Code)).(object)
	if !there {
		if w.Code < 400 {
			t.Errorf("%s %s: status %d is not in the document", r.Method, r.URL.Path, w.Code)
		}
		answer = resolve(at(op, "responses", "default").(object))
	}
	schema, there := at(answer, "content", kind, "schema").(object)
	if !there {
		t.Fatalf("%s %s: %d with %s is not in the document", r.Method, r.URL.Path, w.Code, kind)
	}
	if strings.HasSuffix(kind, "json") {
		holds(t, schema, w.Body.Bytes(), fmt.Sprintf("answer %d of %s %s", w.Code, r.Method, r.URL.Path))
	}
	if request, there := at(op, "requestBody", "content", "application/json", "schema").(object); there && w.Code < 300 {
		holds(t, request, []byte(body), "request of "+r.Method+" "+r.URL.Path)
	}
}

func holds(t *testing.T, schema object, raw []byte, what string) {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s is no JSON: %v", what, err)
	}
	for _, wrong := range fits(schema, v, "body") {
		t.Errorf("%s: %s", what, wrong)
	}
}

func TestTheValidatorCanSayNo(t *testing.T) {
	schema := object{"type": "object", "additionalProperties": false, "required": []any{"at"}, "properties": object{
		"at": object{"type": "string", "format": "date-time"}, "n": object{"type": []any{"integer", "null"}},
		"list": object{"type": "array", "items": object{"type": "string", "enum": []any{"a"}}},
	}}
	for raw, want := range map[string]int{
		`{"at":"2026-11-21T14:00:00Z","n":null,"list":["a"]}`: 0, `{}`: 1, `{"at":"noon"}`: 1, `{"at":"2026-11-21T14:00:00Z","n":1.5}`: 1,
		`{"at":"2026-11-21T14:00:00Z","x":1}`: 1, `{"at":"2026-11-21T14:00:00Z","list":["b",1]}`: 2, `[]`: 1,
	} {
		var v any
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			t.Fatal(err)
		}
		if wrong := fits(schema, v, "body"); len(wrong) != want {
			t.Errorf("%s: %v", raw, wrong)
		}
	}
}

func TestEveryRouteIsInTheDocumentAndTheOtherWayRound(t *testing.T) {
	var documented, served []string
	for path, item := range document["paths"].(object) {
		for method, op := range item.(object) {
			documented = append(documented, strings.ToUpper(method)+" "+path+" "+scopeOf(op.(object)))
		}
	}
	for _, r := range api.Routes() {
		served = append(served, strings.TrimSpace(r.Pattern+" "+r.Scope))
	}
	for i := range documented {
		documented[i] = strings.TrimSpace(documented[i])
	}
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("documented\n%s\nserved\n%s", strings.Join(documented, "\n"), strings.Join(served, "\n"))
	}
}

// scopeOf is the scope that an operation needs.
func scopeOf(op object) string {
	security, _ := op["security"].([]any)
	if len(security) == 0 {
		return ""
	}
	return at(security[0], "token").([]any)[0].(string)
}

func TestEveryReferenceInTheDocumentLeadsSomewhere(t *testing.T) {
	for _, ref := range regexp.MustCompile(`"\$ref": ?"#/([^"]+)"`).FindAllStringSubmatch(string(documentText), -1) {
		if at(document, strings.Split(ref[1], "/")...) == nil {
			t.Errorf("%s is not there", ref[1])
		}
	}
}

// A field that the document has and the handler does not know is refused by the handler; one that the handler knows and
// the document has not would be refused here.
func TestEveryRequestFieldInTheDocumentIsKnownToItsHandler(t *testing.T) {
	o := onSQLite(t)
	visit, alarm := o.overdue()
	ids := map[string]string{"/visits/{id}": visit, "/alarms/{id}": alarm, "/teams/{id}": "t-new", "/people/{id}": "p-new"}
	for path, item := range document["paths"].(object) {
		for method, op := range item.(object) {
			request, there := at(op, "requestBody", "content", "application/json", "schema").(object)
			if !there {
				continue
			}
			real := strings.TrimPrefix(path, "/api/v1")
			for pattern, id := range ids {
				if strings.HasPrefix(real, pattern) {
					real = strings.Replace(real, "{id}", id, 1)
				}
			}
			t.Run(strings.ToUpper(method)+" "+path, func(t *testing.T) { o.knows(t, strings.ToUpper(method), real, resolve(request)) })
		}
	}
}

// knows sends a request with a wrong value in every documented field: each must be called wrong, none unknown.
func (o *office) knows(t *testing.T, method, path string, schema object) {
	fields := object{"zzz": 1}
	for name := range schema["properties"].(object) {
		fields[name] = object{"zz": 1}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	got := o.call(method, path, string(raw))
	if got.Code != 422 {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	named := got.fields()
	if !slices.Contains(named, "zzz") {
		t.Errorf("the unknown field is not named: %v", named)
	}
	for _, f := range got.get("fields").([]any) {
		field, says := at(f, "field").(string), at(f, "detail").(string)
		if field != "zzz" && !strings.Contains(field, ".") && strings.HasPrefix(says, "is no field here") {
			t.Errorf("%s is in the document and not known to the handler", field)
		}
	}
}
