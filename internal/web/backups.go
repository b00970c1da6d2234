package web

import (
	"net/http"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
)

// backupsPage says when a backup was last made and tried, and where they go.
type backupsPage struct {
	Layout
	Backups
	Known bool
}

func maySeeBackups(who buddy.Person) bool { return access.May(access.SeeBackups, access.ByRole(who)) }

// backups answers GET /backups.
func (p *Pages) backups(c *request) (err error) {
	if !maySeeBackups(c.who) {
		return notFound()
	}
	page := backupsPage{Layout: p.layout(c, "Backups"), Known: p.Keeping != nil}
	if page.Known {
		if page.Backups, err = p.Keeping.Backups(c.Context()); err != nil {
			return err
		}
	}
	return p.show(c, http.StatusOK, "backups", page)
}
