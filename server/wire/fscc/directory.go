package fscc

import "fmt"

// DirEntry is one record of a directory enumeration. A class carries those
// fields that its structure has (MS-FSCC 2.4.10, 2.4.17, 2.4.8, 2.4.18 to 2.4.24,
// 2.4.33).
type DirEntry struct {
	FileIndex      uint32
	CreationTime   Filetime
	LastAccessTime Filetime
	LastWriteTime  Filetime
	ChangeTime     Filetime
	EndOfFile      int64
	AllocationSize int64
	FileAttributes FileAttributes
	// EaSize is the size of the extended attributes, or the reparse tag if
	// FileAttributes says that the entry is a reparse point; FileIdExtd classes
	// have both.
	EaSize          uint32
	ReparsePointTag ReparseTag
	ShortName       string // 8.3, at most 12 units
	FileID          uint64
	FileIDHigh      uint64 // high half of a 128-bit id
	Name            string
}

// dirLayout says where a class has what; 0 means that it has it not.
type dirLayout struct {
	eaSize, reparseTag, shortName, fileID, name int
	wideID                                      bool
}

func directoryLayout(c FileInfoClass) (l dirLayout, ok bool) {
	switch c {
	case FileDirectoryInformation:
		return dirLayout{name: 64}, true
	case FileFullDirectoryInformation:
		return dirLayout{eaSize: 64, name: 68}, true
	case FileIDFullDirectoryInformation:
		return dirLayout{eaSize: 64, fileID: 72, name: 80}, true
	case FileBothDirectoryInformation:
		return dirLayout{eaSize: 64, shortName: 68, name: 94}, true
	case FileIDBothDirectoryInformation:
		return dirLayout{eaSize: 64, shortName: 68, fileID: 96, name: 104}, true
	case FileNamesInformation:
		return dirLayout{name: 12}, true
	case FileIDExtdDirectoryInformation:
		return dirLayout{eaSize: 64, reparseTag: 68, fileID: 72, wideID: true, name: 88}, true
	case FileIDExtdBothDirectoryInformation:
		return dirLayout{eaSize: 64, reparseTag: 68, fileID: 72, wideID: true, shortName: 88, name: 114}, true
	}
	return dirLayout{}, false
}

// IsDirectoryClass reports the classes that QUERY_DIRECTORY may ask for and this
// package can write.
func IsDirectoryClass(c FileInfoClass) bool {
	_, ok := directoryLayout(c)
	return ok
}

// DirEntryFixedSize gives the bytes before the name in a record of the class, 0
// if it is not a directory class. An output buffer below it is answered with
// STATUS_INFO_LENGTH_MISMATCH.
func DirEntryFixedSize(c FileInfoClass) int {
	l, _ := directoryLayout(c)
	return l.name
}

// DirWriter fills a bounded buffer with directory records, each at a multiple
// of 8 and chained by NextEntryOffset.
type DirWriter struct {
	chain  chain
	layout dirLayout
	count  int
}

// NewDirWriter writes records of a directory class after dst, at most max bytes.
// ok is false for any other class.
func NewDirWriter(dst []byte, class FileInfoClass, max int) (w *DirWriter, ok bool) {
	l, ok := directoryLayout(class)
	return &DirWriter{chain: newChain(dst, max, 8), layout: l}, ok
}

// Add appends a record if it fits, and reports whether it did. After the first
// that does not fit the enumeration goes on with it in the next request; if it
// is the very first one the answer is STATUS_BUFFER_OVERFLOW.
func (w *DirWriter) Add(e *DirEntry) bool {
	l := &w.layout
	ok := w.chain.add(l.name+UTF16Len(e.Name), func(d []byte) []byte {
		start := len(d)
		for range l.name {
			d = append(d, 0)
		}
		b := d[start:]
		le.PutUint32(b[4:], e.FileIndex)
		nameLen := uint32(UTF16Len(e.Name))
		if l.name == 12 {
			le.PutUint32(b[8:], nameLen)
			return AppendUTF16(d, e.Name)
		}
		le.PutUint64(b[8:], uint64(e.CreationTime))
		le.PutUint64(b[16:], uint64(e.LastAccessTime))
		le.PutUint64(b[24:], uint64(e.LastWriteTime))
		le.PutUint64(b[32:], uint64(e.ChangeTime))
		le.PutUint64(b[40:], uint64(e.EndOfFile))
		le.PutUint64(b[48:], uint64(e.AllocationSize))
		le.PutUint32(b[56:], uint32(e.FileAttributes))
		le.PutUint32(b[60:], nameLen)
		if l.eaSize > 0 {
			le.PutUint32(b[l.eaSize:], e.EaSize)
		}
		if l.reparseTag > 0 {
			le.PutUint32(b[l.reparseTag:], uint32(e.ReparsePointTag))
		}
		if l.shortName > 0 {
			short := EncodeUTF16(e.ShortName)
			b[l.shortName] = byte(copy(b[l.shortName+2:l.shortName+26], short))
		}
		if l.fileID > 0 {
			le.PutUint64(b[l.fileID:], e.FileID)
			if l.wideID {
				le.PutUint64(b[l.fileID+8:], e.FileIDHigh)
			}
		}
		return AppendUTF16(d, e.Name)
	})
	if ok {
		w.count++
	}
	return ok
}

// Count gives the number of records written.
func (w *DirWriter) Count() int { return w.count }

// Bytes gives dst with the records; the last one is not padded.
func (w *DirWriter) Bytes() []byte { return w.chain.out }

// DecodeDirectory reads the records of a QUERY_DIRECTORY response.
func DecodeDirectory(class FileInfoClass, b []byte) ([]DirEntry, error) {
	l, ok := directoryLayout(class)
	if !ok {
		return nil, &DecodeError{class.String(), "", "not a directory class"}
	}
	var out []DirEntry
	err := eachEntry(class.String(), b, l.name, 8, func(b []byte) error {
		e := DirEntry{FileIndex: le.Uint32(b[4:])}
		var err error
		if l.name == 12 {
			e.Name, err = name32(class.String(), b, 8, 12)
			out = append(out, e)
			return err
		}
		e.CreationTime = Filetime(le.Uint64(b[8:]))
		e.LastAccessTime = Filetime(le.Uint64(b[16:]))
		e.LastWriteTime = Filetime(le.Uint64(b[24:]))
		e.ChangeTime = Filetime(le.Uint64(b[32:]))
		e.EndOfFile = int64(le.Uint64(b[40:]))
		e.AllocationSize = int64(le.Uint64(b[48:]))
		e.FileAttributes = FileAttributes(le.Uint32(b[56:]))
		if l.eaSize > 0 {
			e.EaSize = le.Uint32(b[l.eaSize:])
		}
		if l.reparseTag > 0 {
			e.ReparsePointTag = ReparseTag(le.Uint32(b[l.reparseTag:]))
		}
		if l.shortName > 0 {
			n := int(b[l.shortName])
			if n > 24 || n%2 != 0 {
				return &DecodeError{class.String(), "ShortNameLength", fmt.Sprint(n)}
			}
			e.ShortName, _ = DecodeUTF16(b[l.shortName+2 : l.shortName+2+n])
		}
		if l.fileID > 0 {
			e.FileID = le.Uint64(b[l.fileID:])
			if l.wideID {
				e.FileIDHigh = le.Uint64(b[l.fileID+8:])
			}
		}
		e.Name, err = name32(class.String(), b, 60, l.name)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
