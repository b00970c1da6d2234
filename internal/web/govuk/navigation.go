package govuk

import (
	"cmp"
	"html/template"
	"slices"
)

// BackLink leads back to the page before.
type BackLink struct {
	Text       string        `json:"text"` // "Back" unless given
	HTML       template.HTML `json:"html"`
	Href       string        `json:"href"`
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (b BackLink) part() (string, any) {
	b.Text = cmp.Or(b.Text, "Back")
	b.Href = cmp.Or(b.Href, "#")
	return "back-link", b
}

// SkipLink is the first thing on a page for those who use a keyboard: to its content.
type SkipLink struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Href       string        `json:"href"` // "#content" unless given
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (s SkipLink) part() (string, any) {
	s.Href = cmp.Or(s.Href, "#content")
	return "skip-link", s
}

// ExitThisPage leads away at once, to a page that says nothing of this one. With scripts it hides what is on the screen while
// that one loads, and Shift pressed three times does the same.
type ExitThisPage struct {
	Text        string        `json:"text"` // "Emergency Exit this page" unless given, the first word for screen readers alone
	HTML        template.HTML `json:"html"`
	RedirectURL string        `json:"redirectUrl"` // the weather unless given
	ID          string        `json:"id"`
	Classes     string        `json:"classes"`
	Attributes  Attributes    `json:"attributes"`

	Button Button `json:"-"`
}

func (e ExitThisPage) part() (string, any) {
	if e.Text == "" && e.HTML == "" {
		e.HTML = `<span class="govuk-visually-hidden">Emergency</span> Exit this page`
	}
	e.Button = Button{Text: e.Text, HTML: e.HTML, Href: cmp.Or(e.RedirectURL, "https://www.bbc.co.uk/weather"),
		Classes:    "govuk-button govuk-button--warning govuk-exit-this-page__button govuk-js-exit-this-page-button",
		Attributes: Attributes{"rel": "nofollow noreferrer"}}
	return "exit-this-page", e
}

// Breadcrumbs say where a page is.
type Breadcrumbs struct {
	Items            []Crumb    `json:"items"`
	CollapseOnMobile bool       `json:"collapseOnMobile"`
	LabelText        string     `json:"labelText"` // "Breadcrumb" unless given
	Classes          string     `json:"classes"`
	Attributes       Attributes `json:"attributes"`
}

// Crumb is one step. Without Href it is the page itself.
type Crumb struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Href       string        `json:"href"`
	Attributes Attributes    `json:"attributes"`
}

func (b Breadcrumbs) part() (string, any) {
	b.LabelText = cmp.Or(b.LabelText, "Breadcrumb")
	return "breadcrumbs", b
}

// PhaseBanner is a line under the header that says what kind of thing this is: REHEARSAL.
type PhaseBanner struct {
	Tag        Tag           `json:"tag"`
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (p PhaseBanner) part() (string, any) {
	p.Tag.Classes = classList("govuk-phase-banner__content__tag", p.Tag.Classes)
	p.Tag.Attributes = nil
	return "phase-banner", p
}

// GenericHeader is the bar at the top, for services that are not GOV.UK's.
type GenericHeader struct {
	LogoText         string        `json:"logoText"`
	LogoHTML         template.HTML `json:"logoHtml"`
	URL              string        `json:"url"` // "/" unless given
	ContainerClasses string        `json:"containerClasses"`
	Classes          string        `json:"classes"`
	Attributes       Attributes    `json:"attributes"`
}

func (g GenericHeader) part() (string, any) {
	g.URL = cmp.Or(g.URL, "/")
	g.ContainerClasses = cmp.Or(g.ContainerClasses, "govuk-width-container")
	return "generic-header", g
}

// ServiceNavigation leads to the parts of the service. On a narrow screen it folds behind a Menu button, where the
// browser runs scripts.
type ServiceNavigation struct {
	ServiceName     string     `json:"serviceName"`
	ServiceURL      string     `json:"serviceUrl"`
	Navigation      []NavItem  `json:"navigation"`
	AriaLabel       string     `json:"ariaLabel"`
	MenuButtonText  string     `json:"menuButtonText"`
	MenuButtonLabel string     `json:"menuButtonLabel"`
	NavigationLabel string     `json:"navigationLabel"`
	NavigationID    string     `json:"navigationId"`
	NavClasses      string     `json:"navigationClasses"`
	Collapse        *bool      `json:"collapseNavigationOnMobile"` // where there is more than one, unless given
	Slots           Slots      `json:"slots"`
	Classes         string     `json:"classes"`
	Attributes      Attributes `json:"attributes"`
}

// Slots hold markup of the page's own around the navigation.
type Slots struct {
	Start           template.HTML `json:"start"`
	End             template.HTML `json:"end"`
	NavigationStart template.HTML `json:"navigationStart"`
	NavigationEnd   template.HTML `json:"navigationEnd"`
}

// NavItem is one part of the service. Current is the page itself, Active a page below it.
type NavItem struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Href       string        `json:"href"`
	Current    bool          `json:"current"`
	Active     bool          `json:"active"`
	Attributes Attributes    `json:"attributes"`
}

