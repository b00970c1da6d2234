package calendar

import (
	_ "embed"
	"strings"
)

// windowsTable has Windows' names of zones; what it is drawn from stands at its top.
//
//go:embed windows.txt
var windowsTable string

var windows = readWindows(windowsTable)

// windowsNames are the zones of the IANA database by Windows' names for them, and by the places in what Windows shows. All in lower case.
type windowsNames struct {
	zones, places map[string]string
}

func readWindows(table string) windowsNames {
	w := windowsNames{map[string]string{}, map[string]string{}}
	for line := range strings.Lines(table) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if strings.HasPrefix(line, "#") || len(fields) != 3 {
			continue
		}
		iana := strings.TrimSpace(fields[1])
		w.zones[strings.ToLower(strings.TrimSpace(fields[0]))] = iana
		for place := range strings.SplitSeq(fields[2], ",") {
			if place = strings.ToLower(strings.TrimSpace(place)); place != "" {
				w.places[place] = iana
			}
		}
	}
	return w
}
