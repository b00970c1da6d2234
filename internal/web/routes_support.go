package web

import "github.com/allclear-safety/allclear/internal/guidance"

// supportRoutes are the pages of what to do, and of who is there for a worker.
func (p *Pages) supportRoutes() []route {
	return []route{
		{"GET /guidance", signedIn, p.guidanceList},
		{"GET /guidance/before-a-visit", signedIn, p.guide(guidance.BeforeAVisit())},
		{"GET /guidance/calling-for-help", signedIn, p.guide(guidance.CallingForHelp())},
		{"GET /guidance/asked-for", signedIn, p.guide(guidance.AskedFor())},
		{"GET /guidance/ring-round", signedIn, p.guide(guidance.RingRound())},
		{"GET /guidance/after", signedIn, p.guide(guidance.After())},
		{"GET /guidance/sharing-your-calendar", signedIn, p.guide(guidance.SharingYourCalendar())},
		{"GET /guidance/seeing-a-calendar", signedIn, p.guide(guidance.SeeingACalendar())},
		{"GET /practice", signedIn, p.practise},
		{"POST /practice", signedIn, p.tryPractice},

		{"GET /teams/{id}/support", signedIn, p.spheres},
		{"GET /teams/{id}/support/print", signedIn, p.spheresSheet},
		{"GET /teams/{id}/support/picture.svg", signedIn, p.spheresPicture},
		{"GET /teams/{id}/support/edit", signedIn, p.onSpheres(p.editSpheres)},
		{"POST /teams/{id}/support/edit", signedIn, p.onSpheres(p.changeSpheres)},
		{"GET /teams/{id}/support/entries/new", signedIn, p.onSpheres(p.newSphere)},
		{"POST /teams/{id}/support/entries/new", signedIn, p.onSpheres(p.addSphere)},
		{"GET /teams/{id}/support/entries/{n}", signedIn, p.onSpheres(p.editSphere)},
		{"POST /teams/{id}/support/entries/{n}", signedIn, p.onSpheres(p.changeSphere)},
	}
}
