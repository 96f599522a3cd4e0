package nfs4_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nfs4"
)

type message interface {
	io.ReaderFrom
	io.WriterTo
	GetEncodedSizeBytes() int
}

func ops(list ...nfs4.NfsArgop4) *nfs4.Compound4args {
	return &nfs4.Compound4args{Tag: []byte("t\xff"), Minorversion: 1, Argarray: list}
}

var examples = []message{
	ops(
		&nfs4.NfsArgop4_OP_SEQUENCE{Opsequence: nfs4.Sequence4args{SaSequenceid: 1, SaCachethis: true}},
		&nfs4.NfsArgop4_default{Argop: nfs4.OP_PUTROOTFH},
		&nfs4.NfsArgop4_OP_LOOKUP{Oplookup: nfs4.Lookup4args{Objname: []byte("é")}},
		&nfs4.NfsArgop4_OP_GETATTR{Opgetattr: nfs4.Getattr4args{AttrRequest: []uint32{1 << nfs4.FATTR4_TYPE, 2}}},
		&nfs4.NfsArgop4_OP_READDIR{Opreaddir: nfs4.Readdir4args{Maxcount: 100}},
	),
	ops(&nfs4.NfsArgop4_OP_OPEN{Opopen: nfs4.Open4args{
		ShareAccess: 1, Owner: nfs4.StateOwner4{Clientid: 7, Owner: []byte("o")},
		Openhow: &nfs4.Openflag4_OPEN4_CREATE{How: &nfs4.Createhow4_EXCLUSIVE4_1{ChCreateboth: nfs4.Creatverfattr{}}},
		Claim:   &nfs4.OpenClaim4_CLAIM_NULL{File: []byte("f")},
	}}),
	ops(&nfs4.NfsArgop4_OP_LOCK{Oplock: nfs4.Lock4args{
		Locktype: nfs4.WRITE_LT, Length: ^uint64(0),
		Locker: &nfs4.Locker4_LOCK_OWNER_NEW{OpenOwner: nfs4.OpenToLockOwner4{LockOwner: nfs4.StateOwner4{Owner: []byte("l")}}},
	}}),
	ops(&nfs4.NfsArgop4_OP_EXCHANGE_ID{OpexchangeId: nfs4.ExchangeId4args{EiaStateProtect: &nfs4.StateProtect4A_SP4_NONE{}}}),
	ops(&nfs4.NfsArgop4_OP_CREATE_SESSION{OpcreateSession: nfs4.CreateSession4args{
		CsaSecParms: []nfs4.CallbackSecParms4{&nfs4.CallbackSecParms4_AUTH_SYS4{CbspSysCred: nfs4.AuthsysParms{Machinename: []byte("m")}}},
	}}),
	&nfs4.Compound4res{Status: nfs4.NFS4ERR_DENIED, Resarray: []nfs4.NfsResop4{
		&nfs4.NfsResop4_OP_LOCK{Oplock: &nfs4.Lock4res_NFS4ERR_DENIED{Denied: nfs4.Lock4denied{Locktype: nfs4.WRITE_LT}}},
		&nfs4.NfsResop4_default{Resop: nfs4.OP_PUTFH, Status: nfs4.NFS4ERR_STALE},
	}},
}

// FuzzDecode: what decodes encodes to the same octets, and to as many as it
// says.
func FuzzDecode(f *testing.F) {
	for _, m := range examples {
		var b bytes.Buffer
		_, err := m.WriteTo(&b)
		require.NoError(f, err)
		_, result := m.(*nfs4.Compound4res)
		f.Add(result, b.Bytes())
	}
	f.Fuzz(func(t *testing.T, result bool, in []byte) {
		var m message = new(nfs4.Compound4args)
		if result {
			m = new(nfs4.Compound4res)
		}
		n, err := m.ReadFrom(bytes.NewReader(in))
		if err != nil {
			return
		}
		var b bytes.Buffer
		_, err = m.WriteTo(&b)
		require.NoError(t, err)
		require.Equal(t, in[:n], b.Bytes())
		require.Equal(t, b.Len(), m.GetEncodedSizeBytes())
	})
}

// TestLayout: the octets of a small COMPOUND, laid out by hand from RFC 5662.
func TestLayout(t *testing.T) {
	var b bytes.Buffer
	_, err := (&nfs4.Compound4args{Tag: []byte("abc"), Minorversion: 1, Argarray: []nfs4.NfsArgop4{
		&nfs4.NfsArgop4_OP_SEQUENCE{Opsequence: nfs4.Sequence4args{SaSessionid: [16]byte{15: 9}, SaSequenceid: 1, SaSlotid: 2, SaHighestSlotid: 3, SaCachethis: true}},
		&nfs4.NfsArgop4_default{Argop: nfs4.OP_PUTROOTFH},
	}}).WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, []byte{
		0, 0, 0, 3, 'a', 'b', 'c', 0, // tag
		0, 0, 0, 1, // minorversion
		0, 0, 0, 2, // two operations
		0, 0, 0, 53, // SEQUENCE
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
		0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1,
		0, 0, 0, 24, // PUTROOTFH
	}, b.Bytes())
}
