package smb2

import (
	"net/netip"
	"reflect"
	"testing"

	"crosswire/server/wire/ntstatus"
)

// decoder is what the contexts and IOCTL structures share.
type decoder interface{ Decode(data []byte) error }

type sampleStructure struct {
	name string
	wire []byte
	want decoder
	// sizes other than len(wire) are refused if exact, shorter ones always
	exact bool
}

func sampleStructures() []sampleStructure {
	lease := LeaseContext{Version: 1, Key: LeaseKey{1}, State: LeaseRH, Flags: LeaseBreakInProgress}
	lease2 := LeaseContext{Version: 2, Key: LeaseKey{1}, State: LeaseRW, Flags: LeaseParentKeySet, ParentKey: LeaseKey{2}, Epoch: 9}
	durable := DurableRequestV2{Timeout: 5, Flags: DurableHandlePersistent, CreateGUID: GUID{1}}
	reconnect := DurableReconnectV2{sampleID, GUID{2}, 2}
	response := DurableResponseV2{60000, 2}
	version := AppInstanceVersion{1, 2}
	mxac := MaximalAccessRequest{true, 7}
	mxacR := MaximalAccessResponse{ntstatus.AccessDenied, 5}
	qfid := OnDiskID{3, 4}
	preauth := PreauthIntegrity{[]HashAlgorithm{1, 2}, []byte("salt")}
	encryption := EncryptionCapabilities{[]Cipher{CipherAES256GCM}}
	signing := SigningCapabilities{[]SigningAlgorithm{SigningAESGMAC, SigningHMACSHA256}}
	compression := CompressionCapabilities{true, []CompressionAlgorithm{CompressionLZ77, CompressionPatternV1}}
	rdma := RDMATransformCapabilities{[]RDMATransform{RDMATransformEncryption}}
	copychunk := CopyChunkCopy{ResumeKey{1}, []CopyChunk{{1, 2, 3}, {4, 5, 6}}}
	copied := CopyChunkResponse{1, 2, 3}
	key := ResumeKeyResponse{ResumeKey{9}}
	snapshots := SnapshotArray{2, 102, []string{"@GMT-2026.01.31-12.00.00", "@GMT-2026.02.28-12.00.00"}}
	resiliency := ResiliencyRequest{1000}
	validate := ValidateNegotiateInfoRequest{CapLeasing, GUID{4}, SigningEnabled, []Dialect{Dialect202, Dialect300}}
	validated := ValidateNegotiateInfoResponse{CapLeasing, GUID{5}, SigningRequired, Dialect302}
	symlink := SymlinkErrorResponse{UnparsedPathLength: 6, Relative: true, SubstituteName: `..\tärget`, PrintName: "target"}
	return []sampleStructure{
		{"RqLs", lease.Context().Data, &lease, true},
		{"RqLs v2", lease2.Context().Data, &lease2, true},
		{"DH2Q", durable.Context().Data, &durable, true},
		{"DH2C", reconnect.Context().Data, &reconnect, true},
		{"DH2Q response", response.Context().Data, &response, false},
		{"AppInstanceVersion", version.Context().Data, &version, false},
		{"MxAc", mxac.Context().Data, &mxac, true},
		{"MxAc response", mxacR.Context().Data, &mxacR, false},
		{"QFid", qfid.Context().Data, &qfid, false},
		{"preauth", preauth.Context().Data, &preauth, false},
		{"encryption", encryption.Context().Data, &encryption, false},
		{"signing", signing.Context().Data, &signing, false},
		{"compression", compression.Context().Data, &compression, false},
		{"RDMA", rdma.Context().Data, &rdma, false},
		{"SRV_COPYCHUNK_COPY", copychunk.Append(nil), &copychunk, false},
		{"SRV_COPYCHUNK_RESPONSE", copied.Append(nil), &copied, false},
		{"SRV_REQUEST_RESUME_KEY", key.Append(nil), &key, false},
		{"SRV_SNAPSHOT_ARRAY", snapshots.Append(nil), &snapshots, false},
		{"NETWORK_RESILIENCY_REQUEST", resiliency.Append(nil), &resiliency, false},
		{"VALIDATE_NEGOTIATE_INFO", validate.Append(nil), &validate, false},
		{"VALIDATE_NEGOTIATE_INFO response", validated.Append(nil), &validated, false},
		{"symbolic link error", symlink.Append(nil), &symlink, false},
	}
}

