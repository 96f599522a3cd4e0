package fscc

// NotifyFilter is the CompletionFilter of a CHANGE_NOTIFY (MS-SMB2 2.2.35).
type NotifyFilter uint32

// The completion filters.
const (
	NotifyChangeFileName    NotifyFilter = 0x00000001
	NotifyChangeDirName     NotifyFilter = 0x00000002
	NotifyChangeAttributes  NotifyFilter = 0x00000004
	NotifyChangeSize        NotifyFilter = 0x00000008
	NotifyChangeLastWrite   NotifyFilter = 0x00000010
	NotifyChangeLastAccess  NotifyFilter = 0x00000020
	NotifyChangeCreation    NotifyFilter = 0x00000040
	NotifyChangeEA          NotifyFilter = 0x00000080
	NotifyChangeSecurity    NotifyFilter = 0x00000100
	NotifyChangeStreamName  NotifyFilter = 0x00000200
	NotifyChangeStreamSize  NotifyFilter = 0x00000400
	NotifyChangeStreamWrite NotifyFilter = 0x00000800
)

// NotifyAction says what happened to a name (MS-FSCC 2.7.1).
type NotifyAction uint32

// The actions.
const (
	ActionAdded               NotifyAction = 0x00000001
	ActionRemoved             NotifyAction = 0x00000002
	ActionModified            NotifyAction = 0x00000003
	ActionRenamedOldName      NotifyAction = 0x00000004
	ActionRenamedNewName      NotifyAction = 0x00000005
	ActionAddedStream         NotifyAction = 0x00000006
	ActionRemovedStream       NotifyAction = 0x00000007
	ActionModifiedStream      NotifyAction = 0x00000008
	ActionRemovedByDelete     NotifyAction = 0x00000009
	ActionIDNotTunnelled      NotifyAction = 0x0000000A
	ActionTunnelledIDCollided NotifyAction = 0x0000000B
)

// String gives "added", "removed", "modified", "old-name", "new-name" and so on.
func (a NotifyAction) String() string {
	names := [...]string{"", "added", "removed", "modified", "old-name", "new-name", "added-stream",
		"removed-stream", "modified-stream", "removed-by-delete", "id-not-tunnelled", "tunnelled-id-collision"}
	if a == 0 || int64(a) >= int64(len(names)) {
		return "unknown"
	}
	return names[a]
}

// NotifyInformation is one FILE_NOTIFY_INFORMATION (MS-FSCC 2.7.1).
type NotifyInformation struct {
	Action NotifyAction
	Name   string // relative to the watched directory, '\' between components
}

// AppendNotify appends the records, chained by NextEntryOffset and aligned to 4
// bytes, if they fit into max bytes. If they do not, dst is given back as it was
// and ok is false: the answer is then STATUS_NOTIFY_ENUM_DIR.
func AppendNotify(dst []byte, max int, records []NotifyInformation) (out []byte, ok bool) {
	c := newChain(dst, max, 4)
	for _, r := range records {
		fits := c.add(12+UTF16Len(r.Name), func(d []byte) []byte {
			d = u32(d, 0)
			d = u32(d, uint32(r.Action))
			d = u32(d, uint32(UTF16Len(r.Name)))
			return AppendUTF16(d, r.Name)
		})
		if !fits {
			return dst, false
		}
	}
	return c.out, true
}

// DecodeNotify reads the records of a CHANGE_NOTIFY response.
func DecodeNotify(b []byte) ([]NotifyInformation, error) {
	const name = "FILE_NOTIFY_INFORMATION"
	var l []NotifyInformation
	err := eachEntry(name, b, 12, 4, func(e []byte) error {
		s, err := name32(name, e, 8, 12)
		if err == nil {
			l = append(l, NotifyInformation{NotifyAction(le.Uint32(e[4:])), s})
		}
		return err
	})
	return l, err
}
