package smb

import (
	"hash/fnv"
	"math"
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// queryInfo implements QUERY_INFO (MS-SMB2 3.3.5.20).
func (r *request) queryInfo() (body, error) {
	var q smb2.QueryInfoRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.OutputBufferLength > r.c.maxTransact || uint32(len(q.Input)) > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if o.pipe != nil {
		return r.queryPipe(o, &q)
	}
	var out []byte
	switch q.Type {
	case smb2.InfoFile:
		class := fscc.FileInfoClass(q.Class)
		least, ok := class.MinQuerySize()
		if !ok {
			return nil, ntstatus.InvalidInfoClass
		}
		if q.OutputBufferLength < uint32(least) {
			return nil, ntstatus.InfoLengthMismatch
		}
		if class == fscc.FileFullEaInformation {
			if out, err = r.queryEAs(o, &q); out != nil {
				return &smb2.QueryInfoResponse{Output: out}, err
			}
			break
		}
		out, err = r.queryFile(o, class, int(q.OutputBufferLength))
	case smb2.InfoFileSystem:
		class := fscc.FSInfoClass(q.Class)
		least, ok := class.MinQuerySize()
		if !ok {
			return nil, ntstatus.InvalidInfoClass
		}
		if q.OutputBufferLength < uint32(least) {
			return nil, ntstatus.InfoLengthMismatch
		}
		out, err = r.queryFS(o, class)
	case smb2.InfoSecurity:
		if out, err = r.querySecurity(o, q.Additional); err == nil && len(out) > int(q.OutputBufferLength) {
			return nil, ntstatus.BufferTooSmall
		}
	case smb2.InfoQuota:
		return nil, ntstatus.NotSupported
	default:
		return nil, ntstatus.InvalidParameter
	}
	if err != nil {
		return nil, err
	}
	if len(out) > int(q.OutputBufferLength) {
		return &smb2.QueryInfoResponse{Output: out[:q.OutputBufferLength]}, ntstatus.BufferOverflow
	}
	return &smb2.QueryInfoResponse{Output: out}, nil
}

// queryPipe answers for a named pipe (MS-FSCC 2.4.34).
func (r *request) queryPipe(o *openFile, q *smb2.QueryInfoRequest) (body, error) {
	if q.Type != smb2.InfoFile {
		return nil, ntstatus.NotSupported
	}
	var out []byte
	switch fscc.FileInfoClass(q.Class) {
	case fscc.FileStandardInformation:
		out = (&fscc.StandardInfo{AllocationSize: 4096, NumberOfLinks: 1, DeletePending: true}).Append(nil)
	case fscc.FilePipeInformation:
		out = (&fscc.PipeInfo{ReadMode: fscc.PipeMessageMode}).Append(nil)
	case fscc.FilePipeLocalInformation:
		octets, _ := o.pipe.Available()
		out = (&fscc.PipeLocalInfo{NamedPipeType: fscc.PipeMessageMode, NamedPipeState: fscc.PipeConnected,
			ReadDataAvailable: uint32(octets)}).Append(nil)
	default:
		return nil, ntstatus.InvalidInfoClass
	}
	if len(out) > int(q.OutputBufferLength) {
		return nil, ntstatus.InfoLengthMismatch
	}
	return &smb2.QueryInfoResponse{Output: out}, nil
}

// queryFile answers the file information classes (MS-FSCC 2.4).
func (r *request) queryFile(o *openFile, class fscc.FileInfoClass, room int) ([]byte, error) {
	a, size, used, err := r.attrOf(o)
	if err != nil {
		return nil, err
	}
	basic := fscc.BasicInfo{
		CreationTime: fscc.FiletimeOf(a.Btime), LastAccessTime: fscc.FiletimeOf(a.Atime),
		LastWriteTime: fscc.FiletimeOf(a.Mtime), ChangeTime: fscc.FiletimeOf(a.Ctime), FileAttributes: dosAttributes(a),
	}
	pending := o.file.Tree.DeletePending(o.file)
	standard := fscc.StandardInfo{AllocationSize: int64(used), EndOfFile: int64(size),
		NumberOfLinks: linksShown(a, pending), DeletePending: pending, Directory: o.file.IsDir}
	needsAttributes := func() error {
		if o.file.Access&vfs.RightReadAttributes == 0 {
			return ntstatus.AccessDenied // MS-FSA 2.1.5.12
		}
		return nil
	}
	o.mu.Lock()
	position, mode := o.position, o.mode
	o.mu.Unlock()
	switch class {
	case fscc.FileBasicInformation:
		return basic.Append(nil), needsAttributes()
	case fscc.FileStandardInformation:
		return standard.Append(nil), nil
	case fscc.FileInternalInformation:
		return (&fscc.InternalInfo{IndexNumber: a.Handle.ID}).Append(nil), nil
	case fscc.FileEaInformation:
		return (&fscc.EaInfo{EaSize: r.eaSize(o)}).Append(nil), nil
	case fscc.FileAccessInformation:
		return (&fscc.AccessInfo{AccessFlags: o.file.Access}).Append(nil), nil
	case fscc.FilePositionInformation:
		return (&fscc.PositionInfo{CurrentByteOffset: position}).Append(nil), nil
	case fscc.FileModeInformation:
		return (&fscc.ModeInfo{Mode: mode}).Append(nil), nil
	case fscc.FileAlignmentInformation:
		return (&fscc.AlignmentInfo{}).Append(nil), nil
	case fscc.FileNameInformation, fscc.FileAllInformation:
		name, err := r.nameOf(o)
		if err != nil {
			return nil, err
		}
		if class == fscc.FileNameInformation {
			return (&fscc.NameInfo{Name: `\` + name}).Append(nil), nil
		}
		all := fscc.AllInfo{Basic: basic, Standard: standard, Internal: fscc.InternalInfo{IndexNumber: a.Handle.ID},
			Ea: fscc.EaInfo{EaSize: r.eaSize(o)}, Access: fscc.AccessInfo{AccessFlags: o.file.Access}, Position: fscc.PositionInfo{CurrentByteOffset: position},
			Mode: fscc.ModeInfo{Mode: mode}, Name: fscc.NameInfo{Name: `\` + name}}
		return all.Append(nil), needsAttributes()
	case fscc.FileNormalizedNameInformation:
		if r.c.dialect < smb2.Dialect311 {
			return nil, ntstatus.NotSupported // MS-SMB2 3.3.5.20.1
		}
		name, err := r.nameOf(o)
		return (&fscc.NameInfo{Name: name}).Append(nil), err
	case fscc.FileAlternateNameInformation:
		name, err := r.nameOf(o)
		if err != nil {
			return nil, err
		}
		if name = name[strings.LastIndexByte(name, '\\')+1:]; !isShortName(name) {
			return nil, ntstatus.ObjectNameNotFound
		}
		return (&fscc.NameInfo{Name: name}).Append(nil), nil
	case fscc.FileStreamInformation:
		return r.queryStreams(o, a, room)
	case fscc.FileCompressionInformation:
		return (&fscc.CompressionInfo{CompressedFileSize: int64(size)}).Append(nil), nil
	case fscc.FileNetworkOpenInformation:
		n := fscc.NetworkOpenInfo{CreationTime: basic.CreationTime, LastAccessTime: basic.LastAccessTime,
			LastWriteTime: basic.LastWriteTime, ChangeTime: basic.ChangeTime, AllocationSize: int64(used),
			EndOfFile: int64(size), FileAttributes: basic.FileAttributes}
		return n.Append(nil), needsAttributes()
	case fscc.FileAttributeTagInformation:
		tag := fscc.AttributeTagInfo{FileAttributes: basic.FileAttributes}
		if basic.FileAttributes&fscc.AttributeReparsePoint != 0 {
			tag.ReparseTag = reparseTag(a)
		}
		return tag.Append(nil), needsAttributes()
	case fscc.FileIDInformation:
		id := fscc.IDInfo{VolumeSerialNumber: a.Handle.FSID}
		putID(&id.FileID, a.Handle.ID)
		return id.Append(nil), nil
	}
	return nil, ntstatus.InvalidInfoClass
}

// linksShown: a name that is being deleted no longer counts (MS-FSA
// 2.1.5.12.27).
func linksShown(a vfs.Attr, pending bool) uint32 {
	n := a.Nlink
	if a.Type == vfs.TypeDirectory {
		n = 1
	}
	if pending && n > 0 {
		n--
	}
	return n
}

func putID(dst *[16]byte, id uint64) {
	for i := range 8 {
		dst[i] = byte(id >> (8 * i))
	}
}

// nameOf is the open's path with backslashes, without a leading one.
func (r *request) nameOf(o *openFile) (string, error) {
	path, err := o.file.Tree.PathOf(o.file)
	if err != nil {
		return "", err
	}
	b := []byte(path)
	for i, c := range b {
		if c == '/' {
			b[i] = '\\'
		}
	}
	name := smbName(string(b))
	if o.file.Stream != "" {
		name += ":" + o.file.Stream
	}
	return name, nil
}

// queryStreams implements FileStreamInformation (MS-FSCC 2.4.49).
func (r *request) queryStreams(o *openFile, a vfs.Attr, room int) ([]byte, error) {
	named, err := o.file.Tree.Streams(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	var list []fscc.StreamInfo
	if !o.file.IsDir {
		list = append(list, fscc.StreamInfo{Name: "::$DATA", Size: int64(a.Size), AllocationSize: int64(a.Used)})
	}
	for _, s := range named {
		list = append(list, fscc.StreamInfo{Name: ":" + s.Name + ":$DATA", Size: int64(s.Size), AllocationSize: int64(s.Used)})
	}
	out, complete := fscc.AppendStreams(nil, room, list)
	if !complete {
		return nil, ntstatus.BufferOverflow
	}
	return out, nil
}

// queryFS answers the file system classes (MS-FSCC 2.5).
func (r *request) queryFS(o *openFile, class fscc.FSInfoClass) ([]byte, error) {
	st, err := o.file.Tree.StatFS(r.ctx, r.origin(o))
	if err != nil {
		return nil, err
	}
	const sector, perUnit = 512, vfs.BlockSize / 512
	unit := uint64(sector * perUnit)
	share := o.file.Tree.Share()
	switch class {
	case fscc.FileFsVolumeInformation:
		return (&fscc.FSVolumeInfo{CreationTime: fscc.FiletimeOf(r.c.a.started), SerialNumber: serial(o.file.Tree.FSID()),
			Label: share.Name}).Append(nil), nil
	case fscc.FileFsSizeInformation:
		return (&fscc.FSSizeInfo{TotalAllocationUnits: st.Total / unit, AvailableAllocationUnits: st.Avail / unit,
			SectorsPerAllocationUnit: perUnit, BytesPerSector: sector}).Append(nil), nil
	case fscc.FileFsFullSizeInformation:
		return (&fscc.FSFullSizeInfo{TotalAllocationUnits: st.Total / unit, CallerAvailableAllocationUnits: st.Avail / unit,
			ActualAvailableAllocationUnits: st.Free / unit, SectorsPerAllocationUnit: perUnit, BytesPerSector: sector}).Append(nil), nil
	case fscc.FileFsControlInformation:
		// No quotas are kept: no threshold, no limit, no flags.
		return (&fscc.FSControlInfo{DefaultQuotaThreshold: math.MaxUint64, DefaultQuotaLimit: math.MaxUint64}).Append(nil), nil
	case fscc.FileFsDeviceInformation:
		c := fscc.DeviceIsMounted
		if share.ReadOnly {
			c |= fscc.DeviceReadOnly
		}
		return (&fscc.FSDeviceInfo{DeviceType: fscc.DeviceDisk, Characteristics: c}).Append(nil), nil
	case fscc.FileFsAttributeInformation:
		f := fscc.FSCasePreservedNames | fscc.FSUnicodeOnDisk | fscc.FSPersistentACLs | fscc.FSNamedStreams |
			fscc.FSSupportsHardLinks | fscc.FSSupportsSparseFiles | fscc.FSSupportsReparsePoints | fscc.FSSupportsObjectIDs |
			fscc.FSSupportsExtendedAttribute | fscc.FSSupportsBlockRefcounting
		if share.ReadOnly {
			f |= fscc.FSReadOnlyVolume
		}
		return (&fscc.FSAttributeInfo{Attributes: f, MaximumComponentNameLength: vfs.NameMax, FileSystemName: "NTFS"}).Append(nil), nil
	case fscc.FileFsSectorSizeInformation:
		return (&fscc.FSSectorSizeInfo{LogicalBytesPerSector: sector, PhysicalBytesPerSectorForAtomicity: vfs.BlockSize,
			PhysicalBytesPerSectorForPerformance: vfs.BlockSize, EffectivePhysicalBytesPerSector: vfs.BlockSize,
			Flags: fscc.SectorAlignedDevice | fscc.SectorPartitionAligned | fscc.SectorTrimEnabled}).Append(nil), nil
	case fscc.FileFsObjectIDInformation:
		var id fscc.FSObjectIDInfo
		putID(&id.ObjectID, o.file.Tree.FSID())
		return id.Append(nil), nil
	}
	return nil, ntstatus.InvalidInfoClass
}

// serial folds a file system's id into the 32 bits of a volume serial number.
func serial(fsid uint64) uint32 {
	h := fnv.New32a()
	for i := range 8 {
		h.Write([]byte{byte(fsid >> (8 * i))})
	}
	return h.Sum32()
}
