package watch

import (
	"encoding/json"
	"fmt"
)

// eventName is how an event is called in the record.
func eventName(e Event) string {
	switch e.(type) {
	case Elapsed:
		return "elapsed"
	case Book:
		return "book"
	case Edit:
		return "edit"
	case Cancel:
		return "cancel"
	case Text:
		return "text"
	case Fetched:
		return "fetched"
	case Raise:
		return "raise"
	case BothOut:
		return "both_out"
	case CoverChanged:
		return "cover_changed"
	case Unreached:
		return "unreached"
	case Acknowledge:
		return "acknowledge"
	case Call:
		return "call"
	case Police:
		return "police"
	case Liaison:
		return "liaison"
	case Harmed:
		return "harmed"
	case Hold:
		return "hold"
	case Reassure:
		return "reassure"
	case Close:
		return "close"
	default:
		return ""
	}
}

// Name is what the record calls the input's event: "text", "acknowledge", …
func (in Input) Name() string { return eventName(in.Event) }

// bare is an Input without its methods, so that encoding it does not recurse.
type bare Input

type inputJSON struct {
	bare
	Kind  string          `json:"kind"`
	Event json.RawMessage `json:"event"`
}

// MarshalJSON writes the input as the record keeps it.
func (in Input) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(in.Event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(inputJSON{bare: bare(in), Kind: in.Name(), Event: raw})
}

// UnmarshalJSON reads an input back from the record.
func (in *Input) UnmarshalJSON(raw []byte) error {
	var j inputJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	event, err := decodeEvent(j.Kind, j.Event)
	if err != nil {
		return fmt.Errorf("read input %s: %w", j.ID, err)
	}
	*in = Input(j.bare)
	in.Event = event
	return nil
}

func decodeEvent(kind string, raw json.RawMessage) (Event, error) {
	switch kind {
	case "elapsed":
		return Elapsed{}, nil
	case "book":
		return decode[Book](raw)
	case "edit":
		return decode[Edit](raw)
	case "cancel":
		return decode[Cancel](raw)
	case "text":
		return decode[Text](raw)
	case "fetched":
		return decode[Fetched](raw)
	case "raise":
		return decode[Raise](raw)
	case "both_out":
		return decode[BothOut](raw)
	case "cover_changed":
		return CoverChanged{}, nil
	case "unreached":
		return decode[Unreached](raw)
	case "acknowledge":
		return Acknowledge{}, nil
	case "call":
		return decode[Call](raw)
	case "police":
		return decode[Police](raw)
	case "liaison":
		return decode[Liaison](raw)
	case "harmed":
		return Harmed{}, nil
	case "hold":
		return decode[Hold](raw)
	case "reassure":
		return Reassure{}, nil
	case "close":
		return decode[Close](raw)
	default:
		return nil, fmt.Errorf("unknown event %q", kind)
	}
}

func decode[E Event](raw json.RawMessage) (Event, error) {
	var e E
	err := json.Unmarshal(raw, &e)
	return e, err
}
