package access

import "github.com/allclear-safety/allclear/internal/buddy"

// ByRole is what someone is by their roles, whatever it is that they ask for.
func ByRole(who buddy.Person) (is Is) {
	for role, has := range map[string]Is{buddy.Worker: VisitsAlone, buddy.Responder: AnswersRole, buddy.Manager: AnswersRole,
		buddy.Admin: Administers, buddy.Auditor: Audits} {
		if who.Has(role) {
			is |= has
		}
	}
	if is != 0 && is&VisitsAlone == 0 {
		is |= InOffice
	}
	return is
}

// InTeam is what someone is to a team by their roles in it.
func InTeam(who buddy.Person, team string) Is {
	is := ByRole(who)
	if who.Team != team {
		return is
	}
	if is&(VisitsAlone|AnswersRole) != 0 {
		is |= Member
	}
	if is&AnswersRole != 0 {
		is |= Answers
	}
	if who.Has(buddy.Manager) {
		is |= Manages
	}
	return is
}
