package fscc

import (
	"encoding/hex"
	"errors"
	"reflect"
	"testing"
)

type structure interface {
	Append([]byte) []byte
	Decode([]byte) error
}

// samples gives one value of every structure, its length on the wire, and how
// many bytes at its end are reserved and may be missing.
func samples() []struct {
	name        string
	value       structure
	size, spare int
} {
	basic := BasicInfo{1, 2, 3, 4, AttributeHidden}
	standard := StandardInfo{4096, 5, 2, true, false}
	name := NameInfo{`\dïr\file`}
	return []struct {
		name        string
		value       structure
		size, spare int
	}{
		{"Basic", &basic, 40, 4},
		{"Standard", &standard, 24, 2},
		{"Internal", &InternalInfo{7}, 8, 0},
		{"Ea", &EaInfo{7}, 4, 0},
		{"Access", &AccessInfo{7}, 4, 0},
		{"Position", &PositionInfo{7}, 8, 0},
		{"Mode", &ModeInfo{7}, 4, 0},
		{"Alignment", &AlignmentInfo{7}, 4, 0},
		{"Name", &name, 22, 0},
		{"All", &AllInfo{basic, standard, InternalInfo{1}, EaInfo{2}, AccessInfo{3}, PositionInfo{4}, ModeInfo{5}, AlignmentInfo{6}, name}, 118, 0},
		{"NetworkOpen", &NetworkOpenInfo{1, 2, 3, 4, 5, 6, AttributeArchive}, 56, 4},
		{"AttributeTag", &AttributeTagInfo{AttributeReparsePoint, ReparseTagSymlink}, 8, 0},
		{"Id", &IDInfo{1, [16]byte{2}}, 24, 0},
		{"Compression", &CompressionInfo{1, CompressionFormatLZNT1, 2, 3, 4}, 16, 3},
		{"Pipe", &PipeInfo{PipeMessageMode, PipeCompleteOperation}, 8, 0},
		{"PipeLocal", &PipeLocalInfo{1, 2, 3, 4, 5, 6, 7, 8, PipeConnected, 1}, 40, 0},
		{"PipeRemote", &PipeRemoteInfo{1, 2}, 16, 4},
		{"Rename", &RenameInfo{true, 1, 0, `a\longer name`}, 46, 0},
		{"Rename to a short name", &RenameInfo{false, 0, 5, "b"}, 24, 2},
		{"Disposition", &DispositionInfo{true}, 1, 0},
		{"DispositionEx", &DispositionInfoEx{DispositionDelete | DispositionPosixSemantics}, 4, 0},
		{"Allocation", &AllocationInfo{-1}, 8, 0},
		{"EndOfFile", &EndOfFileInfo{1 << 40}, 8, 0},
		{"ValidDataLength", &ValidDataLengthInfo{9}, 8, 0},
		{"FsVolume", &FSVolumeInfo{1, 2, true, "läbel"}, 28, 0},
		{"FsSize", &FSSizeInfo{1, 2, 3, 4}, 24, 0},
		{"FsFullSize", &FSFullSizeInfo{1, 2, 3, 4, 5}, 32, 0},
		{"FsDevice", &FSDeviceInfo{DeviceDisk, DeviceRemote}, 8, 0},
		{"FsAttribute", &FSAttributeInfo{FSCasePreservedNames | FSNamedStreams, 255, "NTFS"}, 20, 0},
		{"FsControl", &FSControlInfo{1, 2, 3, 4, ^uint64(0), 5}, 48, 4},
		{"FsObjectId", &FSObjectIDInfo{[16]byte{1}, [48]byte{47: 2}}, 64, 0},
		{"FsSectorSize", &FSSectorSizeInfo{512, 4096, 4096, 4096, SectorAlignedDevice, 0, SectorOffsetUnknown}, 28, 0},
		{"AllocatedRange", &FileRange{1, 2}, 16, 0},
		{"ZeroData", &ZeroData{1, 2}, 16, 0},
		{"DuplicateExtents", &DuplicateExtents{1, 2, 3, 4, 5}, 40, 0},
		{"PipeWait", &PipeWait{-10000, true, "srvsvc"}, 26, 0},
		{"PipePeek", &PipePeek{PipeConnected, 1, 2, 3, []byte{}}, 16, 0},
		{"ObjectId", &ObjectID{[16]byte{1}, [16]byte{2}, [16]byte{3}, [16]byte{15: 4}}, 64, 0},
		{"Integrity", &IntegrityInformation{2, 1, 65536, 4096}, 16, 8},
	}
}