func TestStructures(t *testing.T) {
	for _, s := range sampleStructures() {
		t.Run(s.name, func(t *testing.T) {
			got := reflect.New(reflect.TypeOf(s.want).Elem()).Interface().(decoder)
			if err := got.Decode(s.wire); err != nil || !reflect.DeepEqual(got, s.want) {
				t.Errorf("%+v, %v", got, err)
			}
			for n := range s.wire {
				err := got.Decode(s.wire[:n:n])
				switch {
				case s.name == "SRV_REQUEST_RESUME_KEY" && n >= 28, s.name == "SRV_SNAPSHOT_ARRAY" && n >= len(s.wire)-2,
					s.name == "RqLs v2" && n == 32, s.name == "MxAc" && n == 0:
					// the rest is empty, padding, or another version
				case err == nil:
					t.Errorf("accepted %d of %d bytes", n, len(s.wire))
				}
			}
			if err := got.Decode(append(s.wire, 0)); s.exact && err == nil {
				t.Error("accepted a byte too many")
			}
		})
	}
}

func TestSimpleContexts(t *testing.T) {
	if v, err := DecodeAllocationSize(AllocationSizeContext(1 << 40).Data); err != nil || v != 1<<40 {
		t.Errorf("AlSi %d, %v", v, err)
	}
	if v, err := DecodeTimewarp(TimewarpContext(5).Data); err != nil || v != 5 {
		t.Errorf("TWrp %d, %v", v, err)
	}
	if v, err := DecodeDurableReconnect(DurableReconnectContext(sampleID).Data); err != nil || v != sampleID {
		t.Errorf("DHnC %v, %v", v, err)
	}
	if v, err := DecodeAppInstanceID(AppInstanceIDContext(GUID{3}).Data); err != nil || v != (GUID{3}) {
		t.Errorf("AppInstanceId %v, %v", v, err)
	}
	if v, err := DecodeNetname(NetnameContext("höst").Data); err != nil || v != "höst" {
		t.Errorf("netname %v, %v", v, err)
	}
	if v, err := DecodeTransport(TransportContext(TransportAcceptSecurity).Data); err != nil || v != 1 {
		t.Errorf("transport %v, %v", v, err)
	}
	for name, err := range map[string]error{
		"AlSi":  second(DecodeAllocationSize([]byte{1})),
		"TWrp":  second(DecodeTimewarp(nil)),
		"DHnC":  second(DecodeDurableReconnect(make([]byte, 15))),
		"AppID": second(DecodeAppInstanceID(make([]byte, 20))),
		"name":  second(DecodeNetname([]byte{1})),
		"trans": second(DecodeTransport([]byte{1})),
	} {
		if err == nil {
			t.Errorf("%s: bad data accepted", name)
		}
	}
	if len(DurableRequestContext().Data) != 16 || len(DurableResponseContext().Data) != 8 {
		t.Error("DHnQ")
	}
	l := CreateContexts{OnDiskIDRequestContext()}
	if d, ok := l.Find(ContextQFid); !ok || len(d) != 0 {
		t.Error("Find of a context without data")
	}
	if _, ok := l.Find(ContextMxAc); ok {
		t.Error("Find of what is not there")
	}
	n := NegotiateContexts{TransportContext(1), TransportContext(2)}
	if d, ok := n.Find(ContextTransport); !ok || d[0] != 1 || n.Count(ContextTransport) != 2 || n.Count(ContextNetname) != 0 {
		t.Error("negotiate contexts")
	}
}

func second[T any](_ T, err error) error { return err }

func TestNetworkInterfaces(t *testing.T) {
	want := []NetworkInterface{
		{1, NetworkInterfaceRSS, 10_000_000_000, netip.MustParseAddr("192.0.2.1").AsSlice()},
		{2, NetworkInterfaceRDMA, 1, netip.MustParseAddr("2001:db8::1").AsSlice()},
	}
	wire := AppendNetworkInterfaces(nil, want)
	if len(wire) != 304 {
		t.Errorf("%d bytes", len(wire))
	}
	got, err := DecodeNetworkInterfaces(wire)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, n := range []int{1, 151, 153, 303} {
		if _, err := DecodeNetworkInterfaces(wire[:n]); err == nil {
			t.Errorf("accepted %d bytes", n)
		}
	}
}

// The create context that MS-SMB2 and clients agree on: name at 16, data at 24.
func TestCreateContextLayout(t *testing.T) {
	l := CreateContexts{{ContextMxAc, nil}, {ContextAlSi, []byte("12345678")}}
	wire := l.Append(nil)
	want := []byte{
		24, 0, 0, 0, 16, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'M', 'x', 'A', 'c', 0, 0, 0, 0,
		0, 0, 0, 0, 16, 0, 4, 0, 0, 0, 24, 0, 8, 0, 0, 0, 'A', 'l', 'S', 'i', 0, 0, 0, 0,
		'1', '2', '3', '4', '5', '6', '7', '8',
	}
	if string(wire) != string(want) {
		t.Errorf("%v", wire)
	}
}
