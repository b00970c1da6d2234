package main

import (
	"bufio"
	"fmt"

	"github.com/allclear-safety/allclear/internal/checkin"
)

type understandCmd struct {
	Phrase  string `default:"Scarlett" help:"The team's duress phrase."`
	Explain bool   `help:"Say why, too: the rule that decided, a sentence for people, and the words it rests on."`
}

// longestLine bounds one text with its context, in bytes.
const longestLine = 1 << 20

// Run reads check-in texts with their context from standard input, a JSON object
// a line, and writes how each is read, in the same order.
func (c understandCmd) Run(w world) error {
	in := bufio.NewScanner(w.stdin)
	in.Buffer(make([]byte, 0, 64<<10), longestLine)
	out := bufio.NewWriter(w.stdout)
	understand := checkin.UnderstandLine
	if c.Explain {
		understand = checkin.ExplainLine
	}
	for n := 1; in.Scan(); n++ {
		if len(in.Bytes()) == 0 {
			continue
		}
		answer, err := understand(in.Bytes(), c.Phrase)
		if err != nil {
			out.Flush()
			return fmt.Errorf("line %d: %w", n, err)
		}
		out.Write(answer)
		out.WriteByte('\n')
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read texts: %w", err)
	}
	return out.Flush()
}
