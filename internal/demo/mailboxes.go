package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
)

// Mailbox is somebody's, as their mail program shows it.
type Mailbox struct {
	Person  string // its holder's id
	Holder  string
	Team    string // its name
	Address string
	Letters []town.Letter // in order, the latest last
}

// Mailboxes lists everyone's who has an address, the workers' first.
func (d *Demo) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	people, err := d.o.Store.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("list mailboxes: %w", err)
	}
	teams, err := d.o.Store.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("list mailboxes: %w", err)
	}
	names := map[string]string{}
	for _, t := range teams {
		names[t.ID] = t.Name
	}
	var workers, others []Mailbox
	for _, p := range people {
		address := strings.TrimSpace(p.Email.Reveal())
		if !p.Active || address == "" {
			continue
		}
		box := Mailbox{Person: p.ID, Holder: p.Name, Team: names[p.Team], Address: address, Letters: d.town.Letters(address)}
		if p.Has(buddy.Worker) {
			workers = append(workers, box)
		} else {
			others = append(others, box)
		}
	}
	return append(workers, others...), nil
}
