package fscc

// NetworkOpenInfo is FileNetworkOpenInformation (MS-FSCC 2.4.34).
type NetworkOpenInfo struct {
	CreationTime   Filetime
	LastAccessTime Filetime
	LastWriteTime  Filetime
	ChangeTime     Filetime
	AllocationSize int64
	EndOfFile      int64
	FileAttributes FileAttributes
}

// Append appends the 56 bytes.
func (i *NetworkOpenInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.CreationTime))
	dst = u64(dst, uint64(i.LastAccessTime))
	dst = u64(dst, uint64(i.LastWriteTime))
	dst = u64(dst, uint64(i.ChangeTime))
	dst = u64(dst, uint64(i.AllocationSize))
	dst = u64(dst, uint64(i.EndOfFile))
	dst = u32(dst, uint32(i.FileAttributes))
	return u32(dst, 0)
}

// Decode reads the structure.
func (i *NetworkOpenInfo) Decode(b []byte) error {
	if err := need("FileNetworkOpenInformation", b, 52); err != nil {
		return err
	}
	*i = NetworkOpenInfo{
		Filetime(le.Uint64(b)), Filetime(le.Uint64(b[8:])), Filetime(le.Uint64(b[16:])), Filetime(le.Uint64(b[24:])),
		int64(le.Uint64(b[32:])), int64(le.Uint64(b[40:])), FileAttributes(le.Uint32(b[48:])),
	}
	return nil
}

// AttributeTagInfo is FileAttributeTagInformation (MS-FSCC 2.4.6).
type AttributeTagInfo struct {
	FileAttributes FileAttributes
	ReparseTag     ReparseTag
}

// Append appends the 8 bytes.
func (i *AttributeTagInfo) Append(dst []byte) []byte {
	return u32(u32(dst, uint32(i.FileAttributes)), uint32(i.ReparseTag))
}

// Decode reads the structure.
func (i *AttributeTagInfo) Decode(b []byte) error {
	if err := need("FileAttributeTagInformation", b, 8); err != nil {
		return err
	}
	*i = AttributeTagInfo{FileAttributes(le.Uint32(b)), ReparseTag(le.Uint32(b[4:]))}
	return nil
}

// IDInfo is FileIdInformation (MS-FSCC 2.4.26, FILE_ID_INFORMATION).
type IDInfo struct {
	VolumeSerialNumber uint64
	FileID             [16]byte
}

// Append appends the 24 bytes.
func (i *IDInfo) Append(dst []byte) []byte {
	return append(u64(dst, i.VolumeSerialNumber), i.FileID[:]...)
}

// Decode reads the structure.
func (i *IDInfo) Decode(b []byte) error {
	if err := need("FileIdInformation", b, 24); err != nil {
		return err
	}
	*i = IDInfo{le.Uint64(b), [16]byte(b[8:24])}
	return nil
}

// CompressionInfo is FileCompressionInformation (MS-FSCC 2.4.9).
type CompressionInfo struct {
	CompressedFileSize   int64
	CompressionFormat    uint16
	CompressionUnitShift uint8
	ChunkShift           uint8
	ClusterShift         uint8
}

// Append appends the 16 bytes.
func (i *CompressionInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.CompressedFileSize))
	dst = u16(dst, i.CompressionFormat)
	return append(dst, i.CompressionUnitShift, i.ChunkShift, i.ClusterShift, 0, 0, 0)
}

// Decode reads the structure.
func (i *CompressionInfo) Decode(b []byte) error {
	if err := need("FileCompressionInformation", b, 13); err != nil {
		return err
	}
	*i = CompressionInfo{int64(le.Uint64(b)), le.Uint16(b[8:]), b[10], b[11], b[12]}
	return nil
}

// StreamInfo is one entry of FileStreamInformation (MS-FSCC 2.4.49). Name has the
// form "::$DATA" or ":name:$DATA".
type StreamInfo struct {
	Name           string
	Size           int64
	AllocationSize int64
}

