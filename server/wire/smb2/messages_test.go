package smb2

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
)

// sampleMessage is one encoded form of every body of this package.
type sampleMessage struct {
	name     string
	command  Command
	response bool
	body     Message
}

var sampleID = FileID{0x0123456789abcdef, 0xfedcba9876543210}

func sampleMessages() []sampleMessage {
	const rsp = true
	key := LeaseKey{1, 2, 3, 15: 16}
	return []sampleMessage{
		{"NEGOTIATE 2.1", CommandNegotiate, !rsp, &NegotiateRequest{
			SecurityMode: SigningEnabled, Capabilities: CapDFS | CapLeasing, ClientGUID: GUID{9},
			ClientStartTime: 77, Dialects: []Dialect{Dialect202, Dialect210}}},
		{"NEGOTIATE 3.1.1", CommandNegotiate, !rsp, &NegotiateRequest{
			SecurityMode: SigningRequired, Dialects: []Dialect{Dialect202, Dialect300, Dialect311},
			Contexts: NegotiateContexts{
				(&PreauthIntegrity{[]HashAlgorithm{HashSHA512}, []byte("salt!")}).Context(),
				(&EncryptionCapabilities{[]Cipher{CipherAES128GCM, CipherAES256CCM}}).Context(),
				(&SigningCapabilities{[]SigningAlgorithm{SigningAESGMAC, SigningAESCMAC}}).Context(),
				NetnameContext("sërver"),
			}}},
		{"NEGOTIATE response 3.0", CommandNegotiate, rsp, &NegotiateResponse{
			SecurityMode: SigningEnabled, Dialect: Dialect300, ServerGUID: GUID{7}, Capabilities: CapEncryption,
			MaxTransactSize: 1, MaxReadSize: 2, MaxWriteSize: 3, SystemTime: 4, ServerStartTime: 5, SecurityBuffer: []byte("spnego")}},
		{"NEGOTIATE response 3.1.1", CommandNegotiate, rsp, &NegotiateResponse{
			Dialect: Dialect311, SecurityBuffer: []byte("odd length!"),
			Contexts: NegotiateContexts{(&PreauthIntegrity{[]HashAlgorithm{HashSHA512}, []byte("s")}).Context(), {ContextCompression, []byte{}}}}},
		{"SESSION_SETUP", CommandSessionSetup, !rsp, &SessionSetupRequest{
			Flags: SessionSetupBinding, SecurityMode: SigningEnabled, Capabilities: CapDFS, Channel: 1, PreviousSessionID: 2, SecurityBuffer: []byte("NTLMSSP")}},
		{"SESSION_SETUP response", CommandSessionSetup, rsp, &SessionSetupResponse{SessionIsGuest, []byte("challenge")}},
		{"LOGOFF", CommandLogoff, !rsp, &LogoffRequest{}},
		{"LOGOFF response", CommandLogoff, rsp, &LogoffResponse{}},
		{"TREE_CONNECT", CommandTreeConnect, !rsp, &TreeConnectRequest{Path: `\\[::1]:4450\share`}},
		{"TREE_CONNECT with extension", CommandTreeConnect, !rsp, &TreeConnectRequest{Flags: TreeConnectExtensionPresent, Path: `\\s\x`}},
		{"TREE_CONNECT response", CommandTreeConnect, rsp, &TreeConnectResponse{ShareTypePipe, ShareFlagNoCaching, ShareCapDFS, 0x1f01ff}},
		{"TREE_DISCONNECT", CommandTreeDisconnect, !rsp, &TreeDisconnectRequest{}},
		{"TREE_DISCONNECT response", CommandTreeDisconnect, rsp, &TreeDisconnectResponse{}},
		{"CREATE of the root", CommandCreate, !rsp, &CreateRequest{
			ImpersonationLevel: ImpersonationImpersonation, DesiredAccess: 0x80, ShareAccess: ShareRead | ShareWrite | ShareDelete,
			Disposition: FileOpen, Options: FileDirectoryFile}},
		{"CREATE with contexts", CommandCreate, !rsp, &CreateRequest{
			OplockLevel: OplockLease, DesiredAccess: 1, FileAttributes: fscc.AttributeHidden, Disposition: FileOpenIf, Name: `dir\fïle`,
			Contexts: CreateContexts{
				(&LeaseContext{Version: 2, Key: key, State: LeaseRWH, Flags: LeaseParentKeySet, ParentKey: LeaseKey{5}, Epoch: 3}).Context(),
				(&MaximalAccessRequest{}).Context(), OnDiskIDRequestContext(),
				(&DurableRequestV2{Timeout: 1000, CreateGUID: GUID{8}}).Context(),
				{ContextAAPL, []byte("opaque")},
			}}},
		{"CREATE of the root with contexts", CommandCreate, !rsp, &CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}},
		{"CREATE response", CommandCreate, rsp, &CreateResponse{
			OplockLevel: OplockBatch, Flags: CreateFlagReparsePoint, Action: FileCreated, CreationTime: 1, LastAccessTime: 2, LastWriteTime: 3,
			ChangeTime: 4, AllocationSize: 4096, EndOfFile: 5, FileAttributes: fscc.AttributeArchive, FileID: sampleID}},
		{"CREATE response with contexts", CommandCreate, rsp, &CreateResponse{FileID: sampleID, Contexts: CreateContexts{
			(&MaximalAccessResponse{ntstatus.Success, 0x1f01ff}).Context(), (&OnDiskID{1, 2}).Context()}}},
		{"CLOSE", CommandClose, !rsp, &CloseRequest{ClosePostQueryAttrib, sampleID}},
		{"CLOSE response", CommandClose, rsp, &CloseResponse{1, 1, 2, 3, 4, 5, 6, fscc.AttributeNormal}},
		{"FLUSH", CommandFlush, !rsp, &FlushRequest{sampleID}},
		{"FLUSH response", CommandFlush, rsp, &FlushResponse{}},
		{"READ", CommandRead, !rsp, &ReadRequest{Padding: 0x50, Flags: ReadUnbuffered, Length: 4096, Offset: 1 << 40, FileID: sampleID, MinimumCount: 1, RemainingBytes: 2}},
		{"READ by RDMA", CommandRead, !rsp, &ReadRequest{Length: 4096, FileID: sampleID, Channel: ChannelRDMAV1, ChannelInfo: []byte("descriptor")}},
		{"READ response", CommandRead, rsp, &ReadResponse{DataRemaining: 3, Data: []byte("data")}},
		{"READ response, empty", CommandRead, rsp, &ReadResponse{}},
		{"WRITE", CommandWrite, !rsp, &WriteRequest{Offset: 1 << 33, FileID: sampleID, RemainingBytes: 1, Flags: WriteThrough, Data: []byte("data"), Length: 4}},
		{"WRITE of nothing", CommandWrite, !rsp, &WriteRequest{FileID: sampleID}},
		{"WRITE by RDMA", CommandWrite, !rsp, &WriteRequest{FileID: sampleID, Channel: ChannelRDMAV1, Length: 9999, ChannelInfo: []byte("descriptor")}},
		{"WRITE response", CommandWrite, rsp, &WriteResponse{4, 5}},
		{"LOCK", CommandLock, !rsp, &LockRequest{LockSequence: 0x12, FileID: sampleID, Locks: []LockElement{
			{0, 10, LockExclusive | LockFailImmediately}, {1 << 63, ^uint64(0), LockUnlock}}}},
		{"LOCK of nothing", CommandLock, !rsp, &LockRequest{FileID: sampleID}},
		{"LOCK response", CommandLock, rsp, &LockResponse{}},
		{"IOCTL", CommandIoctl, !rsp, &IoctlRequest{CtlCode: fscc.FsctlPipeTransceive, FileID: sampleID, Input: []byte("rpc"), MaxOutputResponse: 1024, Flags: IoctlIsFsctl}},
		{"IOCTL with both buffers", CommandIoctl, !rsp, &IoctlRequest{Input: []byte("abc"), MaxInputResponse: 5, Output: []byte("defg")}},
		{"IOCTL response", CommandIoctl, rsp, &IoctlResponse{CtlCode: fscc.FsctlPipeTransceive, FileID: RelatedFileID, Output: []byte("rpc reply")}},
		{"IOCTL response with both buffers", CommandIoctl, rsp, &IoctlResponse{Input: []byte("abc"), Output: []byte("d"), Flags: 1}},
		{"CANCEL", CommandCancel, !rsp, &CancelRequest{}},
		{"ECHO", CommandEcho, !rsp, &EchoRequest{}},
		{"ECHO response", CommandEcho, rsp, &EchoResponse{}},
		{"QUERY_DIRECTORY", CommandQueryDirectory, !rsp, &QueryDirectoryRequest{fscc.FileIDBothDirectoryInformation, RestartScans, 1, sampleID, "*.tx?", 65536}},
		{"QUERY_DIRECTORY response", CommandQueryDirectory, rsp, &QueryDirectoryResponse{[]byte("records")}},
		{"CHANGE_NOTIFY", CommandChangeNotify, !rsp, &ChangeNotifyRequest{WatchTree, 4096, sampleID, fscc.NotifyChangeFileName}},
		{"CHANGE_NOTIFY response", CommandChangeNotify, rsp, &ChangeNotifyResponse{}},
		{"QUERY_INFO", CommandQueryInfo, !rsp, &QueryInfoRequest{Type: InfoSecurity, OutputBufferLength: 100, Additional: DACLSecurityInformation, FileID: sampleID}},
		{"QUERY_INFO with input", CommandQueryInfo, !rsp, &QueryInfoRequest{Type: InfoFile, Class: uint8(fscc.FileFullEaInformation), Input: []byte("ea names"), Flags: QueryRestartScan}},
		{"QUERY_INFO response", CommandQueryInfo, rsp, &QueryInfoResponse{[]byte("info")}},
		{"SET_INFO", CommandSetInfo, !rsp, &SetInfoRequest{InfoFile, uint8(fscc.FileEndOfFileInformation), 0, sampleID, []byte("12345678")}},
		{"SET_INFO response", CommandSetInfo, rsp, &SetInfoResponse{}},
		{"OPLOCK_BREAK", CommandOplockBreak, rsp, &OplockBreak{OplockII, sampleID}},
		{"lease break notification", CommandOplockBreak, rsp, &LeaseBreakNotification{4, LeaseBreakAckRequired, key, LeaseRWH, LeaseRH, 1, 2, 3}},
		{"lease break acknowledgment", CommandOplockBreak, !rsp, &LeaseBreakAck{0, key, LeaseR, 0}},
		{"SERVER_TO_CLIENT_NOTIFICATION", CommandServerToClientNotification, rsp, &ServerNotification{NotifySessionClosed}},
		{"ERROR", CommandClose, rsp, &ErrorResponse{}},
		{"ERROR with data", CommandCreate, rsp, &ErrorResponse{Data: []byte{1, 2, 3, 4}}},
		{"ERROR with contexts", CommandCreate, rsp, &ErrorResponse{Contexts: []ErrorContext{{ErrorIDDefault, []byte("odd")}, {ErrorIDShareRedirect, []byte("x")}}}},
	}
}

