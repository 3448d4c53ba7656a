package consent

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/id"
)

// linkPurpose is what the signature is about, beside the contact: a signature made for
// something else opens no preferences.
const linkPurpose = "preferences"

// signatureLength is in bytes; 128 bits cannot be guessed.
const signatureLength = 16

// Token names a contact in the address of its preference page. Only we can write it.
func Token(ctx context.Context, tx *db.Tx, of id.Contact) (string, error) {
	key, err := setting.Secret(ctx, tx, setting.PreferenceSecret)
	if err != nil {
		return "", err
	}
	number := strconv.FormatInt(int64(of), 36)
	return number + "." + base64.RawURLEncoding.EncodeToString(sign(key, number)), nil
}

func sign(key, number string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(linkPurpose + "\x00" + number))
	return h.Sum(nil)[:signatureLength]
}

// ReadToken finds whom a token names. One that we did not write is a NotFound fault.
func ReadToken(ctx context.Context, q db.Q, token string) (id.Contact, error) {
	key, err := setting.Get(ctx, q, setting.PreferenceSecret)
	if err != nil {
		return 0, err
	}
	number, signature, _ := strings.Cut(token, ".")
	given, wrong := base64.RawURLEncoding.Strict().DecodeString(signature)
	of, unread := strconv.ParseInt(number, 36, 64)
	if key == "" || wrong != nil || unread != nil || of <= 0 || strconv.FormatInt(of, 36) != number || !hmac.Equal(given, sign(key, number)) {
		return 0, fault.NotFound(errors.Join(fmt.Errorf("a preference link that is not ours"), wrong, unread))
	}
	return id.Contact(of), nil
}
