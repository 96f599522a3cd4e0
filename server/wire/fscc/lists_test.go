package fscc

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
)

var directoryClasses = []FileInfoClass{
	FileDirectoryInformation, FileFullDirectoryInformation, FileIDFullDirectoryInformation, FileBothDirectoryInformation,
	FileIDBothDirectoryInformation, FileNamesInformation, FileIDExtdDirectoryInformation, FileIDExtdBothDirectoryInformation,
}

func sampleEntries() []DirEntry {
	return []DirEntry{
		{Name: ".", FileAttributes: AttributeDirectory, FileID: 2},
		{FileIndex: 1, CreationTime: 2, LastAccessTime: 3, LastWriteTime: 4, ChangeTime: 5, EndOfFile: 6, AllocationSize: 7,
			FileAttributes: AttributeArchive, EaSize: 8, ReparsePointTag: ReparseTagLXFifo, ShortName: "TRE~1.TXT", FileID: 9, FileIDHigh: 10, Name: "trée with a long name.txt"},
		{Name: "\xED\xA0\xBD"},
	}
}

// keep leaves in e what the class has.
func keep(c FileInfoClass, e DirEntry) DirEntry {
	l, _ := directoryLayout(c)
	if l.name == 12 {
		return DirEntry{FileIndex: e.FileIndex, Name: e.Name}
	}
	if l.eaSize == 0 {
		e.EaSize = 0
	}
	if l.reparseTag == 0 {
		e.ReparsePointTag = 0
	}
	if l.shortName == 0 {
		e.ShortName = ""
	}
	if l.fileID == 0 {
		e.FileID = 0
	}
	if !l.wideID {
		e.FileIDHigh = 0
	}
	return e
}

func TestDirectoryRoundTrip(t *testing.T) {
	for _, c := range directoryClasses {
		t.Run(c.String(), func(t *testing.T) {
			w, ok := NewDirWriter([]byte("head"), c, 1<<20)
			if !ok {
				t.Fatal("not a directory class")
			}
			var want []DirEntry
			for _, e := range sampleEntries() {
				if !w.Add(&e) {
					t.Fatal("did not fit")
				}
				want = append(want, keep(c, e))
			}
			wire, ok := bytes.CutPrefix(w.Bytes(), []byte("head"))
			if !ok || w.Count() != 3 {
				t.Fatal("DirWriter does not append")
			}
			got, err := DecodeDirectory(c, wire)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v", got, err)
			}
			if fixed := DirEntryFixedSize(c); len(wire) < 3*fixed || le.Uint32(wire)%8 != 0 {
				t.Errorf("fixed size %d, first NextEntryOffset %d", fixed, le.Uint32(wire))
			}
		})
	}
	if _, ok := NewDirWriter(nil, FileBasicInformation, 100); ok || IsDirectoryClass(FileBasicInformation) || !IsDirectoryClass(FileNamesInformation) {
		t.Error("FileBasicInformation is no directory class")
	}
}

// Whatever the bound is, the records are whole, the bound is kept, and the next
// record would not have fitted.
func TestDirectoryBound(t *testing.T) {
	var entries []DirEntry
	for i := range 20 {
		entries = append(entries, DirEntry{Name: fmt.Sprintf("%0*d", i+1, i)})
	}
	for max := range 2500 {
		w, _ := NewDirWriter(nil, FileIDBothDirectoryInformation, max)
		n := 0
		for n < len(entries) && w.Add(&entries[n]) {
			n++
		}
		if len(w.Bytes()) > max {
			t.Fatalf("%d bytes over a bound of %d", len(w.Bytes()), max)
		}
		got, err := DecodeDirectory(FileIDBothDirectoryInformation, w.Bytes())
		if err != nil || len(got) != n {
			t.Fatalf("bound %d: %d records of %d, %v", max, len(got), n, err)
		}
		if n < len(entries) && (len(w.Bytes())+7)&^7+104+2*len(entries[n].Name) <= max {
			t.Fatalf("bound %d: record %d would have fitted", max, n)
		}
	}
}

