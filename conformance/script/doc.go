// Package script is the scenario language: it parses, checks and formats the files below scenarios/. This comment is
// the language's specification. The package is pure: bytes in, values out, no file is opened and no target is needed.
// It imports nothing of Crosswire; conformance/engine runs what it gives, and cmd/crosswire lints, formats and lists.
//
// # A scenario
//
// A scenario file is UTF-8 text. One line is one act, and can be read aloud:
//
//	# An NFS write breaks a full lease before, or while, it is answered.
//	scenario caching/nfs-write-breaks-rwh
//	covers   S1 A1
//	cite     MS-SMB2 3.3.4.7 MUST
//	needs    smb.lease nfs.v3
//	matrix   nfs_break = notify wait
//	actors   A=smb(3.1.1) B=nfs(3, uid=1000)
//
//	file f.dat "ORIGINAL"
//	A open f.dat access=rw share=rwd lease=RWH -> h
//	require h.lease == RWH
//	A on break h hold
//	B write f.dat @0 "CHANGED!" &w
//	expect A break h RWH->RH|R|none within 2s
//	[nfs_break=wait] expect w pending
//	A ack h R
//	expect w ok within 2s
//	order A.break < w.reply
//	never A break h
//	A read h @0 +8 == "CHANGED!"
//	B remove f.dat fails NFS3ERR_ACCES
//
// First come the headers, then the set-up lines, then the steps; embedded files may follow. White space separates
// words; within "quotes", (parentheses) and [brackets] it does not. A # at the beginning of a word begins a comment.
// Order among headers is free, but scenario comes first. The comment above it says in sentences what must hold.
//
// # Headers
//
//	scenario ID       the file's path below scenarios/, without extension
//	covers   S1 A1    entries of the catalogue: a group (S, or A to N), and a number unless all of the group is meant
//	cite     MS-SMB2 3.3.4.7 MUST
//	                  a specification, one or more sections, a grade; "RFC 1813" is two words. Several lines may
//	                  follow each other. MUST and SHOULD are judged, OBSERVE is only reported.
//	needs    smb.lease nfs.v3
//	                  capabilities that the target must have, else the verdict is not-supported
//	services nfs      what the target runs: smb, nfs, or both, which is the default. With one of them the target is
//	                  started without the other, or must be known to be without it (control.service)
//	matrix   NAME = VALUE VALUE
//	                  a dimension; the scenario runs once for each row of the product of all matrix lines
//	except   NAME=VALUE NAME=VALUE
//	                  rows in which all of these hold are left out
//	actors   A=smb(3.1.1) B=nfs(3, uid=1000)
//	                  who acts: NAME=KIND(VERSION, option=value). Each actor has a connection of its own
//
// scenario, covers, cite and actors are there in every scenario.
//
// # The matrix
//
// A dimension that is called like a policy (see below) makes the target follow that value while the row runs. Any
// other name only stands for its value. In actors, set-up lines and steps {NAME} is replaced, outside quotes, by the
// value of the row, before the line is understood: it may be an argument (cache={holder}), a part of one
// (f-{state}.dat, {from}->none), a kind of actor (A={client}), a verb. A value may be quoted; it contains none of | { } *
// otherwise. {run} is replaced by a token of letters and digits that no other run has, for names outside the
// scenario's folder: control share add new-{run}.
//
//	matrix   nfs_break = notify wait jukebox
//	matrix   holder = oplock:II oplock:exclusive oplock:batch lease:R lease:RH lease:RW lease:RWH
//	matrix   op = write read
//	except   holder=oplock:II|lease:R|lease:RH op=read
//	actors   A=rawsmb(3.1.1) B=nfs(3)
//
//	file f.dat "ORIGINAL"
//	A open f.dat access=rw cache={holder} -> h
//	require h.cache == {holder}
//	[op=write] B write f.dat @0 "CHANGED!" &w
//	[op=read] B read f.dat @0 +8 &w
//	expect A break h {holder}->R|RH|II|none within 2s
//	[nfs_break=wait] expect w pending
//	[nfs_break=wait] A ack h
//	[nfs_break=jukebox] expect w fails NFS3ERR_JUKEBOX within 2s
//	[!nfs_break=jukebox] expect w ok within 2s
//
// # Conditions
//
// A step may begin with conditions, each in brackets, which must all hold, else the step is left out:
//
//	[policy=value|value]     the target follows one of these values
//	[dimension=value|value]  the row has one of these values; * stands for any characters: [holder=lease:*]
//	[needs capability]       the target has it
//	[!…]                     the opposite
//
// # Set-up lines
//
// What exists before the first step, made through the target's control plane or by a plain client:
//
//	file PATH [DATA] [mode=0644] [uid=] [gid=]
//	dir PATH [mode=0755] [uid=] [gid=]
//	symlink PATH TEXT
//	link EXISTING PATH
//
// # Steps
//
// An actor does something:
//
//	ACTOR VERB ARGUMENTS [-> NAME] [&NAME] [OUTCOME] [within DURATION]
//
// The arguments are those of the verb's signature: positional ones, @offset, +length, key=value and flags. A step
// waits for its reply and wants success, unless an OUTCOME follows:
//
//	== VALUE                  the result's value; also != < <= > >=
//	contains VALUE            for lists, sets, strings and bytes; lacks is the opposite
//	.FIELD == VALUE           a field of the result; several comparisons may follow each other
//	fails STATUS|STATUS       the reply is one of these, in the protocol's own words
//	gives ok|STATUS           the same, where success is among them
//	within DURATION           the reply came in time
//
// -> h captures the result: an open can then be used as h where a verb wants a handle or target, and its fields as
// h.lease. With &w the step runs on beside those that follow, and must be joined by an expect later on; what it
// captures is there from then on.
//
//	ACTOR on break HANDLE hold|ack|ack-to=STATE|flush+ack|flush+ack-to=STATE
//
// says what the holder does at every later break of the handle; until then it holds: it does not answer. flush first
// sends what "write … cached" held back. A break that is held is answered by the verb ack, or never.
//
//	require NAME.FIELD == VALUE
//
// is a precondition: if it does not hold the verdict is not-exercised, because nothing was proved.
//
//	expect ACTOR break HANDLE [FROM->TO|TO] [within DURATION]
//	expect ACTOR break HANDLE to TO|TO [within DURATION]
//
// awaits the next break of the handle that no earlier expect took.
//
//	expect NAME ok|fails STATUS|gives ok|STATUS [within DURATION]
//	expect NAME pending
//
// awaits the reply of a step with &, which joins it; pending looks, when a fence has come back, whether the reply is
// still to come.
//
//	expect NAME.FIELD == VALUE
//	expect NAME == VALUE
//
// asserts about a captured result, or the reply of a step with &, which it joins if nothing has yet. Without within an
// expect waits 2s.
//
//	never ACTOR break HANDLE
//
// asserts that no break of the handle has come, other than those that an expect took. A fence closes it: a request on
// the holder's connection, sent now, whose reply overtakes nothing that the server sent before.
//
//	order EVENT < EVENT < EVENT
//
// asserts the order of events on the run's one clock: A.break and A.ack of an actor, h.break, h.ack and h.reply of a
// captured open, w.send and w.reply of a step with &. The first is meant, or A.break[2] the second.
//
// # Values
//
//	text         "quoted", with Go's escapes, or a bare word without space, quote, brace, bracket or parenthesis
//	data         "quoted", hex(00 ff), zeros(4KiB), pattern(seed, 64KiB), embed(name) for an embedded file
//	numbers      4096 0x1000 0644 64KiB 4GiB+1 8EiB-1 (KiB MiB GiB TiB PiB EiB), up to 64 bits
//	durations    2s 500ms 1m30s
//	times        2024-01-02T03:04:05.000000001Z, or now
//	access       letters of r (read) w (write) d (delete) x (execute) a (read attributes) A (write attributes), or none
//	lease        R RH RW RWH H W WH none
//	oplock       II exclusive batch none
//	cache        a lease or an oplock; lease:R and oplock:II say which, R and II are understood too
//	sets         words joined by commas, or none
//	lists        ["a" "b"]
//	paths        relative to the scenario's folder, which is called . ; f:s is the stream s of f
//	references   on the right of a comparison: s.mtime, another captured field; c0+1 and c0-1 for numbers. A word that is
//	             a value of the type on the left (R for a lease) is that value, not a reference
//
// Alternatives are joined by |. Words that the language uses itself (the headers, set-up lines and steps above, and control,
// on, break, ok, pending, fails, gives, within, contains, lacks, to, none, run, now) cannot name an actor or a capture. A bare word
// that is neither a capture nor a file that the scenario makes is taken for a mistake; a name that is meant not to
// exist is written in quotes.
//
// pattern(seed, n) is the little-endian words of splitmix64 from the seed, so that no two words of a file are alike.
// Two times are compared to the coarser of the grains of their protocols (SMB: 100 ns).
//
// # Checks
//
// Parse checks all that can be checked without a target, in every row of the matrix, and reports all errors at once,
// each with file:line:col and a caret: unknown actors, verbs, options, fields, captures, capabilities, policies and
// statuses; values of a wrong type; a verb, option or status that the kind of actor cannot have; a name that is defined
// twice, or used before it is there, or where the line that defines it is left out; a handle of another actor, or
// one that was closed; a step with & that nothing joins; a break expected of an open that asked for no caching; a
// never that nothing can close; an id that is not the file's path; a dimension that nothing mentions; a scenario, or a row of
// one, that asserts nothing.
//
// # Format
//
// Format is canonical: headers aligned, one space between words, comments kept and aligned, one blank line at most.
//
// # Embedded files
//
// A txtar archive may follow the steps; embed(name) is the content of its file called name.
//
//	A write f.bin @0 embed(payload)
//	-- payload --
//	any text
//
// # Actors
//
//	smb      SMB, by the stock client where it can do every step of this actor, else by the raw client
//	         versions 2.0.2 2.1 3.0 3.0.2 3.1.1
//	rawsmb   SMB by the raw client: leases, oplocks, locks, notifications
//	         versions 2.0.2 2.1 3.0 3.0.2 3.1.1
//	gosmb2   SMB by the stock client
//	         versions 2.0.2 2.1 3.0 3.0.2 3.1.1
//	nfs      NFS, with MOUNT and NLM
//	         versions 3 4.0 4.1 4.2
//	control  the target's control plane; an actor of this kind called control is always there
//
// Options of actors
//
//	user=           SMB only; string. default: the target's
//	password=       SMB only; string
//	domain=         SMB only; string
//	sign=           SMB only; yes|no|required. default: as negotiated
//	encrypt=        SMB only; yes|no. default no
//	dialects=       smb or rawsmb only; string. what to offer: "2.1,3.0"
//	cipher=         smb or rawsmb only; aes-128-ccm|aes-128-gcm|aes-256-ccm|aes-256-gcm
//	signing=        smb or rawsmb only; hmac-sha256|aes-cmac|aes-gmac
//	guest=          smb or rawsmb only; yes|no
//	anonymous=      smb or rawsmb only; yes|no
//	share=          SMB only; string. default: the scenario's share
//	uid=            NFS only; number
//	gid=            NFS only; number
//	gids=           NFS only; string. supplementary groups: "100,101"
//	flavor=         NFS only; sys|none. default sys
//	transport=      NFS only; tcp|udp. default tcp
//	export=         NFS only; string. default: the scenario's export
//	machine=        NFS only; string. the machine name of AUTH_SYS
//
// # Verbs of files
//
// An argument in square brackets may be left out.
//
// open (smb, rawsmb or gosmb2): SMB CREATE; default disposition open
//
//	open PATH [access=ACCESS] [share=ACCESS] [lease=LEASE] [lease-v=1|2] [leasekey=STRING]
//	[parentkey=STRING] [oplock=OPLOCK] [cache=CACHE] [durable=v1|v2|persistent] [options=SET]
//	[dosattr=SET] [delete-on-close] [impersonation=anonymous|identification|impersonation|delegate]
//	[disposition=open|create|open_if|overwrite|overwrite_if|supersede] [in=HANDLE]
//	    path            path. a stream is named file:stream
//	    access=         access. default r
//	    share=          access. letters rwd, or none; default rwd
//	    lease=          smb or rawsmb only; lease. asks for a lease; none asks for none
//	    lease-v=        smb or rawsmb only; 1|2. version of the lease context; default 2 from dialect 3.0 on
//	    leasekey=       smb or rawsmb only; string. equal names of one actor are one key; default: a fresh one
//	    parentkey=      smb or rawsmb only; string. the lease key of the parent directory
//	    oplock=         smb or rawsmb only; oplock. asks for an oplock; default none
//	    cache=          smb or rawsmb only; cache. lease: or oplock: in one, for matrix values: lease:RWH, oplock:II, none
//	    durable=        smb or rawsmb only; v1|v2|persistent. asks for a durable handle
//	    options=        words of directory,non-directory,write-through,no-buffering,reparse-point,sequential,random,backup. create options
//	    dosattr=        smb or rawsmb only; words of readonly,hidden,system,archive,normal,directory,temporary,offline,sparse,reparse. of a new file
//	    impersonation=  smb or rawsmb only; anonymous|identification|impersonation|delegate. default impersonation
//	    disposition=    open|create|open_if|overwrite|overwrite_if|supersede. default open
//	    in=             handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	-> an open file
//	.lease lease, .oplock oplock, .cache cache, .epoch number, .action enum, .size number, .used number,
//	.id number, .mode number, .dosattr set, .atime time, .mtime time, .ctime time, .btime time,
//	.maxaccess access
//
// create (smb, rawsmb, gosmb2 or nfs): SMB CREATE, default disposition create; NFS CREATE
//
//	create PATH [access=ACCESS] [share=ACCESS] [lease=LEASE] [lease-v=1|2] [leasekey=STRING]
//	[parentkey=STRING] [oplock=OPLOCK] [cache=CACHE] [durable=v1|v2|persistent] [options=SET]
//	[dosattr=SET] [delete-on-close] [impersonation=anonymous|identification|impersonation|delegate]
//	[DATA] [disposition=open|create|open_if|overwrite|overwrite_if|supersede] [size=NUMBER]
//	[mode=NUMBER] [in=HANDLE]
//	    path            path. a stream is named file:stream
//	    access=         SMB only; access. default r
//	    share=          SMB only; access. letters rwd, or none; default rwd
//	    lease=          smb or rawsmb only; lease. asks for a lease; none asks for none
//	    lease-v=        smb or rawsmb only; 1|2. version of the lease context; default 2 from dialect 3.0 on
//	    leasekey=       smb or rawsmb only; string. equal names of one actor are one key; default: a fresh one
//	    parentkey=      smb or rawsmb only; string. the lease key of the parent directory
//	    oplock=         smb or rawsmb only; oplock. asks for an oplock; default none
//	    cache=          smb or rawsmb only; cache. lease: or oplock: in one, for matrix values: lease:RWH, oplock:II, none
//	    durable=        smb or rawsmb only; v1|v2|persistent. asks for a durable handle
//	    options=        SMB only; words of directory,non-directory,write-through,no-buffering,reparse-point,sequential,random,backup. create options
//	    dosattr=        smb or rawsmb only; words of readonly,hidden,system,archive,normal,directory,temporary,offline,sparse,reparse. of a new file
//	    delete-on-close SMB only; flag
//	    impersonation=  smb or rawsmb only; anonymous|identification|impersonation|delegate. default impersonation
//	    data            bytes. written to it next
//	    disposition=    SMB only; open|create|open_if|overwrite|overwrite_if|supersede. default create
//	    disposition=    NFS only; unchecked|guarded|exclusive. default unchecked
//	    size=           NFS only; number. NFS: the size attribute; 0 truncates a file that is there
//	    mode=           NFS only; number. default 0644
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	-> an open file
//	.lease lease, .oplock oplock, .cache cache, .epoch number, .action enum, .size number, .used number,
//	.id number, .mode number, .dosattr set, .atime time, .mtime time, .ctime time, .btime time,
//	.maxaccess access, .presize number, .premtime time, .prectime time
//
// lookup (nfs): NFS LOOKUP of each component
//
//	lookup PATH [in=HANDLE]
//	    in=             handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	-> an open file
//	.type enum, .size number, .used number, .mode number, .nlink number, .uid number, .gid number,
//	.id number, .atime time, .mtime time, .ctime time, .btime time, .dosattr set
//
// close (smb, rawsmb or gosmb2): SMB CLOSE
//
//	close HANDLE [attributes]
//	    attributes      flag. ask for the attributes after
//	.type enum, .size number, .used number, .mode number, .nlink number, .uid number, .gid number,
//	.id number, .atime time, .mtime time, .ctime time, .btime time, .dosattr set
//
// read (smb, rawsmb, gosmb2 or nfs): READ; by path SMB opens and closes around it
//
//	read TARGET [@offset] [+length] [in=HANDLE]
//	    @offset         number. default 0
//	    +length         number. default: to the end
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	== bytes
//	.eof bool, .count number
//
// write (smb, rawsmb, gosmb2 or nfs): WRITE; by path SMB opens and closes around it
//
//	write TARGET [@offset] DATA [stable=unstable|data|file] [through] [cached] [in=HANDLE]
//	    @offset         number. default 0
//	    stable=         NFS only; unstable|data|file. default file
//	    through         SMB only; flag. write-through
//	    cached          smb or rawsmb only; flag. held back in the client, and sent by a break with flush, by flush or by close
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	.count number, .committed enum, .verf string, .presize number, .premtime time, .prectime time
//
// flush (smb, rawsmb, gosmb2 or nfs): SMB FLUSH, NFS COMMIT of everything
//
//	flush TARGET
//	.verf string
//
// commit (nfs): NFS COMMIT
//
//	commit TARGET [@offset] [+length]
//	    @offset         number. default 0
//	    +length         number. default: to the end
//	.verf string, .presize number, .premtime time, .prectime time
//
// truncate (smb, rawsmb, gosmb2 or nfs): SMB end of file, NFS SETATTR of the size
//
//	truncate TARGET SIZE [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	.presize number, .premtime time, .prectime time
//
// remove (smb, rawsmb, gosmb2 or nfs): NFS REMOVE; SMB delete on close
//
//	remove PATH [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	.presize number, .premtime time, .prectime time
//
// rename (smb, rawsmb, gosmb2 or nfs): RENAME
//
//	rename TARGET TO [replace]
//	    target          target. the old name
//	    replace         SMB only; flag. SMB: replace what has the new name; NFS always does
//	.presize number, .premtime time, .prectime time
//
// link (smb, rawsmb or nfs): a hard link
//
//	link TARGET TO [replace]
//	    target          target. the existing name
//	    replace         smb or rawsmb only; flag
//	.nlink number
//
// symlink (smb, rawsmb, gosmb2 or nfs): a symbolic link: its name, then what it points to
//
//	symlink PATH TEXT [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//
// readlink (smb, rawsmb, gosmb2 or nfs): what a symbolic link points to
//
//	readlink PATH [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	== string
//
// mkdir (smb, rawsmb, gosmb2 or nfs): a directory
//
//	mkdir PATH [mode=NUMBER] [in=HANDLE]
//	    mode=           NFS only; number. default 0755
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	-> an open file
//
// rmdir (smb, rawsmb, gosmb2 or nfs): removes a directory
//
//	rmdir PATH [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//
// mknod (nfs): a special file
//
//	mknod PATH type=fifo|socket|char|block [major=NUMBER] [minor=NUMBER] [mode=NUMBER]
//	    type=           fifo|socket|char|block
//	-> an open file
//
// list (smb, rawsmb, gosmb2 or nfs): the names in a directory, sorted, without . and ..
//
//	list TARGET [pattern=STRING] [plus] [in=HANDLE]
//	    pattern=        SMB only; string. default *
//	    plus            NFS only; flag. READDIRPLUS
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	== list
//	.count number
//
// stat (smb, rawsmb, gosmb2 or nfs): QUERY_INFO, GETATTR
//
//	stat TARGET [in=HANDLE]
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	.type enum, .size number, .used number, .mode number, .nlink number, .uid number, .gid number,
//	.id number, .atime time, .mtime time, .ctime time, .btime time, .dosattr set
//
// access (nfs): NFS ACCESS
//
//	access TARGET [access=ACCESS] [in=HANDLE]
//	    access=         access. what to ask for; default all
//	    in=             handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	== access
//
// setattr (smb, rawsmb, gosmb2 or nfs): SET_INFO, SETATTR
//
//	setattr TARGET [mode=NUMBER] [uid=NUMBER] [gid=NUMBER] [size=NUMBER] [atime=TIME] [mtime=TIME]
//	[btime=TIME] [ctime=TIME] [dosattr=SET] [guard=TIME] [in=HANDLE]
//	    btime=          SMB only; time
//	    ctime=          SMB only; time
//	    dosattr=        SMB only; words of readonly,hidden,system,archive,normal,directory,temporary,offline,sparse,reparse
//	    guard=          NFS only; time. NFSv3: only if the ctime is this
//	    in=             SMB only; handle. where the path begins: a captured tree instead of the scenario's folder
//	    in=             NFS only; handle. where the path begins: a captured mount or directory instead of the scenario's folder
//	.type enum, .size number, .used number, .mode number, .nlink number, .uid number, .gid number,
//	.id number, .atime time, .mtime time, .ctime time, .btime time, .dosattr set, .presize number,
//	.premtime time, .prectime time
//
// lock (smb, rawsmb or nfs): SMB LOCK, NLM LOCK
//
//	lock TARGET @offset +length [mode=shared|exclusive] [wait] [owner=STRING]
//	    @offset         number. default 0
//	    +length         number. default: to the end
//	    mode=           shared|exclusive. default exclusive
//	    wait            flag. do not fail at once
//	    owner=          NFS only; string. lock owner; default: the actor
//
// unlock (smb, rawsmb or nfs): SMB LOCK with UNLOCK, NLM UNLOCK
//
//	unlock TARGET @offset +length [owner=STRING]
//	    @offset         number. default 0
//	    +length         number. default: to the end
//	    owner=          NFS only; string
//
// testlock (nfs): NLM TEST
//
//	testlock TARGET @offset +length [mode=shared|exclusive] [owner=STRING]
//	    @offset         number. default 0
//	    +length         number. default: to the end
//	    mode=           shared|exclusive. default exclusive
//	.held bool, .owner string, .offset number, .length number, .mode enum
//
// restart (nfs): the client's host starts again: NSM SM_NOTIFY, after which it holds no lock
//
//	restart
//
// notify (smb or rawsmb): CHANGE_NOTIFY; its value lists "action name"
//
//	notify HANDLE [filter=SET] [recursive]
//	    handle          handle. an open directory
//	    filter=         words of file-name,dir-name,attributes,size,last-write,last-access,creation,ea,security,stream-name,stream-size,stream-write. default all
//	== list
//	.names list, .actions list
//
// ack (smb or rawsmb): OPLOCK_BREAK acknowledgment of a break that is held
//
//	ack HANDLE [STATE]
//	    state           cache. default: what the server asked for
//	== cache
//
// echo (smb, rawsmb, gosmb2 or nfs): SMB ECHO, NFS NULL
//
//	echo
//
// ioctl (smb or rawsmb): SMB IOCTL
//
//	ioctl TARGET code=STRING [DATA]
//	    code=           string. FSCTL_… or a number
//	== bytes
//
// statfs (smb, rawsmb, gosmb2 or nfs): NFS FSSTAT, SMB file system information
//
//	statfs [TARGET]
//	    target          target. default: the folder
//	.total number, .free number, .avail number
//
// fsinfo (nfs): NFS FSINFO
//
//	fsinfo [TARGET]
//	.rtmax number, .wtmax number, .maxfilesize number
//
// pathconf (nfs): NFS PATHCONF
//
//	pathconf [TARGET]
//	.linkmax number, .namemax number, .caseinsensitive bool, .casepreserving bool
//
// disconnect (smb, rawsmb, gosmb2 or nfs): cuts the connection, without LOGOFF or CLOSE
//
//	disconnect
//
// reconnect (smb, rawsmb, gosmb2 or nfs): connects again; earlier handles are gone
//
//	reconnect
//
// logoff (smb or rawsmb): SMB LOGOFF
//
//	logoff
//
// # Verbs of shares
//
// An argument in square brackets may be left out.
//
// shares (smb, rawsmb or gosmb2): srvsvc NetrShareEnum on IPC$: the names, sorted
//
//	shares [level=0|1|2|501|502] [pipe=new|open] [server=STRING]
//	    level=          smb or rawsmb only; 0|1|2|501|502. of the answer; default 1
//	    pipe=           smb or rawsmb only; new|open. new opens a pipe for this call; open uses the one that the actor keeps open, opened at its first use. Default new
//	    server=         string. the server name in the request
//	== list
//	.count number
//
// tree (smb, rawsmb or gosmb2): SMB TREE_CONNECT
//
//	tree SHARE
//	-> a tree connect
//	.type enum
//
// untree (smb, rawsmb or gosmb2): SMB TREE_DISCONNECT
//
//	untree TREE
//
// exports (nfs): MOUNT EXPORT: the paths, sorted
//
//	exports
//	== list
//	.count number
//
// mount (nfs): MOUNT MNT: the path of an export
//
//	mount EXPORT
//	-> an open file
//
// umount (nfs): MOUNT UMNT
//
//	umount EXPORT
//
// # Verbs of the control plane
//
// An argument in square brackets may be left out.
//
// share add (control): adds a share, which is also the export /NAME
//
//	share add NAME [readonly] [capacity=NUMBER]
//	    capacity=       number. how many bytes it can hold
//
// share remove (control): removes it
//
//	share remove NAME
//
// share list (control): the names, sorted
//
//	share list
//	== list
//
// policy (control): changes a policy from now on
//
//	policy POLICY=VALUE
//
// counter (control): the value of a counter
//
//	counter NAME
//	== number
//
// clock (control): moves the target's clock forward; a target whose clock is not ours is given that long in real time
//
//	clock +by
//
// quiesce (control): returns when the target has nothing under way but waits
//
//	quiesce
//
// crash (control): the target dies and comes back, as from a power cut
//
//	crash
//
// # Policies
//
//	nfs_break = notify wait jukebox
//		what an NFS operation does while an SMB break is under way: goes on at once, waits, or answers NFS3ERR_JUKEBOX
//	nfs_share_deny = enforce jukebox ignore
//		what an SMB share mode means to NFS: NFS3ERR_ACCES, NFS3ERR_JUKEBOX, or nothing
//	nfs_locks = mandatory-for-smb mandatory advisory
//		whom a byte-range lock stops: SMB I/O only, NFS I/O too, or lockers only
//	nfs_getattr = as-is break
//		the size that GETATTR gives while an SMB client caches writes: the server's, or the holder's after a break
//
// # Capabilities
//
//	smb                  serves SMB 2 or later
//	smb.202              dialect 2.0.2
//	smb.210              dialect 2.1
//	smb.300              dialect 3.0
//	smb.302              dialect 3.0.2
//	smb.311              dialect 3.1.1
//	smb.signing          signs
//	smb.encryption       encrypts
//	smb.guest            lets guests in
//	smb.anonymous        lets anonymous sessions reach IPC$
//	smb.oplock           grants exclusive and batch oplocks
//	smb.oplock.level2    grants Level II oplocks
//	smb.lease            grants leases
//	smb.lease.v2         grants version 2 leases, with epochs
//	smb.lease.directory  grants leases on directories
//	smb.locks            byte-range locks
//	smb.notify           CHANGE_NOTIFY
//	smb.durable          durable handles
//	smb.durable.v2       durable handles, version 2
//	smb.persistent       persistent handles
//	smb.streams          named streams
//	smb.reparse          FSCTL_GET_REPARSE_POINT and FSCTL_SET_REPARSE_POINT: reads and makes symbolic links
//	smb.compound         compound requests
//	smb.hardlink         hard links by SET_INFO
//	smb.multichannel     several connections a session
//	smb.srvsvc           share enumeration on the pipe srvsvc
//	nfs                  serves NFS
//	nfs.v3               NFS version 3
//	nfs.v4               NFS version 4.0
//	nfs.v41              NFS version 4.1
//	nfs.v42              NFS version 4.2
//	nfs.mount            MOUNT version 3
//	nfs.portmap          a port mapper of its own
//	nfs.udp              serves over UDP
//	nfs.root             does not squash root
//	nlm                  NLM version 4
//	nsm                  status monitor
//	control              has a control plane
//	control.share        adds and removes shares at run time
//	control.policy       changes policies at run time
//	control.clock        its clock can be moved
//	control.counter      shows counters
//	control.quiesce      tells when it is idle
//	control.crash        can be made to crash and come back
//	control.service      can be started with one service only
//
// # Statuses
//
// RFC 1813 2.6
//
//	NFS3ERR_PERM NFS3ERR_NOENT NFS3ERR_IO NFS3ERR_NXIO NFS3ERR_ACCES NFS3ERR_EXIST NFS3ERR_XDEV NFS3ERR_NODEV
//	NFS3ERR_NOTDIR NFS3ERR_ISDIR NFS3ERR_INVAL NFS3ERR_FBIG NFS3ERR_NOSPC NFS3ERR_ROFS NFS3ERR_MLINK
//	NFS3ERR_NAMETOOLONG NFS3ERR_NOTEMPTY NFS3ERR_DQUOT NFS3ERR_STALE NFS3ERR_REMOTE NFS3ERR_BADHANDLE
//	NFS3ERR_NOT_SYNC NFS3ERR_BAD_COOKIE NFS3ERR_NOTSUPP NFS3ERR_TOOSMALL NFS3ERR_SERVERFAULT NFS3ERR_BADTYPE
//	NFS3ERR_JUKEBOX
//
// RFC 8881 15
//
//	NFS4ERR_PERM NFS4ERR_NOENT NFS4ERR_IO NFS4ERR_NXIO NFS4ERR_ACCESS NFS4ERR_EXIST NFS4ERR_XDEV NFS4ERR_NOTDIR
//	NFS4ERR_ISDIR NFS4ERR_INVAL NFS4ERR_FBIG NFS4ERR_NOSPC NFS4ERR_ROFS NFS4ERR_MLINK NFS4ERR_NAMETOOLONG
//	NFS4ERR_NOTEMPTY NFS4ERR_DQUOT NFS4ERR_STALE NFS4ERR_BADHANDLE NFS4ERR_BAD_COOKIE NFS4ERR_NOTSUPP
//	NFS4ERR_TOOSMALL NFS4ERR_SERVERFAULT NFS4ERR_BADTYPE NFS4ERR_DELAY NFS4ERR_SAME NFS4ERR_DENIED NFS4ERR_EXPIRED
//	NFS4ERR_LOCKED NFS4ERR_GRACE NFS4ERR_FHEXPIRED NFS4ERR_SHARE_DENIED NFS4ERR_WRONGSEC NFS4ERR_CLID_INUSE
//	NFS4ERR_RESOURCE NFS4ERR_MOVED NFS4ERR_NOFILEHANDLE NFS4ERR_MINOR_VERS_MISMATCH NFS4ERR_STALE_CLIENTID
//	NFS4ERR_STALE_STATEID NFS4ERR_OLD_STATEID NFS4ERR_BAD_STATEID NFS4ERR_BAD_SEQID NFS4ERR_NOT_SAME
//	NFS4ERR_LOCK_RANGE NFS4ERR_SYMLINK NFS4ERR_RESTOREFH NFS4ERR_LEASE_MOVED NFS4ERR_ATTRNOTSUPP NFS4ERR_NO_GRACE
//	NFS4ERR_RECLAIM_BAD NFS4ERR_RECLAIM_CONFLICT NFS4ERR_BADXDR NFS4ERR_LOCKS_HELD NFS4ERR_OPENMODE
//	NFS4ERR_BADOWNER NFS4ERR_BADCHAR NFS4ERR_BADNAME NFS4ERR_BAD_RANGE NFS4ERR_LOCK_NOTSUPP NFS4ERR_OP_ILLEGAL
//	NFS4ERR_DEADLOCK NFS4ERR_FILE_OPEN NFS4ERR_ADMIN_REVOKED NFS4ERR_CB_PATH_DOWN NFS4ERR_BADIOMODE
//	NFS4ERR_BADLAYOUT NFS4ERR_BAD_SESSION_DIGEST NFS4ERR_BADSESSION NFS4ERR_BADSLOT NFS4ERR_COMPLETE_ALREADY
//	NFS4ERR_CONN_NOT_BOUND_TO_SESSION NFS4ERR_DELEG_ALREADY_WANTED NFS4ERR_BACK_CHAN_BUSY NFS4ERR_LAYOUTTRYLATER
//	NFS4ERR_LAYOUTUNAVAILABLE NFS4ERR_NOMATCHING_LAYOUT NFS4ERR_RECALLCONFLICT NFS4ERR_UNKNOWN_LAYOUTTYPE
//	NFS4ERR_SEQ_MISORDERED NFS4ERR_SEQUENCE_POS NFS4ERR_REQ_TOO_BIG NFS4ERR_REP_TOO_BIG
//	NFS4ERR_REP_TOO_BIG_TO_CACHE NFS4ERR_RETRY_UNCACHED_REP NFS4ERR_UNSAFE_COMPOUND NFS4ERR_TOO_MANY_OPS
//	NFS4ERR_OP_NOT_IN_SESSION NFS4ERR_HASH_ALG_UNSUPP NFS4ERR_CLIENTID_BUSY NFS4ERR_PNFS_IO_HOLE
//	NFS4ERR_SEQ_FALSE_RETRY NFS4ERR_BAD_HIGH_SLOT NFS4ERR_DEADSESSION NFS4ERR_ENCR_ALG_UNSUPP
//	NFS4ERR_PNFS_NO_LAYOUT NFS4ERR_NOT_ONLY_OP NFS4ERR_WRONG_CRED NFS4ERR_WRONG_TYPE NFS4ERR_DIRDELEG_UNAVAIL
//	NFS4ERR_REJECT_DELEG NFS4ERR_RETURNCONFLICT NFS4ERR_DELEG_REVOKED NFS4ERR_PARTNER_NOTSUPP
//	NFS4ERR_PARTNER_NO_AUTH NFS4ERR_UNION_NOTSUPP NFS4ERR_OFFLOAD_DENIED NFS4ERR_WRONG_LFS NFS4ERR_BADLABEL
//	NFS4ERR_OFFLOAD_NO_REQS NFS4ERR_NOXATTR NFS4ERR_XATTR2BIG
//
// RFC 1813 5.1.5
//
//	MNT3ERR_PERM MNT3ERR_NOENT MNT3ERR_IO MNT3ERR_ACCES MNT3ERR_NOTDIR MNT3ERR_INVAL MNT3ERR_NAMETOOLONG
//	MNT3ERR_NOTSUPP MNT3ERR_SERVERFAULT
//
// X/Open XNFS 11.2
//
//	NLM4_DENIED NLM4_DENIED_NOLOCKS NLM4_BLOCKED NLM4_DENIED_GRACE_PERIOD NLM4_DEADLCK NLM4_ROFS NLM4_STALE_FH
//	NLM4_FBIG NLM4_FAILED
//
// RFC 5531 9
//
//	PROG_UNAVAIL PROG_MISMATCH PROC_UNAVAIL GARBAGE_ARGS SYSTEM_ERR RPC_MISMATCH AUTH_ERROR AUTH_BADCRED
//	AUTH_REJECTEDCRED AUTH_BADVERF AUTH_REJECTEDVERF AUTH_TOOWEAK AUTH_INVALIDRESP AUTH_FAILED
//
// MS-ERREF 2.3.1
//
//	STATUS_PENDING STATUS_BUFFER_OVERFLOW STATUS_NO_MORE_FILES STATUS_NOTIFY_CLEANUP STATUS_NOTIFY_ENUM_DIR
//	STATUS_STOPPED_ON_SYMLINK STATUS_UNSUCCESSFUL STATUS_NOT_IMPLEMENTED STATUS_INVALID_INFO_CLASS
//	STATUS_INFO_LENGTH_MISMATCH STATUS_INVALID_HANDLE STATUS_INVALID_PARAMETER STATUS_NO_SUCH_DEVICE
//	STATUS_NO_SUCH_FILE STATUS_INVALID_DEVICE_REQUEST STATUS_END_OF_FILE STATUS_MORE_PROCESSING_REQUIRED
//	STATUS_NO_MEMORY STATUS_ACCESS_DENIED STATUS_BUFFER_TOO_SMALL STATUS_OBJECT_TYPE_MISMATCH
//	STATUS_OBJECT_NAME_INVALID STATUS_OBJECT_NAME_NOT_FOUND STATUS_OBJECT_NAME_COLLISION
//	STATUS_OBJECT_PATH_INVALID STATUS_OBJECT_PATH_NOT_FOUND STATUS_OBJECT_PATH_SYNTAX_BAD STATUS_SHARING_VIOLATION
//	STATUS_FILE_LOCK_CONFLICT STATUS_LOCK_NOT_GRANTED STATUS_DELETE_PENDING STATUS_EAS_NOT_SUPPORTED
//	STATUS_EA_TOO_LARGE STATUS_NONEXISTENT_EA_ENTRY STATUS_WRONG_PASSWORD STATUS_LOGON_FAILURE
//	STATUS_ACCOUNT_RESTRICTION STATUS_PASSWORD_EXPIRED STATUS_ACCOUNT_DISABLED STATUS_RANGE_NOT_LOCKED
//	STATUS_DISK_FULL STATUS_INSUFFICIENT_RESOURCES STATUS_MEDIA_WRITE_PROTECTED STATUS_BAD_IMPERSONATION_LEVEL
//	STATUS_FILE_IS_A_DIRECTORY STATUS_NOT_SUPPORTED STATUS_NETWORK_NAME_DELETED STATUS_NETWORK_ACCESS_DENIED
//	STATUS_BAD_NETWORK_NAME STATUS_REQUEST_NOT_ACCEPTED STATUS_INTERNAL_ERROR STATUS_UNEXPECTED_IO_ERROR
//	STATUS_DIRECTORY_NOT_EMPTY STATUS_NOT_A_DIRECTORY STATUS_NAME_TOO_LONG STATUS_FILES_OPEN STATUS_CANNOT_DELETE
//	STATUS_FILE_DELETED STATUS_FILE_CLOSED STATUS_TOO_MANY_OPENED_FILES STATUS_CANCELLED STATUS_QUOTA_EXCEEDED
//	STATUS_NOT_SAME_DEVICE STATUS_FILE_RENAMED STATUS_IO_TIMEOUT STATUS_USER_SESSION_DELETED
//	STATUS_NETWORK_SESSION_EXPIRED STATUS_INVALID_OPLOCK_PROTOCOL STATUS_OPLOCK_NOT_GRANTED
//	STATUS_OPLOCK_BREAK_IN_PROGRESS STATUS_CANNOT_BREAK_OPLOCK STATUS_REQUEST_OUT_OF_SEQUENCE
//	STATUS_INVALID_LOCK_RANGE STATUS_NOT_A_REPARSE_POINT STATUS_IO_REPARSE_TAG_INVALID
//	STATUS_REPARSE_POINT_NOT_RESOLVED STATUS_INVALID_DEVICE_STATE STATUS_PIPE_NOT_AVAILABLE STATUS_PIPE_BUSY
//	STATUS_PIPE_DISCONNECTED STATUS_PIPE_CLOSING STATUS_PIPE_EMPTY STATUS_INVALID_PIPE_STATE
//	STATUS_INVALID_PORT_ATTRIBUTES STATUS_FS_DRIVER_REQUIRED STATUS_TOO_MANY_LINKS STATUS_PRIVILEGE_NOT_HELD
//	STATUS_INVALID_SID STATUS_INVALID_ACL STATUS_INVALID_SECURITY_DESCR STATUS_FILE_INVALID
//	STATUS_DUPLICATE_OBJECTID STATUS_SMB_BAD_CLUSTER_DIALECT STATUS_SERVER_UNAVAILABLE STATUS_FILE_NOT_AVAILABLE
//	STATUS_FILE_CHECKED_OUT STATUS_NO_USER_SESSION_KEY STATUS_HASH_NOT_SUPPORTED STATUS_HASH_NOT_PRESENT
//	STATUS_DEVICE_NOT_READY STATUS_CONNECTION_DISCONNECTED STATUS_CONNECTION_RESET STATUS_IO_DEVICE_ERROR
//	STATUS_CRC_ERROR STATUS_OFFSET_ALIGNMENT_VIOLATION STATUS_BLOCK_TOO_MANY_REFERENCES STATUS_INVALID_USER_BUFFER
//	STATUS_INVALID_VIEW_SIZE STATUS_ACCOUNT_EXPIRED STATUS_ACCOUNT_LOCKED_OUT STATUS_BAD_NETWORK_PATH
//	STATUS_CANT_WAIT STATUS_DEVICE_BUSY STATUS_DFS_UNAVAILABLE STATUS_DIRECTORY_IS_A_REPARSE_POINT
//	STATUS_DOWNGRADE_DETECTED STATUS_EA_CORRUPT_ERROR STATUS_EA_LIST_INCONSISTENT STATUS_FILE_CORRUPT_ERROR
//	STATUS_FILE_ENCRYPTED STATUS_FILE_FORCED_CLOSED STATUS_HANDLES_CLOSED STATUS_INSTANCE_NOT_AVAILABLE
//	STATUS_INSUFF_SERVER_RESOURCES STATUS_INVALID_BUFFER_SIZE STATUS_INVALID_EA_FLAG STATUS_INVALID_EA_NAME
//	STATUS_INVALID_LOGON_HOURS STATUS_INVALID_NETWORK_RESPONSE STATUS_INVALID_OWNER STATUS_INVALID_PARAMETER_1
//	STATUS_INVALID_PARAMETER_2 STATUS_INVALID_PARAMETER_3 STATUS_INVALID_PRIMARY_GROUP STATUS_INVALID_READ_MODE
//	STATUS_INVALID_SIGNATURE STATUS_INVALID_TOKEN STATUS_INVALID_WORKSTATION STATUS_IO_REPARSE_DATA_INVALID
//	STATUS_IO_REPARSE_TAG_MISMATCH STATUS_IO_REPARSE_TAG_NOT_HANDLED STATUS_LOGON_TYPE_NOT_GRANTED
//	STATUS_MORE_ENTRIES STATUS_NONE_MAPPED STATUS_NOT_FOUND STATUS_NO_EAS_ON_FILE STATUS_NO_LOGON_SERVERS
//	STATUS_NO_MORE_ENTRIES STATUS_NO_RANGES_PROCESSED STATUS_NO_SUCH_LOGON_SESSION STATUS_NO_SUCH_USER
//	STATUS_NTLM_BLOCKED STATUS_OBJECTID_EXISTS STATUS_OBJECTID_NOT_FOUND STATUS_OFFLOAD_READ_FLT_NOT_SUPPORTED
//	STATUS_OPEN_FAILED STATUS_PASSWORD_MUST_CHANGE STATUS_PATH_NOT_COVERED STATUS_PIPE_BROKEN
//	STATUS_PIPE_CONNECTED STATUS_PIPE_LISTENING STATUS_RETRY STATUS_REVISION_MISMATCH
//	STATUS_SERVER_HAS_OPEN_HANDLES STATUS_SHARE_UNAVAILABLE STATUS_SHARING_PAUSED
//	STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP STATUS_SOME_NOT_MAPPED STATUS_TOO_MANY_SESSIONS
//	STATUS_UNMAPPABLE_CHARACTER STATUS_UNKNOWN_REVISION STATUS_VOLUME_DISMOUNTED STATUS_WRONG_VOLUME
//
// MS-SRVS 2.2.4, MS-ERREF 2.2
//
//	ERROR_ACCESS_DENIED ERROR_INVALID_LEVEL ERROR_INVALID_PARAMETER ERROR_MORE_DATA ERROR_NOT_SUPPORTED
//	NERR_NetNameNotFound NERR_BufTooSmall NCA_S_OP_RNG_ERROR NCA_S_UNK_IF NCA_S_PROTO_ERROR
//
// control plane (RFC 9110 15)
//
//	HTTP_400 HTTP_401 HTTP_403 HTTP_404 HTTP_405 HTTP_409 HTTP_422 HTTP_500 HTTP_501 HTTP_503
//
// of any actor: the connection ended, or the bound passed, before a reply came
//
//	DISCONNECTED TIMEOUT
package script
