package client

// The vocabulary between engine and clients. [Call] members and Options of a
// verb on the left, Fields of its Result on the right. A client answers
// *UnsupportedError to an option it does not know; a Field it cannot learn it
// leaves out. NFSv3 operations that change something add presize, premtime
// and prectime where the answer has wcc data. Data longer than the server
// takes in one request goes in several; the first refusal ends it. A verb on
// Path with SMB opens and closes around it.
//
//	open     Path, access=, share=, lease=, oplock=, disposition=,    Handle; lease, oplock, action, size,
//	         options=, attributes=, leasekey=, leaseversion=,         fileid, epoch, parentkey, …
//	         parentkey=, impersonation=, mode= (nfs)
//	         durable=v1|v2|persistent (smb)                           maxaccess, attributes, times
//	create   as open; disposition defaults to create; size= (nfs)     as open
//	close    Handle, attributes=yes                                   size, attributes (if asked)
//	read     Path|Handle, Offset, Length (default: to the end)        Data; eof
//	write    Path|Handle, Offset (default 0), Data,                   count; committed, verf (nfs)
//	         stable=unstable|data|file (nfs), cached=yes, through=yes
//	flush    Handle|Path (nfs: COMMIT, "commit" is the same verb)     verf
//	truncate Path|Handle, Length: the new size
//	remove   Path (a file; SMB: open DELETE, delete-on-close, close)
//	rename   Path|Handle → Path2, replace=yes|no
//	link     Path|Handle → Path2, replace=yes|no
//	symlink  Path2: the text; Path: the new name
//	readlink Path                                                     Data
//	mkdir    Path, mode=                                              Handle (if As)
//	rmdir    Path
//	list     Path, pattern= (smb), plus=yes (nfs)                     names ([]string, sorted, without . and ..), count
//	stat     Path|Handle                                              type, size, mode, uid, gid, nlink, fileid, used,
//	                                                                  atime, mtime, ctime, btime, attributes
//	setattr  Path|Handle, mode=, uid=, gid=, size=, atime=, mtime=,   as stat, where the answer carries it
//	         btime=, ctime=, attributes=, guard=
//	access   Path, access= (nfs ACCESS)                               access
//	lock     Handle|Path, Offset, Length, mode=shared|exclusive,
//	         wait=yes|no, owner=
//	unlock   Handle|Path, Offset, Length, owner=
//	testlock Handle|Path, Offset, Length, mode=                       held (bool), owner, offset, length, exclusive
//	restart  — (nfs: NSM SM_NOTIFY, the client holds no lock)
//	notify   Handle, filter=, recursive=yes                           names, actions
//	ioctl    Handle|Path, code=, Data                                 Data
//	ack      never by Do: see Holder
//	echo     —
//	fsstat   Path (nfs)                                               total, free, avail
//	fsinfo   Path (nfs)                                               rtmax, wtmax, …
//	pathconf Path (nfs)                                               linkmax, namemax, …
//	mknod    Path, type=fifo|socket|char|block, major=, minor=, mode=
//	compound Related                                                  Parts
//	disconnect, reconnect   the transport connection; disconnect sends no LOGOFF or CLOSE
//	logoff   SMB LOGOFF
//
// Share surface:
//
//	shares   level=0|1|2|501|502, pipe=open|new (default new), server=  names ([]string, sorted), count
//	exports  —                                                        names (paths), count
//	tree     Args[0]: the share (SMB TREE_CONNECT)                    type; Handle (if As)
//	untree   Handle
//	mount    Args[0]: the export's path (MOUNT MNT)                   Handle; flavors
//	unmount  Args[0]
//
// Control:
//
//	share    Args: add|remove NAME, or ls                             names
//	policy   Options K=V, or Args[0] to read                          value
//	counter  Args[0]                                                  value (int64)
//	advance  Args[0]: a duration as Go writes it ("35s")
//	quiesce  —
//	crash    —
//
// # Forms of the values
//
// What is not given is the client's choice, except of open and create by SMB:
// access=r, share=rwd, no oplock, no lease. (The stock client cannot share
// DELETE, and is passed over unless the scenario asks for it by name.)
//
//	access       letters of r read, w write, d delete, x execute, a read
//	             attributes, A write attributes; "none"
//	share        letters of r, w, d; "none"
//	lease        R, RH, RW, RWH; "none"
//	oplock       none, level2, exclusive, batch
//	disposition  supersede, open, create, open-if, overwrite, overwrite-if;
//	             NFS create: unchecked, guarded, exclusive
//	options      comma-separated: directory, non-directory, delete-on-close,
//	             write-through, no-buffering, reparse-point, sequential, random, backup
//	attributes   comma-separated: readonly, hidden, system, archive, normal,
//	             directory, temporary, offline, sparse, reparse
//	type         file, dir, symlink, fifo, socket, char, block
//	mode         octal with leading 0: 0644. Field mode is int64 without the type bits.
//	leasekey     any name; equal names of one actor are one key. Default: a fresh key for each open
//	times        RFC 3339 with up to nine decimals, or "now"; Fields are time.Time in UTC
//
// A break is reported with From and To in the forms of lease and oplock.

// The verbs, spelt once.
const (
	VerbOpen       = "open"
	VerbCreate     = "create"
	VerbClose      = "close"
	VerbRead       = "read"
	VerbWrite      = "write"
	VerbFlush      = "flush"
	VerbCommit     = "commit"
	VerbTruncate   = "truncate"
	VerbRemove     = "remove"
	VerbRename     = "rename"
	VerbLink       = "link"
	VerbSymlink    = "symlink"
	VerbReadlink   = "readlink"
	VerbMkdir      = "mkdir"
	VerbRmdir      = "rmdir"
	VerbList       = "list"
	VerbStat       = "stat"
	VerbSetattr    = "setattr"
	VerbAccess     = "access"
	VerbLock       = "lock"
	VerbUnlock     = "unlock"
	VerbTestlock   = "testlock"
	VerbRestart    = "restart"
	VerbNotify     = "notify"
	VerbAck        = "ack"
	VerbEcho       = "echo"
	VerbIoctl      = "ioctl"
	VerbFsstat     = "fsstat"
	VerbFsinfo     = "fsinfo"
	VerbPathconf   = "pathconf"
	VerbMknod      = "mknod"
	VerbCompound   = "compound"
	VerbDisconnect = "disconnect"
	VerbReconnect  = "reconnect"
	VerbLogoff     = "logoff"

	VerbShares  = "shares"
	VerbExports = "exports"
	VerbTree    = "tree"
	VerbUntree  = "untree"
	VerbMount   = "mount"
	VerbUnmount = "unmount"

	VerbShare   = "share"
	VerbPolicy  = "policy"
	VerbCounter = "counter"
	VerbAdvance = "advance"
	VerbQuiesce = "quiesce"
	VerbCrash   = "crash"
)