// Here says to assistive technology how near an item is to where one is; "" when it is elsewhere.
func (n NavItem) Here() string {
	switch {
	case n.Current:
		return "page"
	case n.Active:
		return "true"
	}
	return ""
}

func (s ServiceNavigation) part() (string, any) {
	s.MenuButtonText = cmp.Or(s.MenuButtonText, "Menu")
	s.NavigationID = cmp.Or(s.NavigationID, "navigation")
	s.NavigationLabel = cmp.Or(s.NavigationLabel, s.MenuButtonText)
	s.AriaLabel = cmp.Or(s.AriaLabel, "Service information")
	if s.MenuButtonLabel == s.MenuButtonText {
		s.MenuButtonLabel = ""
	}
	collapses := len(s.Navigation) > 1
	if s.Collapse != nil {
		collapses = *s.Collapse
	}
	return "service-navigation", struct {
		ServiceNavigation
		Section, Nav, Collapses bool
	}{
		s,
		s.ServiceName != "" || s.Slots.Start != "" || s.Slots.End != "",
		len(s.Navigation) > 0 || s.Slots.NavigationStart != "" || s.Slots.NavigationEnd != "",
		collapses,
	}
}

// Pagination leads through pages of a list, or from one page of a guide to the next where it has no Items.
type Pagination struct {
	Previous      *PageLink  `json:"previous"`
	Next          *PageLink  `json:"next"`
	Items         []PageItem `json:"items"`
	LandmarkLabel string     `json:"landmarkLabel"` // "Pagination" unless given
	Classes       string     `json:"classes"`
	Attributes    Attributes `json:"attributes"`
}

// PageLink is the page before or after.
type PageLink struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	LabelText  string        `json:"labelText"`
	Href       string        `json:"href"`
	Attributes Attributes    `json:"attributes"`
}

// PageItem is one page by its number, or an ellipsis for those left out.
type PageItem struct {
	Number             string     `json:"number"`
	VisuallyHiddenText string     `json:"visuallyHiddenText"`
	Href               string     `json:"href"`
	Current            bool       `json:"current"`
	Ellipsis           bool       `json:"ellipsis"`
	Attributes         Attributes `json:"attributes"`
}

type pageLink struct {
	PageLink
	Block    bool // the two links stand one above the other, with what they lead to
	Previous bool
}

func (p Pagination) part() (string, any) {
	p.LandmarkLabel = cmp.Or(p.LandmarkLabel, "Pagination")
	p.Items = slices.Clone(p.Items)
	for i := range p.Items {
		p.Items[i].VisuallyHiddenText = cmp.Or(p.Items[i].VisuallyHiddenText, "Page "+p.Items[i].Number)
	}
	data := struct {
		Pagination
		Block      bool
		Back, Onto *pageLink
	}{Pagination: p, Block: len(p.Items) == 0 && (p.Previous != nil || p.Next != nil)}
	if p.Previous != nil && p.Previous.Href != "" {
		data.Back = &pageLink{*p.Previous, data.Block, true}
	}
	if p.Next != nil && p.Next.Href != "" {
		data.Onto = &pageLink{*p.Next, data.Block, false}
	}
	return "pagination", data
}
