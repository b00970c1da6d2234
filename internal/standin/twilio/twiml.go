package twilio

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// verb is one element of TwiML.
type verb struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Verbs   []verb     `xml:",any"`
}

var errNotTwiML = errors.New("the document is not TwiML")

// parse reads a document. A verb the stand-in does not know is an error: better than a play that goes on without it.
func parse(document []byte) ([]verb, error) {
	var response verb
	if err := xml.Unmarshal(document, &response); err != nil {
		return nil, fmt.Errorf("read TwiML: %w", err)
	}
	if response.XMLName.Local != "Response" {
		return nil, errNotTwiML
	}
	for _, v := range response.Verbs {
		switch v.XMLName.Local {
		case "Say", "Gather", "Redirect", "Hangup", "Pause":
		default:
			return nil, fmt.Errorf("read TwiML: %s is not played here", v.XMLName.Local)
		}
	}
	return response.Verbs, nil
}

func (v verb) attr(name, otherwise string) string {
	for _, a := range v.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return otherwise
}

// seconds reads an attribute that is a whole number of seconds.
func (v verb) seconds(name string, otherwise time.Duration) time.Duration {
	n, err := strconv.Atoi(v.attr(name, ""))
	if err != nil || n < 0 {
		return otherwise
	}
	return time.Duration(n) * time.Second
}

// words are what a verb says aloud, its nested verbs' included.
func (v verb) words() string {
	said := []string{}
	if v.XMLName.Local == "Say" {
		said = append(said, strings.Join(strings.Fields(v.Text), " "))
	}
	for _, inner := range v.Verbs {
		if words := inner.words(); words != "" {
			said = append(said, words)
		}
	}
	return strings.Join(said, " ")
}

// number reads a whole number that is not negative; 0 for anything else.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return max(n, 0)
}
