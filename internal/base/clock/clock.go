// Package clock is in charge of the time of day as the program sees it, so that
// tests choose it.
package clock

import "time"

// Clock tells the present time.
type Clock func() time.Time

// System is the machine's clock, in UTC.
func System() time.Time { return time.Now().UTC() }