func TestStructures(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			wire := s.value.Append([]byte{0xAA})[1:]
			if len(wire) != s.size {
				t.Errorf("%d bytes, want %d", len(wire), s.size)
			}
			got := reflect.New(reflect.TypeOf(s.value).Elem()).Interface().(structure)
			if err := got.Decode(wire); err != nil || !reflect.DeepEqual(got, s.value) {
				t.Errorf("%+v, %v", got, err)
			}
			for n := range len(wire) - s.spare {
				var typed *DecodeError
				if err := got.Decode(wire[:n:n]); !errors.As(err, &typed) {
					t.Errorf("%d of %d bytes: %v", n, len(wire), err)
				}
			}
			if err := got.Decode(wire[:len(wire)-s.spare]); err != nil {
				t.Errorf("without reserved bytes: %v", err)
			}
		})
	}
}

// Byte for byte, so that no field can change place in encoder and decoder alike.
func TestLayouts(t *testing.T) {
	rows := []struct {
		name string
		got  []byte
		want string
	}{
		{"FileStandardInformation", (&StandardInfo{0x1000, 0x22, 3, true, true}).Append(nil), "0010000000000000" + "2200000000000000" + "03000000" + "01010000"},
		{"FileRenameInformation type 2", (&RenameInfo{ReplaceIfExists: true, Name: "abc"}).Append(nil), "0100000000000000" + "0000000000000000" + "06000000" + "610062006300"},
		{"FileRenameInformation type 1", (&RenameInfo{ReplaceIfExists: true, Name: "a"}).AppendType1(nil), "01000000" + "00000000" + "02000000" + "6100"},
		{"FileRenameInformationEx", (&RenameInfo{Flags: 3, Name: "ab"}).AppendEx(nil), "0300000000000000" + "0000000000000000" + "04000000" + "61006200"},
		{"FileNameInformation", (&NameInfo{"ab"}).Append(nil), "04000000" + "61006200"},
		{"FileFsVolumeInformation", (&FSVolumeInfo{1, 2, true, "a"}).Append(nil), "0100000000000000" + "02000000" + "02000000" + "0100" + "6100"},
		{"FSCTL_PIPE_WAIT", (&PipeWait{1, true, "a"}).Append(nil), "0100000000000000" + "02000000" + "0100" + "6100"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if got := hex.EncodeToString(r.got); got != r.want {
				t.Errorf("%s, want %s", got, r.want)
			}
		})
	}
	var r RenameInfo
	if err := r.DecodeType1((&RenameInfo{ReplaceIfExists: true, Name: "name"}).AppendType1(nil)); err != nil || r.Name != "name" || !r.ReplaceIfExists {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFSCTLBuffers(t *testing.T) {
	if !DecodeSetSparse(nil) || !DecodeSetSparse([]byte{1}) || DecodeSetSparse([]byte{0}) {
		t.Error("FSCTL_SET_SPARSE")
	}
	if f, err := DecodeCompression(AppendCompression(nil, CompressionFormatLZNT1)); err != nil || f != CompressionFormatLZNT1 {
		t.Errorf("compression %d, %v", f, err)
	}
	if _, err := DecodeCompression([]byte{1}); err == nil {
		t.Error("compression of 1 byte")
	}
	ranges := []FileRange{{0, 10}, {1 << 40, 5}}
	wire := ranges[1].Append(ranges[0].Append(nil))
	if got, err := DecodeFileRanges(wire); err != nil || !reflect.DeepEqual(got, ranges) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := DecodeFileRanges(wire[:31]); err == nil {
		t.Error("half a range")
	}
	trim := []TrimRange{{1, 2}, {3, 4}}
	if got, err := DecodeFileLevelTrim(AppendFileLevelTrim(nil, trim)); err != nil || !reflect.DeepEqual(got, trim) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := DecodeFileLevelTrim([]byte{0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}); err == nil {
		t.Error("trim count of 2^32-1")
	}
	if FsctlPipeTransceive.String() != "FSCTL_PIPE_TRANSCEIVE" || FSCTL(1).String() != "FSCTL_0x00000001" {
		t.Error("names")
	}
}

func TestReparse(t *testing.T) {
	link := LinkReparse{SubstituteName: `\??\C:\tärget`, PrintName: `C:\tärget`, Relative: true}
	mount := LinkReparse{SubstituteName: `\??\Volume{x}\`, PrintName: "C:"}
	guid := ReparseData{Tag: 0x00000042, GUID: [16]byte{1, 15: 2}, Data: []byte("third party")}
	rows := []struct {
		name string
		data ReparseData
	}{
		{"symbolic link", link.Symlink()}, {"mount point", mount.MountPoint()}, {"with GUID", guid},
		{"empty", ReparseData{Tag: ReparseTagLXFifo, Data: []byte{}}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			wire := r.data.Append(nil)
			var got ReparseData
			if err := got.Decode(wire); err != nil || !reflect.DeepEqual(got, r.data) {
				t.Errorf("%+v, %v", got, err)
			}
			for n := range wire {
				if err := got.Decode(wire[:n]); err == nil {
					t.Errorf("accepted %d of %d bytes", n, len(wire))
				}
			}
			if err := got.Decode(append(wire, 0)); err == nil {
				t.Error("accepted a byte too many")
			}
		})
	}
	for _, want := range []LinkReparse{link, mount} {
		d := want.Symlink()
		if !want.Relative {
			d = want.MountPoint()
		}
		var got LinkReparse
		if err := got.Decode(&d); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
		d.Data[2] = 0xFF // SubstituteNameLength
		if err := got.Decode(&d); err == nil {
			t.Error("name longer than the buffer")
		}
	}
	if err := new(LinkReparse).Decode(&guid); err == nil {
		t.Error("another tag read as a link")
	}
	if !ReparseTagSymlink.IsNameSurrogate() || ReparseTagNFS.IsNameSurrogate() || guid.Tag.IsMicrosoft() {
		t.Error("tag bits")
	}
}

func TestNFSReparse(t *testing.T) {
	for _, want := range []NFSReparse{
		{Type: NFSTypeLink, Target: "/etc/höst"}, {Type: NFSTypeChar, Major: 1, Minor: 3}, {Type: NFSTypeBlock, Major: 8},
		{Type: NFSTypeFifo}, {Type: NFSTypeSocket},
	} {
		d := want.Reparse()
		var got NFSReparse
		if err := got.Decode(&d); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for name, d := range map[string]ReparseData{
		"tag":         {Tag: ReparseTagSymlink, Data: make([]byte, 8)},
		"short":       {Tag: ReparseTagNFS, Data: make([]byte, 7)},
		"kind":        {Tag: ReparseTagNFS, Data: make([]byte, 8)},
		"device":      {Tag: ReparseTagNFS, Data: u64(nil, uint64(NFSTypeChar))},
		"odd link":    {Tag: ReparseTagNFS, Data: append(u64(nil, uint64(NFSTypeLink)), 1)},
		"link letter": {Tag: ReparseTagNFS, Data: []byte("LNK")},
	} {
		if err := new(NFSReparse).Decode(&d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if d := (&NFSReparse{Type: NFSTypeLink, Target: "a"}).Reparse(); hex.EncodeToString(d.Append(nil)) != "14000080"+"0a000000"+"4c4e4b0100000000"+"6100" {
		t.Errorf("%x", d.Append(nil))
	}
}

func TestMinQuerySizes(t *testing.T) {
	for _, s := range []struct {
		class FileInfoClass
		value structure
	}{
		{FileBasicInformation, &BasicInfo{}}, {FileStandardInformation, &StandardInfo{}}, {FileInternalInformation, &InternalInfo{}},
		{FileEaInformation, &EaInfo{}}, {FileNetworkOpenInformation, &NetworkOpenInfo{}}, {FileIDInformation, &IDInfo{}},
		{FilePipeLocalInformation, &PipeLocalInfo{}}, {FileCompressionInformation, &CompressionInfo{}}, {FileAttributeTagInformation, &AttributeTagInfo{}},
	} {
		if n, ok := s.class.MinQuerySize(); !ok || n != len(s.value.Append(nil)) {
			t.Errorf("%v: %d", s.class, n)
		}
	}
	if _, ok := FileRenameInformation.MinQuerySize(); ok {
		t.Error("FileRenameInformation cannot be queried")
	}
	if n, ok := FileFsSectorSizeInformation.MinQuerySize(); !ok || n != 28 {
		t.Errorf("sector size %d", n)
	}
	if _, ok := FileFsLabelInformation.MinQuerySize(); ok {
		t.Error("FileFsLabelInformation cannot be queried")
	}
}

func TestFileAttributes(t *testing.T) {
	for _, s := range []string{"none", "readonly", "hidden|directory|sparse"} {
		if a, ok := ParseFileAttributes(s); !ok || a.String() != s {
			t.Errorf("%s: %v", s, a)
		}
	}
	if _, ok := ParseFileAttributes("hidden|nonsense"); ok {
		t.Error("nonsense")
	}
	if s := FileAttributes(0x80000001).String(); s != "readonly|?" {
		t.Error(s)
	}
}
