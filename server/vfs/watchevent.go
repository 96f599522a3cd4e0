package vfs

import "unicode/utf8"

// Changed is a set of what changed, in the bits of FILE_NOTIFY_CHANGE_*
// (MS-SMB2 2.2.35).
type Changed uint32

// What may change.
const (
	ChangedFileName    Changed = 0x001
	ChangedDirName     Changed = 0x002
	ChangedAttributes  Changed = 0x004
	ChangedSize        Changed = 0x008
	ChangedLastWrite   Changed = 0x010
	ChangedLastAccess  Changed = 0x020
	ChangedCreation    Changed = 0x040
	ChangedEA          Changed = 0x080
	ChangedSecurity    Changed = 0x100
	ChangedStreamName  Changed = 0x200
	ChangedStreamSize  Changed = 0x400
	ChangedStreamWrite Changed = 0x800

	changedName = ChangedFileName | ChangedDirName
)

// ChangeAction is FILE_ACTION_* (MS-FSCC 2.7.1).
type ChangeAction uint32

// The actions.
const (
	NameAdded      ChangeAction = 1
	NameRemoved    ChangeAction = 2
	NodeModified   ChangeAction = 3
	NameOld        ChangeAction = 4
	NameNew        ChangeAction = 5
	StreamAdded    ChangeAction = 6
	StreamRemoved  ChangeAction = 7
	StreamModified ChangeAction = 8
)

// Change is one record for a watcher. Name is relative to the watched
// directory, with '/' between names, as the storage has them.
type Change struct {
	Action ChangeAction
	Name   string
}

// size is the room of the change in a CHANGE_NOTIFY response (MS-FSCC 2.7.1).
func (c Change) size() int {
	n := 12
	for _, r := range c.Name {
		n += 2
		if r >= 0x10000 && r != utf8.RuneError {
			n += 2
		}
	}
	return (n + 3) &^ 3
}

// record is a change as seen from the directory that holds the name.
type record struct {
	dir    FileHandle
	name   string
	action ChangeAction
	what   Changed
	// unless keeps the record from a watch that has one of these in its
	// filter.
	unless Changed
}

// changedBy is what watchers are told of a change of attributes. The size is
// told only if it became another.
func changedBy(c *Changes, w *WCC) Changed {
	var d Changed
	if c.Mode != nil || c.UID != nil || c.GID != nil {
		d |= ChangedSecurity
	}
	if c.DOS != nil {
		d |= ChangedAttributes
	}
	if c.Size != nil && w.Before.Size != w.After.Size {
		d |= ChangedSize | ChangedLastWrite
	}
	if c.Mtime.How != TimeKeep {
		d |= ChangedLastWrite
	}
	if c.Atime.How != TimeKeep {
		d |= ChangedLastAccess
	}
	if c.Btime.How != TimeKeep {
		d |= ChangedCreation
	}
	return d
}

// changedByWrite is what watchers are told of a change of data.
func changedByWrite(stream string, w *WCC) Changed {
	switch {
	case stream != "":
		return ChangedStreamWrite | ChangedStreamSize
	case w.Before.Size != w.After.Size:
		return ChangedLastWrite | ChangedSize
	}
	return ChangedLastWrite
}

// records turns an event into records, whatever the protocol it came from
// (MS-FSA 2.1.4.1; which filter goes with which operation: MS-FSA 2.1.5.1.1,
// 2.1.5.1.2, 2.1.5.5, 2.1.5.15).
func (t *Tree) records(e *Event) []record {
	name := ChangedFileName
	if e.IsDir {
		name = ChangedDirName
	}
	switch road[e.Op].tells {
	case tellAdded:
		return []record{{dir: e.Dir, name: e.Name, action: NameAdded, what: name}}
	case tellRemoved:
		return []record{{dir: e.Dir, name: e.Name, action: NameRemoved, what: name}}
	case tellRenamed:
		return e.renamed(name)
	case tellStream:
		return t.modified(e, e.StreamAction)
	}
	action := NodeModified
	if e.Stream != "" {
		action = StreamModified
	}
	return t.modified(e, action)
}

// renamed is a pair of old and new name within one directory, and a name lost
// and another won across two. A watch that asks for attributes but not for
// names hears that the renamed file was modified, as Windows has it.
func (e *Event) renamed(name Changed) []record {
	var l []record
	if e.Replaced {
		l = append(l, record{dir: e.NewDir, name: e.NewName, action: NameRemoved, what: ChangedFileName})
	}
	from, to := NameOld, NameNew
	if e.Dir != e.NewDir {
		from, to = NameRemoved, NameAdded
	}
	l = append(l,
		record{dir: e.Dir, name: e.Name, action: from, what: name},
		record{dir: e.NewDir, name: e.NewName, action: to, what: name})
	if !e.IsDir {
		l = append(l, record{dir: e.NewDir, name: e.NewName, action: NodeModified,
			what: ChangedAttributes | ChangedCreation, unless: changedName})
	}
	return l
}

// maxNamesTold bounds the records of one change to a file with many names.
const maxNamesTold = 16

// modified tells a change of the node itself: under the name by which it was
// opened, or under all of its names for a protocol without opens.
func (t *Tree) modified(e *Event, action ChangeAction) []record {
	if e.Changed == 0 {
		return nil
	}
	suffix := ""
	if e.Stream != "" {
		suffix = ":" + e.Stream + ":$DATA"
	}
	if !e.Dir.IsZero() {
		return []record{{dir: e.Dir, name: e.Name + suffix, action: action, what: e.Changed}}
	}
	links, err := t.store.fs.Links(e.File)
	if err != nil {
		return nil
	}
	var through uint64
	if e.Origin != nil && e.Origin.Open != 0 {
		through = t.vfs.opens.linkOf(e.File, e.Origin.Open)
	}
	var l []record
	for _, k := range links {
		if (through == 0 || k.LinkID == through) && len(l) < maxNamesTold {
			l = append(l, record{dir: k.Dir, name: k.Name + suffix, action: action, what: e.Changed})
		}
	}
	return l
}

// tellOpened announces what an open did to a file or stream that existed, or
// to a file that got a new stream.
func (t *Tree) tellOpened(o *Origin, p Place, stream string, overwrite bool, did Action) {
	e := Event{Op: OpOverwrite, File: p.Entry.Attr.Handle, Dir: p.Dir.Handle, Name: p.Name, Stream: stream,
		Changed: ChangedAttributes | ChangedSize | ChangedLastWrite}
	switch {
	case stream != "" && did == ActionCreated:
		e.Op, e.Changed, e.StreamAction = OpStream, ChangedStreamName, StreamAdded
	case stream != "" && did != ActionOpened:
		e.Changed = ChangedStreamSize | ChangedStreamWrite
	case stream != "" || !overwrite:
		return
	}
	t.vfs.announce(t, o, e)
}

// linkOf is the name through which an open of the file was made, 0 if there
// is no such open.
func (s *opens) linkOf(h FileHandle, open uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.nodes[h]; n != nil && n.opens[open] != nil {
		return n.opens[open].LinkID
	}
	return 0
}