// AppendStreams appends as many entries as fit into max bytes, each at a
// multiple of 8. complete is false when some did not fit: the answer is then
// STATUS_BUFFER_OVERFLOW.
func AppendStreams(dst []byte, max int, streams []StreamInfo) (out []byte, complete bool) {
	c := newChain(dst, max, 8)
	for _, s := range streams {
		ok := c.add(24+UTF16Len(s.Name), func(d []byte) []byte {
			d = u32(d, 0)
			d = u32(d, uint32(UTF16Len(s.Name)))
			d = u64(d, uint64(s.Size))
			d = u64(d, uint64(s.AllocationSize))
			return AppendUTF16(d, s.Name)
		})
		if !ok {
			return c.out, false
		}
	}
	return c.out, true
}

// DecodeStreams reads the list.
func DecodeStreams(b []byte) ([]StreamInfo, error) {
	const name = "FileStreamInformation"
	var l []StreamInfo
	err := eachEntry(name, b, 24, 8, func(e []byte) error {
		s, err := name32(name, e, 4, 24)
		if err == nil {
			l = append(l, StreamInfo{s, int64(le.Uint64(e[8:])), int64(le.Uint64(e[16:]))})
		}
		return err
	})
	return l, err
}

// PipeInfo is FilePipeInformation (MS-FSCC 2.4.37).
type PipeInfo struct {
	ReadMode       uint32 // PipeByteStreamMode or PipeMessageMode
	CompletionMode uint32 // PipeQueueOperation or PipeCompleteOperation
}

// The values of PipeInfo.
const (
	PipeByteStreamMode    uint32 = 0
	PipeMessageMode       uint32 = 1
	PipeQueueOperation    uint32 = 0
	PipeCompleteOperation uint32 = 1
)

// Append appends the 8 bytes.
func (i *PipeInfo) Append(dst []byte) []byte { return u32(u32(dst, i.ReadMode), i.CompletionMode) }

// Decode reads the structure.
func (i *PipeInfo) Decode(b []byte) error {
	if err := need("FilePipeInformation", b, 8); err != nil {
		return err
	}
	*i = PipeInfo{le.Uint32(b), le.Uint32(b[4:])}
	return nil
}

// PipeLocalInfo is FilePipeLocalInformation (MS-FSCC 2.4.38).
type PipeLocalInfo struct {
	NamedPipeType          uint32
	NamedPipeConfiguration uint32
	MaximumInstances       uint32
	CurrentInstances       uint32
	InboundQuota           uint32
	ReadDataAvailable      uint32
	OutboundQuota          uint32
	WriteQuotaAvailable    uint32
	NamedPipeState         uint32 // PipeConnected and so on
	NamedPipeEnd           uint32 // 0 client, 1 server
}

// The states of a pipe.
const (
	PipeDisconnected uint32 = 1
	PipeListening    uint32 = 2
	PipeConnected    uint32 = 3
	PipeClosing      uint32 = 4
)

func (i *PipeLocalInfo) fields() [10]*uint32 {
	return [10]*uint32{
		&i.NamedPipeType, &i.NamedPipeConfiguration, &i.MaximumInstances, &i.CurrentInstances, &i.InboundQuota,
		&i.ReadDataAvailable, &i.OutboundQuota, &i.WriteQuotaAvailable, &i.NamedPipeState, &i.NamedPipeEnd,
	}
}

// Append appends the 40 bytes.
func (i *PipeLocalInfo) Append(dst []byte) []byte {
	for _, f := range i.fields() {
		dst = u32(dst, *f)
	}
	return dst
}

// Decode reads the structure.
func (i *PipeLocalInfo) Decode(b []byte) error {
	if err := need("FilePipeLocalInformation", b, 40); err != nil {
		return err
	}
	for n, f := range i.fields() {
		*f = le.Uint32(b[4*n:])
	}
	return nil
}

// PipeRemoteInfo is FilePipeRemoteInformation (MS-FSCC 2.4.39).
type PipeRemoteInfo struct {
	CollectDataTime        uint64 // 100 ns
	MaximumCollectionCount uint32
}

// Append appends the 16 bytes.
func (i *PipeRemoteInfo) Append(dst []byte) []byte {
	return u32(u32(u64(dst, i.CollectDataTime), i.MaximumCollectionCount), 0)
}

// Decode reads the structure.
func (i *PipeRemoteInfo) Decode(b []byte) error {
	if err := need("FilePipeRemoteInformation", b, 12); err != nil {
		return err
	}
	*i = PipeRemoteInfo{le.Uint64(b), le.Uint32(b[8:])}
	return nil
}
