package ntstatus

import (
	"fmt"
	"testing"
)

func TestKnownValues(t *testing.T) {
	rows := []struct {
		name     string
		status   Status
		value    uint32
		severity Severity
	}{
		{"STATUS_SUCCESS", Success, 0, SeveritySuccess},
		{"STATUS_PENDING", Pending, 0x103, SeveritySuccess},
		{"STATUS_NOTIFY_ENUM_DIR", NotifyEnumDir, 0x10C, SeveritySuccess},
		{"STATUS_BUFFER_OVERFLOW", BufferOverflow, 0x80000005, SeverityWarning},
		{"STATUS_NO_MORE_FILES", NoMoreFiles, 0x80000006, SeverityWarning},
		{"STATUS_STOPPED_ON_SYMLINK", StoppedOnSymlink, 0x8000002D, SeverityWarning},
		{"STATUS_OBJECT_NAME_EXISTS", ObjectNameExists, 0x40000000, SeverityInformational},
		{"STATUS_ACCESS_DENIED", AccessDenied, 0xC0000022, SeverityError},
		{"STATUS_OBJECT_NAME_NOT_FOUND", ObjectNameNotFound, 0xC0000034, SeverityError},
		{"STATUS_FILE_NOT_AVAILABLE", FileNotAvailable, 0xC0000467, SeverityError},
		{"STATUS_NETWORK_SESSION_EXPIRED", NetworkSessionExpired, 0xC000035C, SeverityError},
		{"STATUS_HASH_NOT_SUPPORTED", HashNotSupported, 0xC000A100, SeverityError},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if uint32(r.status) != r.value || r.status.String() != r.name || r.status.Severity() != r.severity {
				t.Errorf("got %08X %s severity %d", uint32(r.status), r.status, r.status.Severity())
			}
		})
	}
}

func TestNamesRoundTrip(t *testing.T) {
	if len(byName) != len(names) {
		t.Fatalf("%d names for %d values: two values share a name", len(byName), len(names))
	}
	for s, n := range names {
		for _, form := range []string{n, n[len("STATUS_"):], fmt.Sprintf("0x%08X", uint32(s))} {
			if got, ok := Parse(form); !ok || got != s {
				t.Errorf("Parse(%q) = %v, %v", form, got, ok)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, n := range []string{"", "STATUS_", "STATUS_NO_SUCH_THING", "0x", "0x1FFFFFFFF"} {
		if s, ok := Parse(n); ok {
			t.Errorf("Parse(%q) = %v", n, s)
		}
	}
	unknown := Status(0xDEADBEEF)
	if got, ok := Parse(unknown.String()); !ok || got != unknown {
		t.Errorf("unknown value does not survive: %v", got)
	}
}

func TestOf(t *testing.T) {
	if Of(nil, InternalError) != Success {
		t.Error("nil is not Success")
	}
	if got := Of(fmt.Errorf("open x: %w", SharingViolation), InternalError); got != SharingViolation {
		t.Errorf("wrapped: %v", got)
	}
	if got := Of(fmt.Errorf("other"), InternalError); got != InternalError {
		t.Errorf("fallback: %v", got)
	}
	if Success.Err() != nil || AccessDenied.Err() != AccessDenied {
		t.Error("Err")
	}
}
