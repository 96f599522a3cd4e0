package script

import (
	"slices"
	"strings"
)

var (
	dosAttributes = strings.Fields("readonly hidden system archive normal directory temporary offline sparse reparse")
	createOptions = strings.Fields("directory non-directory write-through no-buffering reparse-point sequential random backup")
	notifyFilters = strings.Fields("file-name dir-name attributes size last-write last-access creation ea security stream-name stream-size stream-write")
	fileTypes     = strings.Fields("file dir symlink fifo socket char block")
)

// attrFields are what stat shows, and what every operation shows whose answer carries attributes.
func attrFields() []Field {
	return []Field{
		{Name: "type", Type: TypeEnum, Words: fileTypes},
		{Name: "size", Type: TypeNumber, Doc: "bytes"},
		{Name: "used", Type: TypeNumber, Doc: "allocated bytes"},
		{Name: "mode", Type: TypeNumber, Doc: "permission bits"},
		{Name: "nlink", Type: TypeNumber},
		{Name: "uid", Type: TypeNumber},
		{Name: "gid", Type: TypeNumber},
		{Name: "id", Type: TypeNumber, Doc: "NFS fileid, SMB index number"},
		{Name: "atime", Type: TypeTime},
		{Name: "mtime", Type: TypeTime},
		{Name: "ctime", Type: TypeTime, Doc: "NFS ctime, SMB ChangeTime"},
		{Name: "btime", Type: TypeTime, Doc: "SMB CreationTime"},
		{Name: "dosattr", Type: TypeSet, Words: dosAttributes},
	}
}

// wccFields are the attributes before the operation, which NFSv3 answers carry (RFC 1813 2.6, wcc_data).
func wccFields() []Field {
	return []Field{
		{Name: "presize", Type: TypeNumber, Doc: "NFSv3: size before"},
		{Name: "premtime", Type: TypeTime, Doc: "NFSv3: mtime before"},
		{Name: "prectime", Type: TypeTime, Doc: "NFSv3: ctime before"},
	}
}

func openParams() []Param {
	return []Param{
		newPath("a stream is named file:stream"),
		only(allSMB, opt("access", TypeAccess, "default r")),
		only(allSMB, opt("share", TypeAccess, "letters rwd, or none; default rwd")),
		only(rawSMB, opt("lease", TypeLease, "asks for a lease; none asks for none")),
		only(rawSMB, enum("lease-v", "1 2", "version of the lease context; default 2 from dialect 3.0 on")),
		only(rawSMB, opt("leasekey", TypeString, "equal names of one actor are one key; default: a fresh one")),
		only(rawSMB, opt("parentkey", TypeString, "the lease key of the parent directory")),
		only(rawSMB, opt("oplock", TypeOplock, "asks for an oplock; default none")),
		only(rawSMB, opt("cache", TypeCache, "lease: or oplock: in one, for matrix values: lease:RWH, oplock:II, none")),
		only(rawSMB, enum("durable", "v1 v2 persistent", "asks for a durable handle")),
		only(allSMB, set("options", createOptions, "create options")),
		only(rawSMB, set("dosattr", dosAttributes, "of a new file")),
		only(allSMB, flag("delete-on-close", "")),
		only(rawSMB, enum("impersonation", "anonymous identification impersonation delegate", "default impersonation")),
	}
}

func openFields() []Field {
	return []Field{
		{Name: "lease", Type: TypeLease, Doc: "granted"},
		{Name: "oplock", Type: TypeOplock, Doc: "granted"},
		{Name: "cache", Type: TypeCache, Doc: "granted, whichever it is"},
		{Name: "epoch", Type: TypeNumber, Doc: "of a version 2 lease"},
		{Name: "action", Type: TypeEnum, Words: strings.Fields("superseded opened created overwritten")},
		{Name: "size", Type: TypeNumber},
		{Name: "used", Type: TypeNumber},
		{Name: "id", Type: TypeNumber},
		{Name: "mode", Type: TypeNumber},
		{Name: "dosattr", Type: TypeSet, Words: dosAttributes},
		{Name: "atime", Type: TypeTime},
		{Name: "mtime", Type: TypeTime},
		{Name: "ctime", Type: TypeTime},
		{Name: "btime", Type: TypeTime},
		{Name: "maxaccess", Type: TypeAccess, Doc: "the maximal access that the server tells"},
	}
}

