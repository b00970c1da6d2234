package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/nearest"
	"github.com/allclear-safety/allclear/internal/private"
)

// OIDC is the organisation's own sign-in, an OpenID Connect provider; the zero Issuer means none.
type OIDC struct {
	Issuer       string // to the letter: a final slash belongs to it
	ClientID     string
	ClientSecret private.Text
	Roles        string // as readRoles reads them
	RolesClaim   string // roles or groups; "" is roles
	Match        string // "", email_verified or preferred_username
}

// sharedTenants are the names by which Entra knows everyone's tenants together, and that of all private accounts.
var sharedTenants = []string{"common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad", "{tenantid}"}

func setIssuer(s *Settings, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(v, "?#") {
		return errors.New("must be the issuer's full address such as https://login.microsoftonline.com/TENANT-ID/v2.0")
	}
	if u.Scheme == "http" && !onLoopback(v) {
		return errors.New("must be https: what it says is whom we let in")
	}
	host, tenant := strings.ToLower(u.Hostname()), strings.ToLower(strings.Split(strings.TrimPrefix(u.Path, "/"), "/")[0])
	if (strings.Contains(host, "microsoft") || strings.HasSuffix(host, ".windows.net")) && slices.Contains(sharedTenants, tenant) {
		return errors.New("must be your own tenant's, https://login.microsoftonline.com/TENANT-ID/v2.0: a shared one lets in anybody with a Microsoft account, of whatever organisation")
	}
	s.OIDC.Issuer = v
	return nil
}

func setRoles(s *Settings, v string) error {
	_, err := readRoles(v)
	s.OIDC.Roles = v
	return err
}

// readRoles reads which role of ours each of the provider's roles or groups is: "Allclear.Manager=manager, Allclear.Admin=admin".
func readRoles(v string) (map[string]string, error) {
	roles := map[string]string{}
	for pair := range strings.SplitSeq(v, ",") {
		at := strings.LastIndex(pair, "=")
		if at < 0 {
			return nil, errors.New("must be THEIRS=OURS, THEIRS=OURS such as Allclear.Manager=manager, Allclear.Admin=admin")
		}
		theirs, ours := strings.TrimSpace(pair[:at]), strings.TrimSpace(pair[at+1:])
		_, twice := roles[theirs]
		switch {
		case theirs == "" || twice:
			return nil, errors.New("must name each of the provider's roles or groups, and each once")
		case !slices.Contains(app.Roles(), ours):
			return nil, fmt.Errorf("%q is no role; the nearest is %s", ours, nearest.To(ours, app.Roles()))
		}
		roles[theirs] = ours
	}
	return roles, nil
}

// setOne sets what may be one of a few words.
func setOne(to *string, v string, words ...string) error {
	if !slices.Contains(words, v) {
		return errors.New("must be " + strings.Join(words, " or "))
	}
	*to = v
	return nil
}

// disagreements says what of it does not go together.
func (o OIDC) disagreements(public string) problems {
	if o == (OIDC{}) {
		return nil
	}
	var bad problems
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"oidc_issuer", o.Issuer == ""}, {"oidc_client_id", o.ClientID == ""}, {"oidc_client_secret", o.ClientSecret.IsZero()},
	} {
		if part.missing {
			bad = append(bad, variable(part.name)+" is missing: your organisation's sign-in needs the issuer, the client id and its secret")
		}
	}
	if public == "" && o.Issuer != "" && !onLoopback(o.Issuer) {
		bad = append(bad, variable("url")+" is missing: your organisation's sign-in sends people back to the public address")
	}
	if o.RolesClaim != "" && o.Roles == "" {
		bad = append(bad, variable("oidc_roles")+" is missing: without it no claim is read for roles")
	}
	return bad
}

// options are they as the application takes them; nil for none.
func (o OIDC) options() *app.OIDC {
	if o.Issuer == "" {
		return nil
	}
	given := &app.OIDC{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, RolesClaim: o.RolesClaim, Match: o.Match}
	if roles, err := readRoles(o.Roles); err == nil { // checked when it was read
		given.Roles = roles
	}
	return given
}
