package web

// supportRoutes are the pages of who is there for a worker.
func (p *Pages) supportRoutes() []route {
	return []route{
		{"GET /teams/{id}/support", signedIn, p.spheres},
		{"GET /teams/{id}/support/print", signedIn, p.spheresSheet},
		{"GET /teams/{id}/support/picture.svg", signedIn, p.spheresPicture},
		{"GET /teams/{id}/support/edit", signedIn, p.editSpheres},
		{"POST /teams/{id}/support/edit", signedIn, p.changeSpheres},
		{"GET /teams/{id}/support/entries/new", signedIn, p.newSphere},
		{"POST /teams/{id}/support/entries/new", signedIn, p.addSphere},
		{"GET /teams/{id}/support/entries/{n}", signedIn, p.editSphere},
		{"POST /teams/{id}/support/entries/{n}", signedIn, p.changeSphere},
	}
}