func TestNotify(t *testing.T) {
	records := []NotifyInformation{{ActionRenamedOldName, "öld"}, {ActionRenamedNewName, `sub\new name`}, {ActionModified, ""}}
	wire, ok := AppendNotify([]byte("head"), 1000, records)
	if !ok {
		t.Fatal("did not fit")
	}
	got, err := DecodeNotify(wire[4:])
	if err != nil || !reflect.DeepEqual(got, records) {
		t.Errorf("%+v, %v", got, err)
	}
	size := len(wire) - 4
	for max := range size {
		if out, ok := AppendNotify([]byte("head"), max, records); ok || string(out) != "head" {
			t.Errorf("bound %d: %v, %q", max, ok, out)
		}
	}
	if _, ok := AppendNotify(nil, size, records); !ok {
		t.Error("exact fit refused")
	}
	if ActionRenamedOldName.String() != "old-name" || NotifyAction(99).String() != "unknown" {
		t.Error("names")
	}
}

func TestStreams(t *testing.T) {
	streams := []StreamInfo{{"::$DATA", 5, 4096}, {":ström:$DATA", 1 << 33, 1 << 33}}
	wire, complete := AppendStreams(nil, 1000, streams)
	got, err := DecodeStreams(wire)
	if !complete || err != nil || !reflect.DeepEqual(got, streams) {
		t.Errorf("%+v, %v, %v", got, complete, err)
	}
	wire, complete = AppendStreams(nil, len(wire)-1, streams)
	if got, err = DecodeStreams(wire); complete || err != nil || len(got) != 1 {
		t.Errorf("one byte short: %+v, %v, %v", got, complete, err)
	}
}

