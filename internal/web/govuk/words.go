package govuk

import (
	"cmp"
	"html/template"
)

// Button submits a form, or is a link that looks like one where Href is given.
type Button struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Classes    string        `json:"classes"` // "govuk-button--warning", "govuk-button--secondary"
	ID         string        `json:"id"`
	Type       string        `json:"type"` // "submit" unless given
	Name       string        `json:"name"`
	Value      string        `json:"value"`
	Href       string        `json:"href"`
	Disabled   bool          `json:"disabled"`
	IsStart    bool          `json:"isStartButton"`
	Attributes Attributes    `json:"attributes"`
	// PreventDoubleClick ignores a second press within a second, where the browser runs scripts.
	PreventDoubleClick bool `json:"preventDoubleClick"`
}

func (b Button) part() (string, any) {
	if b.Type == "" {
		b.Type = "submit"
	}
	b.Classes = classList("govuk-button", b.Classes)
	if b.IsStart {
		b.Classes += " govuk-button--start"
	}
	return "button", b
}

// Tag is a short word for a status.
type Tag struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Classes    string        `json:"classes"` // "govuk-tag--red"
	Attributes Attributes    `json:"attributes"`
}

func (t Tag) part() (string, any) { return "tag", t }

// InsetText sets some words apart.
type InsetText struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	ID         string        `json:"id"`
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (i InsetText) part() (string, any) { return "inset-text", i }

// WarningText warns of something with consequences.
type WarningText struct {
	Text             string        `json:"text"`
	HTML             template.HTML `json:"html"`
	IconFallbackText string        `json:"iconFallbackText"` // "Warning" unless given
	Classes          string        `json:"classes"`
	Attributes       Attributes    `json:"attributes"`
}

func (w WarningText) part() (string, any) {
	w.IconFallbackText = cmp.Or(w.IconFallbackText, "Warning")
	return "warning-text", w
}

// Details is something that opens when its summary is pressed.
type Details struct {
	SummaryText string        `json:"summaryText"`
	SummaryHTML template.HTML `json:"summaryHtml"`
	Text        string        `json:"text"`
	HTML        template.HTML `json:"html"`
	ID          string        `json:"id"`
	Open        bool          `json:"open"`
	Classes     string        `json:"classes"`
	Attributes  Attributes    `json:"attributes"`
}

func (d Details) part() (string, any) { return "details", d }

// Panel says that something was done, as the page's heading.
type Panel struct {
	TitleText    string        `json:"titleText"`
	TitleHTML    template.HTML `json:"titleHtml"`
	HeadingLevel int           `json:"headingLevel"` // 1 unless given
	Text         string        `json:"text"`
	HTML         template.HTML `json:"html"`
	Classes      string        `json:"classes"`
	Attributes   Attributes    `json:"attributes"`
}

func (p Panel) part() (string, any) {
	p.HeadingLevel = cmp.Or(p.HeadingLevel, 1)
	return "panel", p
}

// NotificationBanner tells of something that is not about the page it stands on.
type NotificationBanner struct {
	Text              string        `json:"text"`
	HTML              template.HTML `json:"html"`
	TitleText         string        `json:"titleText"` // "Important", or "Success", unless given
	TitleHTML         template.HTML `json:"titleHtml"`
	TitleHeadingLevel int           `json:"titleHeadingLevel"` // 2 unless given
	TitleID           string        `json:"titleId"`
	Type              string        `json:"type"` // "success" says that what was asked has been done
	Role              string        `json:"role"`
	DisableAutoFocus  bool          `json:"disableAutoFocus"`
	Classes           string        `json:"classes"`
	Attributes        Attributes    `json:"attributes"`
}

func (n NotificationBanner) part() (string, any) {
	title, role := "Important", "region"
	if n.Type == "success" {
		title, role = "Success", "alert"
		n.Classes = classList("govuk-notification-banner--success", n.Classes)
	}
	n.TitleText = cmp.Or(n.TitleText, title)
	n.Role = cmp.Or(n.Role, role)
	n.TitleID = cmp.Or(n.TitleID, "govuk-notification-banner-title")
	n.TitleHeadingLevel = cmp.Or(n.TitleHeadingLevel, 2)
	return "notification-banner", n
}

// ErrorSummary heads a page whose form was not taken, with a link to each field that has to change.
type ErrorSummary struct {
	TitleText        string        `json:"titleText"`
	TitleHTML        template.HTML `json:"titleHtml"`
	DescriptionText  string        `json:"descriptionText"`
	DescriptionHTML  template.HTML `json:"descriptionHtml"`
	ErrorList        []ErrorLink   `json:"errorList"`
	DisableAutoFocus bool          `json:"disableAutoFocus"`
	Classes          string        `json:"classes"`
	Attributes       Attributes    `json:"attributes"`
}

// ErrorLink is one thing that is wrong. Href is the field's: "#address".
type ErrorLink struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Href       string        `json:"href"`
	Attributes Attributes    `json:"attributes"`
}

func (e ErrorSummary) part() (string, any) { return "error-summary", e }
