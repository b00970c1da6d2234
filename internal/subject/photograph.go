package subject

import (
	"archive/zip"
	"fmt"
)

// photograph adds the person's photograph, where there is one.
func (g *gatherer) photograph(archive *zip.Writer) error {
	picture, err := g.db.Photograph(g.ctx, g.person.ID)
	if err == nil && picture != nil {
		err = put(archive, "photograph.jpg", g.at, picture)
	}
	if err != nil {
		return fmt.Errorf("gather photograph: %w", err)
	}
	return nil
}
