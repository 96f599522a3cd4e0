package script

// Registry holds the names that a scenario may mention besides the verbs: it grows with what targets can do.
type Registry struct {
	Policies     []Policy
	Capabilities []Capability
}

// Policy is a place where products legitimately differ, with the values it can take. The first is the default of the
// reference server.
type Policy struct {
	Name   string
	Values []string
	Doc    string
}

// Capability is something that a target may or may not be able to do.
type Capability struct {
	Name string
	Doc  string
}

// DefaultRegistry is what Parse checks against.
func DefaultRegistry() *Registry {
	return &Registry{Policies: policies(), Capabilities: capabilities()}
}

func policies() []Policy {
	return []Policy{
		{"nfs_break", []string{"notify", "wait", "jukebox"}, "what an NFS operation does while an SMB break is under way: goes on at once, waits, or answers NFS3ERR_JUKEBOX"},
		{"nfs_share_deny", []string{"enforce", "jukebox", "ignore"}, "what an SMB share mode means to NFS: NFS3ERR_ACCES, NFS3ERR_JUKEBOX, or nothing"},
		{"nfs_locks", []string{"mandatory-for-smb", "mandatory", "advisory"}, "whom a byte-range lock stops: SMB I/O only, NFS I/O too, or lockers only"},
		{"nfs_getattr", []string{"as-is", "break"}, "the size that GETATTR gives while an SMB client caches writes: the server's, or the holder's after a break"},
	}
}

func capabilities() []Capability {
	return []Capability{
		{"smb", "serves SMB 2 or later"},
		{"smb.202", "dialect 2.0.2"},
		{"smb.210", "dialect 2.1"},
		{"smb.300", "dialect 3.0"},
		{"smb.302", "dialect 3.0.2"},
		{"smb.311", "dialect 3.1.1"},
		{"smb.signing", "signs"},
		{"smb.encryption", "encrypts"},
		{"smb.guest", "lets guests in"},
		{"smb.anonymous", "lets anonymous sessions reach IPC$"},
		{"smb.oplock", "grants exclusive and batch oplocks"},
		{"smb.oplock.level2", "grants Level II oplocks"},
		{"smb.lease", "grants leases"},
		{"smb.lease.v2", "grants version 2 leases, with epochs"},
		{"smb.lease.directory", "grants leases on directories"},
		{"smb.locks", "byte-range locks"},
		{"smb.notify", "CHANGE_NOTIFY"},
		{"smb.durable", "durable handles"},
		{"smb.durable.v2", "durable handles, version 2"},
		{"smb.persistent", "persistent handles"},
		{"smb.streams", "named streams"},
		{"smb.reparse", "FSCTL_GET_REPARSE_POINT and FSCTL_SET_REPARSE_POINT: reads and makes symbolic links"},
		{"smb.compound", "compound requests"},
		{"smb.hardlink", "hard links by SET_INFO"},
		{"smb.multichannel", "several connections a session"},
		{"smb.srvsvc", "share enumeration on the pipe srvsvc"},
		{"nfs", "serves NFS"},
		{"nfs.v3", "NFS version 3"},
		{"nfs.v4", "NFS version 4.0"},
		{"nfs.v41", "NFS version 4.1"},
		{"nfs.v42", "NFS version 4.2"},
		{"nfs.mount", "MOUNT version 3"},
		{"nfs.portmap", "a port mapper of its own"},
		{"nfs.udp", "serves over UDP"},
		{"nfs.root", "does not squash root"},
		{"nlm", "NLM version 4"},
		{"nsm", "status monitor"},
		{"control", "has a control plane"},
		{"control.share", "adds and removes shares at run time"},
		{"control.policy", "changes policies at run time"},
		{"control.clock", "its clock can be moved"},
		{"control.counter", "shows counters"},
		{"control.quiesce", "tells when it is idle"},
		{"control.crash", "can be made to crash and come back"},
		{"control.service", "can be started with one service only"},
	}
}

func (r *Registry) policy(name string) (*Policy, bool) {
	for i := range r.Policies {
		if r.Policies[i].Name == name {
			return &r.Policies[i], true
		}
	}
	return nil, false
}

func (r *Registry) policyNames() []string {
	var names []string
	for _, p := range r.Policies {
		names = append(names, p.Name)
	}
	return names
}

func (r *Registry) hasCapability(name string) bool {
	for _, c := range r.Capabilities {
		if c.Name == name {
			return true
		}
	}
	return false
}

func (r *Registry) capabilityNames() []string {
	var names []string
	for _, c := range r.Capabilities {
		names = append(names, c.Name)
	}
	return names
}