func fileVerbs() []Verb {
	const dispositions = "open create open_if overwrite overwrite_if supersede"
	verbs := []Verb{
		{Name: "open", Kinds: allSMB, Makes: HoldsFile, Fields: openFields(), Doc: "SMB CREATE; default disposition open",
			Params: append(openParams(), enum("disposition", dispositions, "default open"))},
		{Name: "create", Kinds: anyFile, Makes: HoldsFile, Fields: slices.Concat(openFields(), wccFields()), Doc: "SMB CREATE, default disposition create; NFS CREATE",
			Params: append(openParams(),
				Param{Name: "data", Type: TypeBytes, Doc: "written to it next"},
				only(allSMB, enum("disposition", dispositions, "default create")),
				only(onlyNFS, enum("disposition", "unchecked guarded exclusive", "default unchecked")),
				only(onlyNFS, opt("size", TypeNumber, "NFS: the size attribute; 0 truncates a file that is there")),
				only(onlyNFS, opt("mode", TypeNumber, "default 0644")))},
		{Name: "lookup", Kinds: onlyNFS, Makes: HoldsFile, Fields: attrFields(), Params: []Param{path("")}, Doc: "NFS LOOKUP of each component"},
		{Name: "close", Kinds: allSMB, Params: []Param{handle(""), flag("attributes", "ask for the attributes after")}, Fields: attrFields(), Doc: "SMB CLOSE"},
		{Name: "read", Kinds: anyFile, Result: TypeBytes, Params: []Param{target(""), at(), plus()},
			Fields: []Field{{Name: "eof", Type: TypeBool}, {Name: "count", Type: TypeNumber}}, Doc: "READ; by path SMB opens and closes around it"},
		{Name: "write", Kinds: anyFile, Params: []Param{target(""), at(), {Name: "data", Type: TypeBytes, Required: true},
			only(onlyNFS, enum("stable", "unstable data file", "default file")),
			only(allSMB, flag("through", "write-through")),
			only(rawSMB, flag("cached", "held back in the client, and sent by a break with flush, by flush or by close"))},
			Fields: slices.Concat([]Field{{Name: "count", Type: TypeNumber}, {Name: "committed", Type: TypeEnum, Words: strings.Fields("unstable data file")},
				{Name: "verf", Type: TypeString}}, wccFields()), Doc: "WRITE; by path SMB opens and closes around it"},
		{Name: "flush", Kinds: anyFile, Params: []Param{target("")}, Fields: []Field{{Name: "verf", Type: TypeString}}, Doc: "SMB FLUSH, NFS COMMIT of everything"},
		{Name: "commit", Kinds: onlyNFS, Params: []Param{target(""), at(), plus()}, Fields: append([]Field{{Name: "verf", Type: TypeString}}, wccFields()...), Doc: "NFS COMMIT"},
		{Name: "truncate", Kinds: anyFile, Params: []Param{target(""), {Name: "size", Type: TypeNumber, Required: true}}, Fields: wccFields(), Doc: "SMB end of file, NFS SETATTR of the size"},
		{Name: "remove", Kinds: anyFile, Params: []Param{path("")}, Fields: wccFields(), Doc: "NFS REMOVE; SMB delete on close"},
		{Name: "rename", Kinds: anyFile, Params: []Param{target("the old name"), {Name: "to", Type: TypePath, Required: true, Makes: true},
			only(allSMB, flag("replace", "SMB: replace what has the new name; NFS always does"))}, Fields: wccFields(), Doc: "RENAME"},
		{Name: "link", Kinds: rawFile, Params: []Param{target("the existing name"), {Name: "to", Type: TypePath, Required: true, Makes: true},
			only(rawSMB, flag("replace", ""))}, Needs: map[ActorKind]string{KindSMB: "smb.hardlink", KindRawSMB: "smb.hardlink"}, Fields: []Field{{Name: "nlink", Type: TypeNumber}}, Doc: "a hard link"},
		{Name: "symlink", Kinds: anyFile, Params: []Param{newPath(""), {Name: "text", Type: TypeString, Required: true}}, Doc: "a symbolic link: its name, then what it points to"},
		{Name: "readlink", Kinds: anyFile, Params: []Param{path("")}, Result: TypeString, Doc: "what a symbolic link points to"},
		{Name: "mkdir", Kinds: anyFile, Params: []Param{newPath(""), only(onlyNFS, opt("mode", TypeNumber, "default 0755"))}, Makes: HoldsFile, Doc: "a directory"},
		{Name: "rmdir", Kinds: anyFile, Params: []Param{path("")}, Doc: "removes a directory"},
		{Name: "mknod", Kinds: onlyNFS, Params: []Param{newPath(""), need(enum("type", "fifo socket char block", "")), opt("major", TypeNumber, ""), opt("minor", TypeNumber, ""), opt("mode", TypeNumber, "")}, Makes: HoldsFile, Doc: "a special file"},
		{Name: "list", Kinds: anyFile, Params: []Param{{Name: "target", Type: TypeTarget, Required: true, Holds: HoldsFile}, only(allSMB, opt("pattern", TypeString, "default *")), only(onlyNFS, flag("plus", "READDIRPLUS"))},
			Result: TypeList, Fields: []Field{{Name: "count", Type: TypeNumber}}, Doc: "the names in a directory, sorted, without . and .."},
		{Name: "stat", Kinds: anyFile, Params: []Param{target("")}, Fields: attrFields(), Doc: "QUERY_INFO, GETATTR"},
		{Name: "access", Kinds: onlyNFS, Params: []Param{target(""), opt("access", TypeAccess, "what to ask for; default all")}, Result: TypeAccess, Doc: "NFS ACCESS"},
		{Name: "setattr", Kinds: anyFile, Params: []Param{target(""),
			opt("mode", TypeNumber, ""), opt("uid", TypeNumber, ""), opt("gid", TypeNumber, ""), opt("size", TypeNumber, ""),
			opt("atime", TypeTime, ""), opt("mtime", TypeTime, ""), only(allSMB, opt("btime", TypeTime, "")), only(allSMB, opt("ctime", TypeTime, "")),
			only(allSMB, set("dosattr", dosAttributes, "")), only(onlyNFS, opt("guard", TypeTime, "NFSv3: only if the ctime is this"))},
			Fields: slices.Concat(attrFields(), wccFields()), Doc: "SET_INFO, SETATTR"},
		{Name: "lock", Kinds: rawFile, Needs: map[ActorKind]string{KindNFS: "nlm", "": "smb.locks"},
			Params: []Param{target(""), need(at()), need(plus()), enum("mode", "shared exclusive", "default exclusive"), flag("wait", "do not fail at once"), only(onlyNFS, opt("owner", TypeString, "lock owner; default: the actor"))}, Doc: "SMB LOCK, NLM LOCK"},
		{Name: "unlock", Kinds: rawFile, Needs: map[ActorKind]string{KindNFS: "nlm", "": "smb.locks"},
			Params: []Param{target(""), need(at()), need(plus()), only(onlyNFS, opt("owner", TypeString, ""))}, Doc: "SMB LOCK with UNLOCK, NLM UNLOCK"},
		{Name: "testlock", Kinds: onlyNFS, Needs: map[ActorKind]string{KindNFS: "nlm"},
			Params: []Param{target(""), need(at()), need(plus()), enum("mode", "shared exclusive", "default exclusive"), opt("owner", TypeString, "")},
			Fields: []Field{{Name: "held", Type: TypeBool}, {Name: "owner", Type: TypeString}, {Name: "offset", Type: TypeNumber}, {Name: "length", Type: TypeNumber}, {Name: "mode", Type: TypeEnum, Words: []string{"shared", "exclusive"}}}, Doc: "NLM TEST"},
		{Name: "restart", Kinds: onlyNFS, Needs: map[ActorKind]string{KindNFS: "nlm"}, Doc: "the client's host starts again: NSM SM_NOTIFY, after which it holds no lock"},
		{Name: "notify", Kinds: rawSMB, Needs: map[ActorKind]string{"": "smb.notify"}, Params: []Param{handle("an open directory"), set("filter", notifyFilters, "default all"), flag("recursive", "")},
			Result: TypeList, Fields: []Field{{Name: "names", Type: TypeList}, {Name: "actions", Type: TypeList, Doc: "added, removed, modified, renamed-old, renamed-new, …"}}, Doc: "CHANGE_NOTIFY; its value lists \"action name\""},
		{Name: "ack", Kinds: rawSMB, Params: []Param{handle(""), {Name: "state", Type: TypeCache, Doc: "default: what the server asked for"}}, Result: TypeCache, Doc: "OPLOCK_BREAK acknowledgment of a break that is held"},
		{Name: "echo", Kinds: anyFile, Doc: "SMB ECHO, NFS NULL"},
		{Name: "ioctl", Kinds: rawSMB, Result: TypeBytes, Params: []Param{target(""), need(opt("code", TypeString, "FSCTL_… or a number")), {Name: "data", Type: TypeBytes}}, Doc: "SMB IOCTL"},
		{Name: "statfs", Kinds: anyFile, Params: []Param{{Name: "target", Type: TypeTarget, Holds: HoldsFile, Doc: "default: the folder"}},
			Fields: []Field{{Name: "total", Type: TypeNumber}, {Name: "free", Type: TypeNumber}, {Name: "avail", Type: TypeNumber}}, Doc: "NFS FSSTAT, SMB file system information"},
		{Name: "fsinfo", Kinds: onlyNFS, Params: []Param{{Name: "target", Type: TypeTarget, Holds: HoldsFile}},
			Fields: []Field{{Name: "rtmax", Type: TypeNumber}, {Name: "wtmax", Type: TypeNumber}, {Name: "maxfilesize", Type: TypeNumber}}, Doc: "NFS FSINFO"},
		{Name: "pathconf", Kinds: onlyNFS, Params: []Param{{Name: "target", Type: TypeTarget, Holds: HoldsFile}},
			Fields: []Field{{Name: "linkmax", Type: TypeNumber}, {Name: "namemax", Type: TypeNumber}, {Name: "caseinsensitive", Type: TypeBool}, {Name: "casepreserving", Type: TypeBool}}, Doc: "NFS PATHCONF"},
		{Name: "disconnect", Kinds: anyFile, Doc: "cuts the connection, without LOGOFF or CLOSE"},
		{Name: "reconnect", Kinds: anyFile, Doc: "connects again; earlier handles are gone"},
		{Name: "logoff", Kinds: rawSMB, Doc: "SMB LOGOFF"},
	}
	for i := range verbs {
		if v := &verbs[i]; slices.Contains(placeable, v.Name) {
			v.Params = append(v.Params, placed()...)
		}
	}
	return verbs
}

// placeable verbs have a path that may begin elsewhere than in the scenario's folder.
var placeable = strings.Fields("open create lookup read write truncate remove symlink readlink mkdir rmdir list stat access setattr")
