package lock

import "fmt"

// Owner is who holds a reservation or a lock. It is comparable; two values
// that differ in any field are two owners.
type Owner struct {
	Protocol string // "smb", "nlm", "nfs"
	Client   string // which client, for ReleaseClient and for reports
	ID       uint64 // an SMB open's id, an NLM svid
	Opaque   string // an NLM oh or NFSv4 lock_owner, any bytes
}

// String renders the owner for logs and reports.
func (o Owner) String() string {
	if o.Opaque == "" {
		return fmt.Sprintf("%s/%s/%d", o.Protocol, o.Client, o.ID)
	}
	return fmt.Sprintf("%s/%s/%d/%x", o.Protocol, o.Client, o.ID, o.Opaque)
}
