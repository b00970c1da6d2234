package api

import (
	"mime"
	"strconv"
	"strings"
)

// negotiate gives the kind that an Accept header likes best of those offered, the earlier of two it likes alike; "" when
// it takes none.
func negotiate(accept string, offered []string) string {
	if strings.TrimSpace(accept) == "" {
		return offered[0]
	}
	best, most := "", 0.0
	for _, kind := range offered {
		if q := quality(accept, kind); q > most {
			best, most = kind, q
		}
	}
	return best
}

// quality is how much an Accept header likes a kind, from 0 to 1: what names it most closely counts.
func quality(accept, kind string) float64 {
	main, _, _ := strings.Cut(kind, "/")
	liked, closest := 0.0, -1
	for part := range strings.SplitSeq(accept, ",") {
		named, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		closeness := -1
		switch named {
		case kind:
			closeness = 2
		case main + "/*":
			closeness = 1
		case "*/*":
			closeness = 0
		}
		if closeness <= closest {
			continue
		}
		closest, liked = closeness, 1
		if given, ok := params["q"]; ok {
			if q, err := strconv.ParseFloat(given, 64); err == nil {
				liked = min(max(q, 0), 1)
			}
		}
	}
	return liked
}