func TestEas(t *testing.T) {
	eas := []FullEa{{EANeedEA, "USER.A", []byte("value")}, {0, "B", []byte{}}, {0, "LONGER", bytes.Repeat([]byte{1}, 300)}}
	wire, n := AppendFullEas(nil, 1000, eas)
	got, err := DecodeFullEas(wire)
	if n != 3 || err != nil || !reflect.DeepEqual(got, eas) {
		t.Errorf("%+v, %d, %v", got, n, err)
	}
	if len(wire) != EaListSize(eas) {
		t.Errorf("EaListSize %d, %d bytes", EaListSize(eas), len(wire))
	}
	if _, n := AppendFullEas(nil, len(wire)-1, eas); n != 2 {
		t.Errorf("one byte short: %d", n)
	}
	names := []string{"A", "LONGER.NAME", "C"}
	if got, err := DecodeGetEas(AppendGetEas(nil, names)); err != nil || !reflect.DeepEqual(got, names) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestListsRefuse(t *testing.T) {
	notify := func(b []byte) error { _, err := DecodeNotify(b); return err }
	eas := func(b []byte) error { _, err := DecodeFullEas(b); return err }
	getEas := func(b []byte) error { _, err := DecodeGetEas(b); return err }
	dir := func(b []byte) error { _, err := DecodeDirectory(FileNamesInformation, b); return err }
	both := func(b []byte) error { _, err := DecodeDirectory(FileBothDirectoryInformation, b); return err }
	longShort := make([]byte, 94)
	longShort[68] = 26
	rows := []struct {
		name   string
		decode func([]byte) error
		b      []byte
	}{
		{"cut head", notify, make([]byte, 11)},
		{"next past the end", notify, []byte{200, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
		{"next at the end", notify, []byte{12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
		{"next inside its own record", notify, append([]byte{4, 0, 0, 0}, make([]byte, 30)...)},
		{"next not aligned", notify, append([]byte{14, 0, 0, 0}, make([]byte, 40)...)},
		{"name past the end", notify, []byte{0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}},
		{"name of odd length", notify, []byte{0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'a'}},
		{"name length near 2^32", dir, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF}},
		{"short name of 26 bytes", both, longShort},
		{"EA value past the end", eas, []byte{0, 0, 0, 0, 0, 1, 2, 0, 'A', 0, 'v'}},
		{"EA name without end", eas, []byte{0, 0, 0, 0, 0, 1, 0, 0, 'A', 1}},
		{"EA query without end", getEas, []byte{0, 0, 0, 0, 1, 'A', 1}},
		{"EA query past the end", getEas, []byte{0, 0, 0, 0, 9, 'A', 0}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if err := r.decode(r.b); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, err := DecodeDirectory(FileBasicInformation, nil); err == nil {
		t.Error("not a directory class")
	}
}

func FuzzLists(f *testing.F) {
	for _, c := range directoryClasses {
		w, _ := NewDirWriter(nil, c, 1<<20)
		for _, e := range sampleEntries() {
			w.Add(&e)
		}
		f.Add(w.Bytes())
	}
	notify, _ := AppendNotify(nil, 1000, []NotifyInformation{{ActionAdded, "a"}, {ActionRemoved, "bc"}})
	f.Add(notify)
	streams, _ := AppendStreams(nil, 1000, []StreamInfo{{"::$DATA", 1, 2}, {":b:$DATA", 3, 4}})
	f.Add(streams)
	eas, _ := AppendFullEas(nil, 1000, []FullEa{{0, "A", []byte("v")}, {0, "B", nil}})
	f.Add(eas)
	f.Add(AppendGetEas(nil, []string{"A", "B"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, c := range directoryClasses {
			l, err := DecodeDirectory(c, b)
			if err != nil {
				continue
			}
			w, _ := NewDirWriter(nil, c, 1<<30)
			for i := range l {
				w.Add(&l[i])
			}
			if again, err := DecodeDirectory(c, w.Bytes()); err != nil || !reflect.DeepEqual(l, again) {
				t.Fatalf("%v: %+v became %+v, %v", c, l, again, err)
			}
		}
		if l, err := DecodeNotify(b); err == nil {
			wire, _ := AppendNotify(nil, 1<<30, l)
			if again, err := DecodeNotify(wire); err != nil || !reflect.DeepEqual(l, again) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
		if l, err := DecodeStreams(b); err == nil {
			wire, _ := AppendStreams(nil, 1<<30, l)
			if again, err := DecodeStreams(wire); err != nil || !reflect.DeepEqual(l, again) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
		if l, err := DecodeFullEas(b); err == nil {
			wire, _ := AppendFullEas(nil, 1<<30, l)
			if again, err := DecodeFullEas(wire); err != nil || !reflect.DeepEqual(l, again) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
		if l, err := DecodeGetEas(b); err == nil {
			if again, err := DecodeGetEas(AppendGetEas(nil, l)); err != nil || !reflect.DeepEqual(l, again) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
	})
}

func FuzzStructures(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.value.Append(nil))
	}
	link := (&LinkReparse{SubstituteName: "a", PrintName: "b"}).Symlink()
	f.Add(link.Append(nil))
	nfs := (&NFSReparse{Type: NFSTypeLink, Target: "a"}).Reparse()
	f.Add(nfs.Append(nil))
	f.Add(AppendFileLevelTrim(nil, []TrimRange{{1, 2}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range samples() {
			v := reflect.New(reflect.TypeOf(s.value).Elem()).Interface().(structure)
			if v.Decode(b) != nil {
				continue
			}
			again := reflect.New(reflect.TypeOf(s.value).Elem()).Interface().(structure)
			if err := again.Decode(v.Append(nil)); err != nil {
				t.Fatalf("%s %+v: %v", s.name, v, err)
			}
			if r, ok := v.(*RenameInfo); ok {
				r.Flags = again.(*RenameInfo).Flags // Append writes ReplaceIfExists in its place
			}
			if !reflect.DeepEqual(v, again) {
				t.Fatalf("%s %+v became %+v", s.name, v, again)
			}
		}
		_ = new(RenameInfo).DecodeType1(b)
		_, _ = DecodeFileRanges(b)
		_, _ = DecodeFileLevelTrim(b)
		var r ReparseData
		if r.Decode(b) == nil {
			if !bytes.Equal(r.Append(nil)[8:], b[8:]) {
				t.Fatalf("%+v", r)
			}
			_ = new(LinkReparse).Decode(&r)
			_ = new(NFSReparse).Decode(&r)
		}
	})
}
