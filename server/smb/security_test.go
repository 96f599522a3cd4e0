package smb_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

const (
	ownerInfo = smb2.OwnerSecurityInformation
	groupInfo = smb2.GroupSecurityInformation
	daclInfo  = smb2.DACLSecurityInformation
	saclInfo  = smb2.SACLSecurityInformation
)

func (p *peer) security(id smb2.FileID, which smb2.SecurityInformation) (d secdesc.Descriptor, st ntstatus.Status) {
	p.t.Helper()
	var resp smb2.QueryInfoResponse
	st = p.call(smb2.CommandQueryInfo, &smb2.QueryInfoRequest{Type: smb2.InfoSecurity, OutputBufferLength: 65536,
		Additional: which, FileID: id}, &resp)
	if st == ntstatus.Success {
		require.NoError(p.t, d.Decode(resp.Output))
	}
	return d, st
}

func (p *peer) setSecurity(id smb2.FileID, which smb2.SecurityInformation, b []byte) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandSetInfo, &smb2.SetInfoRequest{Type: smb2.InfoSecurity, Additional: which, FileID: id, Buffer: b}, nil)
}

// TestSecurity: what is set is what is told, and it rules NFS too.
func TestSecurity(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	f := p.open("f").FileID
	stranger := secdesc.NewSID(5, 21, 1, 2, 3, 500)
	d := secdesc.Descriptor{Control: secdesc.DACLPresent | secdesc.DACLProtected, DACL: &secdesc.ACL{Revision: 2, ACEs: []secdesc.ACE{
		{Type: secdesc.AccessDenied, SID: secdesc.UnixUser(1001), Mask: vfs.RightReadData},
		{Type: secdesc.AccessAllowed, SID: stranger, Mask: vfs.RightAll},
		{Type: secdesc.AccessAllowed, SID: secdesc.Everyone(), Mask: secdesc.FileGenericRead},
	}}}
	require.Equal(t, ntstatus.Success, p.setSecurity(f, daclInfo, d.Append(nil)))

	got, st := p.security(f, daclInfo)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, d.DACL, got.DACL)
	require.Equal(t, d.Control|secdesc.SelfRelative, got.Control)
	require.Nil(t, got.Owner, "it was not asked for")
	got, _ = p.security(f, ownerInfo|groupInfo)
	require.Equal(t, secdesc.UnixUser(1000), *got.Owner)
	require.Equal(t, secdesc.UnixGroup(1000), *got.Group)

	tree := s.tree(t, "data")
	ctx := context.Background()
	for uid, want := range map[uint32]bool{1000: true, 1001: false, 1002: true} {
		o := &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "nfs", Cred: vfs.Cred{UID: uid, GID: uid}}
		e, _, err := tree.Lookup(ctx, o, tree.Root(), "f")
		require.NoError(t, err)
		granted, _, err := tree.Access(ctx, o, e.Attr.Handle, vfs.RightReadData)
		require.NoError(t, err)
		require.Equalf(t, want, granted != 0, "uid %d", uid)
	}
}

// TestSecurityRefused: rights of the handle, and descriptors that are none.
func TestSecurityRefused(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	full := p.open("f").FileID
	with := func(access uint32) smb2.FileID {
		return p.open("f", func(q *smb2.CreateRequest) { q.DesiredAccess = access }).FileID
	}
	bob := secdesc.UnixUser(1001)
	empty := (&secdesc.Descriptor{Control: secdesc.DACLPresent, DACL: &secdesc.ACL{}}).Append(nil)
	toBob := (&secdesc.Descriptor{Owner: &bob, Group: &bob}).Append(nil)
	for _, row := range []struct {
		name string
		id   smb2.FileID
		info smb2.SecurityInformation
		set  []byte // nil: a query
		want ntstatus.Status
	}{
		{"query without READ_CONTROL", with(vfs.RightReadData), daclInfo, nil, ntstatus.AccessDenied},
		{"query of nothing", with(vfs.RightReadData), 0, nil, ntstatus.Success},
		{"query of the SACL", full, saclInfo, nil, ntstatus.AccessDenied},
		{"DACL without WRITE_DAC", with(vfs.RightReadData), daclInfo, empty, ntstatus.AccessDenied},
		{"owner without WRITE_OWNER", with(vfs.RightWriteDAC), ownerInfo, toBob, ntstatus.AccessDenied},
		{"SACL", full, saclInfo, empty, ntstatus.AccessDenied},
		{"the owner to another", full, ownerInfo, toBob, ntstatus.InvalidOwner},
		{"the group to a strange one", full, groupInfo, toBob, ntstatus.InvalidPrimaryGroup},
		{"cut short", full, daclInfo, empty[:12], ntstatus.InvalidSecurityDescr},
		{"an ACL beyond the end", full, daclInfo, empty[:len(empty)-1], ntstatus.InvalidSecurityDescr},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.set == nil {
				_, st := p.security(row.id, row.info)
				require.Equal(t, row.want, st)
				return
			}
			require.Equal(t, row.want, p.setSecurity(row.id, row.info, row.set))
		})
	}
}

// TestSecurityOfCreate: SMB2_CREATE_SD_BUFFER (MS-SMB2 2.2.13.2.2).
func TestSecurityOfCreate(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	d := secdesc.Descriptor{Control: secdesc.DACLPresent, DACL: &secdesc.ACL{Revision: 2, ACEs: []secdesc.ACE{
		{Type: secdesc.AccessAllowed, SID: secdesc.UnixUser(1000), Mask: vfs.RightReadData | vfs.RightReadControl}}}}
	with := func(q *smb2.CreateRequest) {
		q.Contexts = append(q.Contexts, smb2.CreateContext{Name: smb2.ContextSecD, Data: d.Append(nil)})
	}
	made := p.open("f", with)
	require.Equal(t, smb2.FileCreated, made.Action)
	got, st := p.security(made.FileID, daclInfo)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, d.DACL, got.DACL)
	p.closeFile(made.FileID)

	require.Equal(t, ntstatus.AccessDenied, p.call(smb2.CommandCreate, creating("f", func(q *smb2.CreateRequest) {
		q.DesiredAccess = vfs.RightWriteData
	}), nil))
	again := p.open("f", func(q *smb2.CreateRequest) {
		q.DesiredAccess = vfs.MaximumAllowed
		q.Contexts = append(q.Contexts, smb2.CreateContext{Name: smb2.ContextMxAc})
	})
	var m smb2.MaximalAccessResponse
	data, ok := again.Contexts.Find(smb2.ContextMxAc)
	require.True(t, ok)
	require.NoError(t, m.Decode(data))
	const want = vfs.RightReadData | vfs.RightReadControl | vfs.RightWriteDAC | vfs.RightReadAttributes | vfs.RightDelete
	require.Equal(t, uint32(want), m.MaximalAccess, "the owner's, and what the directory gives (MS-FSA 2.1.5.1.2.1)")
}