func (s *sampleMessage) encode() []byte {
	h := Header{Command: s.command, MessageID: 42, Credits: 1}
	if s.response {
		h.Flags = FlagServerToRedir
	}
	return AppendMessage(nil, &h, s.body)
}

func (s *sampleMessage) empty() Message {
	return reflect.New(reflect.TypeOf(s.body).Elem()).Interface().(Message)
}

func TestEveryMessageRoundTrips(t *testing.T) {
	for _, s := range sampleMessages() {
		t.Run(s.name, func(t *testing.T) {
			msg := s.encode()
			got := s.empty()
			if err := got.Decode(msg); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, s.body) {
				t.Errorf("got %+v\nwant %+v", got, s.body)
			}
			// The body must not depend on what is before its header.
			prefix := s.body.Append(append(make([]byte, 13), msg[:HeaderSize]...))
			if !bytes.Equal(prefix[13:], msg) {
				t.Error("encoded differently behind other bytes")
			}
		})
	}
}

// A message cut anywhere gives a typed error or, if only its last variable part
// is of no use, still decodes; it never panics and never reads what is not there.
func TestCutMessages(t *testing.T) {
	for _, s := range sampleMessages() {
		t.Run(s.name, func(t *testing.T) {
			msg := s.encode()
			size := int(le.Uint16(msg[HeaderSize:])) &^ 1
			if s.command == CommandServerToClientNotification {
				size = 8
			}
			for n := range len(msg) {
				err := s.empty().Decode(msg[:n:n])
				var typed *DecodeError
				if err != nil && !errors.As(err, &typed) {
					t.Fatalf("%d bytes: %T", n, err)
				}
				if n < HeaderSize+min(size, 24) && err == nil {
					t.Fatalf("accepted %d bytes", n)
				}
			}
		})
	}
}

