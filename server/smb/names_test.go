package smb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
)

// TestMatches is the table of MS-FSA 2.1.4.4 (FsRtlIsNameInExpression). '<' is
// DOS_STAR, '>' DOS_QM, '"' DOS_DOT.
func TestMatches(t *testing.T) {
	for _, row := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true},
		{"*", "any.name", true},
		{"", "", true},
		{"", "a", false},
		{"a", "A", true},
		{"straße", "STRASSE", false},
		{"ä*", "Änderung", true},
		{"*.txt", "a.txt", true},
		{"*.txt", "a.TXT", true},
		{"*.txt", "a.txt.bak", false},
		{"*.*", "a", false},
		{"*.*", "a.b", true},
		{"a*b*c", "aXbYc", true},
		{"a*b*c", "aXbY", false},
		{"?", "a", true},
		{"?", "", false},
		{"??", "a", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{">", "a", true},
		{">", "", true},
		{"a>>>", "a", true},
		{"a>>>", "abcd", true},
		{"a>>>", "abcde", false},
		{"a>.b", "a.b", true},
		{"a>.b", "ax.b", true},
		{"a>.b", "axy.b", false},
		{`a"b`, "a.b", true},
		{`a"`, "a", true},
		{`a"b`, "ab", false},
		{"<.b", "x.y.b", true},
		{"<", "a", true},
		{"<", "a.b", false},
		{"<", "a.", true},
		{"*<", "a.b", true},
		{"<<", "a.b", true},
		{"<b", "a.b", true},
		{`<"*`, "a", true},
		{`<"*`, "a.b.c", true},
		{"*************************a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false},
	} {
		require.Equal(t, row.want, matches(row.pattern, row.name), "%q against %q", row.pattern, row.name)
	}
}

// TestSplitName is MS-FSCC 2.1.5.
func TestSplitName(t *testing.T) {
	for _, row := range []struct {
		name   string
		path   string
		stream streamName
		err    error
	}{
		{"", "", streamName{}, nil},
		{"f", "f", streamName{}, nil},
		{`a\b\c`, "a/b/c", streamName{}, nil},
		{`a\b\`, "a/b", streamName{}, nil},
		{`\a`, "", streamName{}, ntstatus.InvalidParameter},
		{`a\\b`, "", streamName{}, ntstatus.ObjectNameInvalid},
		{`a\.\b`, "a/b", streamName{}, nil},
		{`a\b\..\c`, "a/c", streamName{}, nil},
		{`a\..`, "", streamName{}, nil},
		{`a\..\..\b`, "", streamName{}, ntstatus.ObjectPathSyntaxBad},
		{`..\b`, "", streamName{}, ntstatus.ObjectPathSyntaxBad},
		{"a/b", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"a*", "", streamName{}, ntstatus.ObjectNameInvalid},
		{`a"b`, "", streamName{}, ntstatus.ObjectNameInvalid},
		{"a\x01", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:s", "f", streamName{name: "s", data: true}, nil},
		{"f:s:$DATA", "f", streamName{name: "s", data: true}, nil},
		{"f:s:$data", "f", streamName{name: "s", data: true}, nil},
		{"f::$DATA", "f", streamName{data: true}, nil},
		{"f:a*\x01\"b", "f", streamName{name: "a*\x01\"b", data: true}, nil},
		{`d\f:s`, "d/f", streamName{name: "s", data: true}, nil},
		{"d::$INDEX_ALLOCATION", "d", streamName{index: true}, nil},
		{"d:$I30:$INDEX_ALLOCATION", "d", streamName{index: true}, nil},
		{"d:x:$INDEX_ALLOCATION", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:s:", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:s:$BITMAP", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:s:$DATA:x", "", streamName{}, ntstatus.ObjectNameInvalid},
		{"f:a/b", "", streamName{}, ntstatus.ObjectNameInvalid},
		{`d:s\f`, "", streamName{}, ntstatus.ObjectNameInvalid},
	} {
		path, stream, err := splitName(row.name)
		require.Equal(t, row.err, err, "%q", row.name)
		if row.err == nil {
			require.Equal(t, row.path, path, "%q", row.name)
			require.Equal(t, row.stream, stream, "%q", row.name)
		}
	}
}

// TestMapAccess is MS-SMB2 2.2.13.1 and 3.3.5.9.
func TestMapAccess(t *testing.T) {
	const standard = vfs.RightReadControl | vfs.RightSynchronize
	for _, row := range []struct {
		name  string
		asked uint32
		want  uint32
		err   error
	}{
		{"nothing", 0, 0, ntstatus.AccessDenied},
		{"a reserved bit", 0x200, 0, ntstatus.AccessDenied},
		{"ACCESS_SYSTEM_SECURITY", accessSystemSecurity, 0, ntstatus.PrivilegeNotHeld},
		{"specific rights stay", vfs.RightReadData | vfs.RightDelete, vfs.RightReadData | vfs.RightDelete, nil},
		{"MAXIMUM_ALLOWED stays", vfs.MaximumAllowed, vfs.MaximumAllowed, nil},
		{"GENERIC_ALL", genericAll, vfs.RightAll, nil},
		{"GENERIC_READ", genericRead, 0x00120089, nil},
		{"GENERIC_WRITE", genericWrite, 0x00120116, nil},
		{"GENERIC_EXECUTE", genericExecute, standard | vfs.RightExecute | vfs.RightReadAttributes, nil},
		{"GENERIC_READ and WRITE", genericRead | genericWrite, 0x0012019F, nil},
	} {
		got, err := mapAccess(row.asked)
		require.Equal(t, row.err, err, row.name)
		require.Equal(t, row.want, got, row.name)
	}
}

// TestShareOfPath: whatever names the server is us.
func TestShareOfPath(t *testing.T) {
	for _, row := range []struct {
		path, want string
		err        error
	}{
		{`\\server\data`, "data", nil},
		{`\\127.0.0.1:4450\data`, "data", nil},
		{`\\[::1]\data`, "data", nil},
		{`\\server\IPC$`, "IPC$", nil},
		{`\\server`, "", ntstatus.BadNetworkName},
		{`\\server\`, "", ntstatus.BadNetworkName},
		{`\\server\a\b`, "", ntstatus.BadNetworkName},
		{`data`, "", ntstatus.InvalidParameter},
	} {
		got, err := shareOfPath(row.path)
		require.Equal(t, row.err, err, row.path)
		require.Equal(t, row.want, got, row.path)
	}
}
