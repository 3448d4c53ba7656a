package form

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"time"

	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// ProofBits is how many zero bits a proof begins with: on average a browser
// hashes 2^ProofBits texts to find one, a second's work for a telephone.
const ProofBits = 16

// A proof counts for as long as a page may lie open after it was made.
const (
	proofLife = 2 * time.Hour
	proofSkew = 5 * time.Minute
)

// wellFormedProof is a stamp that the browser made up, the minute, and the number
// that it found.
var wellFormedProof = regexp.MustCompile(`^([\w-]{16,40})\.(\d{1,12})\.(\d{1,15})$`)

// proven returns the stamp of a proof that was made for a form. It can be used once.
func proven(form id.Form, proof string, now time.Time) (stamp string, err error) {
	refuse := func(why string) (string, error) {
		return "", fault.Refused(errors.New("proof of work: "+why), fault.Say("form.proof|This form is protected against robots: your browser has to work for a moment before it sends. It needs JavaScript for that. Please try again."))
	}
	parts := wellFormedProof.FindStringSubmatch(proof)
	if parts == nil {
		return refuse("none")
	}
	minute, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return refuse("no time")
	}
	if at := time.Unix(minute*60, 0); at.Before(now.Add(-proofLife)) || at.After(now.Add(proofSkew)) {
		return refuse("too old, or not yet")
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d.%s", form, proof))
	if n := bits.LeadingZeros32(uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])); n < ProofBits {
		return refuse("too little work")
	}
	return parts[1], nil
}
