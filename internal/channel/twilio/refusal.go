package twilio

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/allclear-safety/allclear/internal/channel"
)

// nextSteps are the codes of Twilio's that say what to do next, as answers to a request and in status updates alike. What [nextStep] says
// of the others depends on what they are about.
var nextSteps = map[int]channel.Next{
	20429: channel.Retry, // too many requests
	20500: channel.Retry, // Twilio's own failure
	20503: channel.Retry,
	10004: channel.Retry, // too many calls at once
	21611: channel.Retry, // our number's queue is full
	30001: channel.Retry, // the carrier's queue is full

	21211: channel.WrongNumber, // not a number
	21217: channel.WrongNumber, // not a number that seems valid
	21265: channel.WrongNumber, // a short code
	21401: channel.WrongNumber, // not a number
	30005: channel.WrongNumber, // the carrier does not know it

	21610: channel.OptedOut, // STOP or its like was sent from it

	10001: channel.NoCredit, // the account is not active
	20005: channel.NoCredit, // the account is not active
	30002: channel.NoCredit, // the account was suspended before it was sent

	20003: channel.Misconfigured, // the account's secret is wrong
	20404: channel.Misconfigured, // the account, or the API's address
	21205: channel.Misconfigured, // our own public address
	21609: channel.Misconfigured, // our own public address, for status updates
	21210: channel.Misconfigured, // our own number may not call
	21212: channel.Misconfigured, // our own number is not a number
	21213: channel.Misconfigured, // our own number is missing
	21603: channel.Misconfigured, // our own number is missing
	21606: channel.Misconfigured, // our own number can't send texts
	21608: channel.Misconfigured, // a trial account, which texts proved numbers only
	21219: channel.Misconfigured, // a trial account, which rings proved numbers only
	21659: channel.Misconfigured, // our own number is not Twilio's
	21660: channel.Misconfigured, // our own number is another account's
	21661: channel.Misconfigured, // our own number can't send texts
	30034: channel.Misconfigured, // our own number is not registered
	21215: channel.Misconfigured, // the account may not ring that country: where it is ours, nobody can be rung
	21408: channel.Misconfigured, // the account may not text that country: where it is ours, nobody can be texted
}

// nextStep is what a code says to do next. One that is not known is about this message and this number, and another channel is tried; but
// those from 20000 are about the request or the account, and a message is not given up for them.
func nextStep(code int) channel.Next {
	next, known := nextSteps[code]
	switch {
	case known:
		return next
	case code >= 20_000 && code < 21_000:
		return channel.Misconfigured
	default:
		return channel.NextChannel
	}
}

// refused reads an answer that is not a success. Twilio's own message is dropped: it quotes the number.
func refused(status int, body []byte) *channel.Error {
	var problem struct {
		Code int `json:"code"`
	}
	_ = json.Unmarshal(body, &problem) // 0 where a proxy answered
	e := &channel.Error{Next: nextStep(problem.Code), Code: problem.Code, Err: fmt.Errorf("twilio answered %d", status)}
	switch {
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		e.Next, e.Unknown = channel.Retry, true
	case status == http.StatusTooManyRequests:
		e.Next = channel.Retry
	case problem.Code == 0:
		e.Next = channel.Misconfigured // not Twilio, or not our account; of the number it says nothing
	}
	return e
}

// lost reads an error of the connection. It keeps the cause and drops the address, which names the account.
func lost(err error) *channel.Error {
	e := &channel.Error{Next: channel.Retry, Unknown: true, Err: err}
	if at, ok := errors.AsType[*url.Error](err); ok {
		e.Err = at.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		e.Unknown = false // nobody was there to take it
	}
	return e
}
