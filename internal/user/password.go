package user

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password, as OWASP advises for argon2id: some 25 ms on a server
// of today.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey))
}

func encodeHash(salt, key []byte) string {
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, text(salt), text(key))
}

// passwordMatches does the work of one hash whatever it is given.
func passwordMatches(encoded, password string) bool {
	var memory, passes uint32
	var lanes uint8
	var version int
	parts := strings.Split(encoded, "$")
	salt, key := make([]byte, argonSalt), make([]byte, argonKey)
	valid := len(parts) == 6 && parts[1] == "argon2id"
	if valid {
		_, errVersion := fmt.Sscanf(parts[2], "v=%d", &version)
		_, errCost := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
		readSalt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
		readKey, errKey := base64.RawStdEncoding.DecodeString(parts[5])
		valid = errVersion == nil && errCost == nil && errSalt == nil && errKey == nil &&
			version == argon2.Version && passes > 0 && lanes > 0 && len(readKey) > 0
		if valid {
			salt, key = readSalt, readKey
		}
	}
	if !valid {
		memory, passes, lanes = argonMemory, argonTime, argonLanes
	}
	computed := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(key)))
	return subtle.ConstantTimeCompare(computed, key) == 1 && valid
}