func TestWrongStructureSize(t *testing.T) {
	for _, s := range sampleMessages() {
		t.Run(s.name, func(t *testing.T) {
			msg := s.encode()
			msg[HeaderSize]++
			if err := s.empty().Decode(msg); !errors.Is(err, ErrStructureSize) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestOffsetsOutside(t *testing.T) {
	encode := func(m Message) []byte { return AppendMessage(nil, &Header{}, m) }
	rows := []struct {
		name string
		msg  []byte
		at   int // of the offset or length, from the body
		to   uint32
		size int
		into Message
	}{
		{"WRITE length past the end", encode(&WriteRequest{Data: []byte("abc")}), 4, 4, 4, &WriteRequest{}},
		{"WRITE length near 2^32", encode(&WriteRequest{Data: []byte("abc")}), 4, 0xFFFFFFFF, 4, &WriteRequest{}},
		{"WRITE data in the header", encode(&WriteRequest{Data: []byte("abc")}), 2, 40, 2, &WriteRequest{}},
		{"WRITE data after 0x100", append(encode(&WriteRequest{Data: []byte("abc")}), make([]byte, 400)...), 2, 0x101, 2, &WriteRequest{}},
		{"CREATE name in the header", encode(&CreateRequest{Name: "a"}), 44, 8, 2, &CreateRequest{}},
		{"CREATE name of odd length", encode(&CreateRequest{Name: "ab"}), 46, 3, 2, &CreateRequest{}},
		{"CREATE contexts past the end", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 52, 1000, 4, &CreateRequest{}},
		{"CREATE contexts not aligned", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 48, 121, 4, &CreateRequest{}},
		{"CREATE context too short", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 52, 15, 4, &CreateRequest{}},
		{"CREATE context Next odd", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 56, 17, 4, &CreateRequest{}},
		{"CREATE context Next small", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 56, 8, 4, &CreateRequest{}},
		{"CREATE context name length 3", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 62, 3, 2, &CreateRequest{}},
		{"CREATE context data too long", encode(&CreateRequest{Contexts: CreateContexts{DurableRequestContext()}}), 68, 17, 4, &CreateRequest{}},
		{"LOCK count past the end", encode(&LockRequest{Locks: make([]LockElement, 1)}), 2, 2, 2, &LockRequest{}},
		{"NEGOTIATE dialect count", encode(&NegotiateRequest{Dialects: []Dialect{Dialect202}}), 2, 2, 2, &NegotiateRequest{}},
		{"NEGOTIATE contexts past the end", encode(&NegotiateRequest{Dialects: []Dialect{Dialect311}, Contexts: NegotiateContexts{NetnameContext("a")}}), 28, 0xFFFFFFF8, 4, &NegotiateRequest{}},
		{"NEGOTIATE context count", encode(&NegotiateRequest{Dialects: []Dialect{Dialect311}, Contexts: NegotiateContexts{NetnameContext("a")}}), 32, 2, 2, &NegotiateRequest{}},
		{"IOCTL input past the end", encode(&IoctlRequest{Input: []byte("abc")}), 28, 4, 4, &IoctlRequest{}},
		{"QUERY_INFO input in the header", encode(&QueryInfoRequest{Input: []byte("abc")}), 8, 4, 2, &QueryInfoRequest{}},
		{"SET_INFO buffer past the end", encode(&SetInfoRequest{Buffer: []byte("abc")}), 4, 4, 4, &SetInfoRequest{}},
		{"READ response data past the end", encode(&ReadResponse{Data: []byte("abc")}), 4, 4, 4, &ReadResponse{}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if err := reflect.New(reflect.TypeOf(r.into).Elem()).Interface().(Message).Decode(r.msg); err != nil {
				t.Fatalf("not a good message to begin with: %v", err)
			}
			if r.size == 2 {
				le.PutUint16(r.msg[HeaderSize+r.at:], uint16(r.to))
			} else {
				le.PutUint32(r.msg[HeaderSize+r.at:], r.to)
			}
			var typed *DecodeError
			if err := r.into.Decode(r.msg); !errors.As(err, &typed) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestPayloadsAreNotCopied(t *testing.T) {
	msg := AppendMessage(nil, &Header{}, &WriteRequest{Data: []byte("payload")})
	var w WriteRequest
	if err := w.Decode(msg); err != nil {
		t.Fatal(err)
	}
	msg[WriteDataOffset] = 'P'
	if string(w.Data) != "Payload" {
		t.Error("WRITE data was copied")
	}
	msg = AppendMessage(nil, &Header{}, &ReadResponse{Data: []byte("payload")})
	var r ReadResponse
	if err := r.Decode(msg); err != nil {
		t.Fatal(err)
	}
	msg[ReadDataOffset] = 'P'
	if string(r.Data) != "Payload" {
		t.Error("READ data was copied")
	}
}

func TestReadResponseInPlace(t *testing.T) {
	for _, room := range []int{0, 1, 100} {
		for _, n := range []int{0, 1, 100} {
			if n > room {
				continue
			}
			for _, spare := range []int{0, 500} {
				h := Header{Command: CommandRead, Flags: FlagServerToRedir}
				msg, data := BeginReadResponse(h.Append(make([]byte, 0, HeaderSize+spare)), room)
				if len(data) != room {
					t.Fatalf("room for %d bytes", len(data))
				}
				for i := range n {
					data[i] = byte(i)
				}
				msg = EndReadResponse(msg, room, n)
				want := AppendMessage(nil, &h, &ReadResponse{Data: data[:n:n]})
				if !bytes.Equal(msg, want) {
					t.Errorf("room %d, read %d, spare %d:\n%x\n%x", room, n, spare, msg, want)
				}
			}
		}
	}
}

func TestWriteHead(t *testing.T) {
	w := WriteRequest{Offset: 5, FileID: sampleID, Data: []byte("payload")}
	if got, want := append(w.AppendHead(nil, 7), "payload"...), w.Append(nil); !bytes.Equal(got, want) {
		t.Errorf("%x\n%x", got, want)
	}
}

func TestBreakKindOf(t *testing.T) {
	rows := []struct {
		body Message
		want BreakKind
	}{{&OplockBreak{}, BreakOplock}, {&LeaseBreakNotification{}, BreakLeaseNotification}, {&LeaseBreakAck{}, BreakLeaseAck}}
	for _, r := range rows {
		if k, err := BreakKindOf(AppendMessage(nil, &Header{}, r.body)); k != r.want || err != nil {
			t.Errorf("%T: %v, %v", r.body, k, err)
		}
	}
	if _, err := BreakKindOf(AppendMessage(nil, &Header{}, &EchoRequest{})); !errors.Is(err, ErrStructureSize) {
		t.Errorf("%v", err)
	}
}

func TestIsErrorBody(t *testing.T) {
	for _, s := range sampleMessages() {
		if !s.response || s.name == "CHANGE_NOTIFY response" {
			continue
		}
		_, want := s.body.(*ErrorResponse)
		if got := IsErrorBody(s.encode()); got != want {
			t.Errorf("%s: %v", s.name, got)
		}
	}
	for c := CommandNegotiate; c <= CommandOplockBreak; c++ {
		h := Header{Command: c, Flags: FlagServerToRedir}
		if !IsErrorBody(AppendMessage(nil, &h, &ErrorResponse{})) {
			t.Errorf("ERROR response to %v not recognised", c)
		}
	}
}
