package app

import (
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
)

// OIDC is the organisation's own sign-in.
type OIDC struct {
	Issuer, ClientID string
	ClientSecret     private.Text
	Roles            map[string]string // what the provider calls a role or a group: a role of ours; nil: it decides on none
	RolesClaim       string            // roles or groups; "" is roles
	Match            string            // email_verified, preferred_username, or "" for nobody without an invitation
}

// Roles lists the roles that people may have here.
func Roles() []string { return buddy.Roles() }
