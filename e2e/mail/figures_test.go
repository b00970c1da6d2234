package mail_test

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/e2e/town"
)

// figure is what Allclear counts, as it tells it; -1 where it does not.
func figure(w *town.Town, name string) float64 {
	answer, err := http.Get(w.URL() + "/metrics")
	if err != nil {
		return -1
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if said, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(said, 64)
			if err != nil {
				return -1
			}
			return n
		}
	}
	return -1
}
