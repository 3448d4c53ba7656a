package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"ariane/internal/base/fault"
)

func TestFoundThroughWrapping(t *testing.T) {
	err := fmt.Errorf("show contact 7: %w", fault.NotFound(io.ErrUnexpectedEOF))
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.KindNotFound {
		t.Fatalf("Of = %v, %v", f, ok)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if got := f.Message().English(); got != "There is nothing here, or no longer." {
		t.Errorf("message = %q", got)
	}
	if !fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindConflict) || fault.Is(io.EOF, fault.KindInvalid) {
		t.Error("Is disagrees with the kind")
	}
}

func TestPrivateCauseStaysPrivate(t *testing.T) {
	err := fault.Unavailable(errors.New("dial 10.0.0.3: refused"), fault.Text{})
	f, _ := fault.Of(err)
	if got := f.Message().English(); got != "This cannot be done right now. Please try again in a moment." {
		t.Errorf("message = %q", got)
	}
	if f.Error() != "dial 10.0.0.3: refused" {
		t.Errorf("error = %q", f.Error())
	}
}

func TestFields(t *testing.T) {
	fields := fault.Fields{}
	if fields.Err() != nil {
		t.Fatal("no field is refused, yet there is an error")
	}
	fields.Add("name", fault.Say("test.name|A name is required."))
	fields.Add("name", fault.Say("test.second|Never shown."))
	fields.Add("email", fault.Say("test.email|%q is no address.", "anna"))
	err := fields.Err()
	if want := `invalid: email: "anna" is no address.; name: A name is required.`; err.Error() != want {
		t.Errorf("got  %q\nwant %q", err, want)
	}
	if !fault.Is(err, fault.KindInvalid) {
		t.Error("fields make an invalid fault")
	}
}
