package web

import (
	"context"

	"ariane/internal/base/i18n"
	"ariane/internal/consent"
)

// ChannelName is a channel for people.
func ChannelName(ctx context.Context, c consent.Channel) string {
	switch c {
	case consent.Email:
		return i18n.T(ctx, "consent.email|E-mail")
	case consent.SMS:
		return i18n.T(ctx, "consent.sms|SMS")
	case consent.Notification:
		return i18n.T(ctx, "consent.notification|Notifications")
	}
	return string(c)
}

// ReasonName says why a channel is blocked.
func ReasonName(ctx context.Context, r consent.Reason) string {
	switch r {
	case consent.Unsubscribed:
		return i18n.T(ctx, "consent.unsubscribed|Unsubscribed")
	case consent.Bounced:
		return i18n.T(ctx, "consent.bounced|Bounced")
	case consent.Manual:
		return i18n.T(ctx, "consent.manual|Blocked by hand")
	}
	return ""
}

// UnitName is the unit of a frequency, after a number of messages.
func UnitName(ctx context.Context, u consent.Unit) string {
	switch u {
	case consent.Day:
		return i18n.T(ctx, "consent.unit.day|messages a day")
	case consent.Week:
		return i18n.T(ctx, "consent.unit.week|messages a week")
	}
	return i18n.T(ctx, "consent.unit.month|messages a month")
}
