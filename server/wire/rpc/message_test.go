package rpc

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/rpcmsg"
)

func sampleAuth() rpcmsg.AuthsysParms {
	return rpcmsg.AuthsysParms{Stamp: 7, Machinename: []byte("hôst"), Uid: 1000, Gid: 100, Gids: []uint32{4, 24, 27}}
}

// TestCallAgainstGenerated: the hand-written codec and the generated one agree.
func TestCallAgainstGenerated(t *testing.T) {
	parms := sampleAuth()
	var body bytes.Buffer
	_, err := parms.WriteTo(&body)
	require.NoError(t, err)
	require.Equal(t, body.Bytes(), AuthSys(parms).Body)

	call := Call{XID: 0xdeadbeef, Prog: 100003, Vers: 3, Proc: 6, Cred: AuthSys(parms), Args: []byte{1, 2, 3, 4}}
	ours := AppendCall(nil, call)
	var theirs rpcmsg.RpcMsg
	_, err = theirs.ReadFrom(bytes.NewReader(ours))
	require.NoError(t, err)
	c := theirs.Body.(*rpcmsg.RpcMsgBody_CALL).Cbody
	require.Equal(t, uint32(0xdeadbeef), theirs.Xid)
	require.Equal(t, []uint32{2, 100003, 3, 6}, []uint32{c.Rpcvers, c.Prog, c.Vers, c.Proc})
	require.Equal(t, call.Cred.Body, c.Cred.Body)

	var again bytes.Buffer
	_, err = theirs.WriteTo(&again)
	require.NoError(t, err)
	again.Write(call.Args)
	parsed, err := ParseCall(again.Bytes())
	require.NoError(t, err)
	require.Equal(t, call.Args, parsed.Args)
	require.Equal(t, call.Cred, parsed.Cred)
	got, err := ParseAuthSys(parsed.Cred.Body)
	require.NoError(t, err)
	require.Equal(t, parms, got)
}

func TestParseCallErrors(t *testing.T) {
	good := AppendCall(nil, Call{XID: 9, Prog: 1, Vers: 2, Proc: 3, Cred: AuthSys(sampleAuth())})
	otherVersion := bytes.Clone(good)
	otherVersion[11] = 3
	reply := AppendAccepted(nil, 9, rpcmsg.SUCCESS)
	longCred := append(bytes.Clone(good[:24]), 0, 0, 0, 1, 0, 0, 1, 0x91)
	longCred = append(longCred, make([]byte, 404+8)...)
	hugeVerf := AppendCall(nil, Call{XID: 9, Prog: 1, Vers: 2, Proc: 3})
	copy(hugeVerf[36:], []byte{0xff, 0xff, 0xff, 0xff})
	rows := []struct {
		name string
		in   []byte
		err  string
	}{
		{"empty", nil, ErrShortHeader.Error()},
		{"xid only", good[:4], ErrShortHeader.Error()},
		{"no version", good[:8], ErrShortHeader.Error()},
		{"reply", reply, ErrNotCall.Error()},
		{"version 3", otherVersion, "rpc: version 3, not 2"},
		{"version 3 with nothing behind", otherVersion[:12], "rpc: version 3, not 2"},
		{"cut in the credential", good[:40], ErrShortHeader.Error()},
		{"cut before the verifier", good[:len(good)-8], ErrShortHeader.Error()},
		{"credential of 401 octets", longCred, "rpc: AUTH_BADCRED: 401 octets exceed the maximum of 400"},
		{"huge verifier", hugeVerf, "rpc: AUTH_BADVERF: 4294967295 octets exceed the maximum of 400"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := ParseCall(row.in)
			require.EqualError(t, err, row.err)
			if len(row.in) >= 4 {
				require.Equal(t, uint32(9), c.XID)
			}
		})
	}
}

func TestParseAuthSysErrors(t *testing.T) {
	with := func(change func(p *rpcmsg.AuthsysParms)) []byte {
		p := sampleAuth()
		change(&p)
		return AuthSys(p).Body
	}
	rows := []struct {
		name string
		in   []byte
		ok   bool
	}{
		{"16 groups", with(func(p *rpcmsg.AuthsysParms) { p.Gids = make([]uint32, 16) }), true},
		{"17 groups", with(func(p *rpcmsg.AuthsysParms) { p.Gids = make([]uint32, 17) }), false},
		{"machine name of 255", with(func(p *rpcmsg.AuthsysParms) { p.Machinename = []byte(strings.Repeat("m", 255)) }), true},
		{"machine name of 256", with(func(p *rpcmsg.AuthsysParms) { p.Machinename = []byte(strings.Repeat("m", 256)) }), false},
		{"empty", nil, false},
		{"cut", with(func(*rpcmsg.AuthsysParms) {})[:20], false},
		{"octets left over", append(with(func(*rpcmsg.AuthsysParms) {}), 0, 0, 0, 0), false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := ParseAuthSys(row.in)
			if row.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrBadAuthSys)
			}
		})
	}
}

// TestRepliesAgainstGenerated decodes each kind of reply both ways.
func TestRepliesAgainstGenerated(t *testing.T) {
	accepted := func(data rpcmsg.AcceptedReplyData) rpcmsg.ReplyBody {
		return &rpcmsg.ReplyBody_MSG_ACCEPTED{Areply: rpcmsg.AcceptedReply{ReplyData: data}}
	}
	rows := []struct {
		name   string
		ours   []byte
		theirs rpcmsg.ReplyBody
		parsed Reply
	}{
		{"success", AppendAccepted(nil, 5, rpcmsg.SUCCESS), accepted(&rpcmsg.AcceptedReplyData_SUCCESS{}), Reply{XID: 5, Results: []byte{}}},
		{"garbage", AppendAccepted(nil, 5, rpcmsg.GARBAGE_ARGS), accepted(&rpcmsg.AcceptedReplyData_default{Stat: rpcmsg.GARBAGE_ARGS}), Reply{XID: 5, Accept: rpcmsg.GARBAGE_ARGS}},
		{"program mismatch", AppendProgMismatch(nil, 5, 1, 3), accepted(&rpcmsg.AcceptedReplyData_PROG_MISMATCH{MismatchInfo: rpcmsg.MismatchRange{Low: 1, High: 3}}), Reply{XID: 5, Accept: rpcmsg.PROG_MISMATCH, Low: 1, High: 3}},
		{"version mismatch", AppendRPCMismatch(nil, 5), &rpcmsg.ReplyBody_MSG_DENIED{Rreply: &rpcmsg.RejectedReply_RPC_MISMATCH{MismatchInfo: rpcmsg.MismatchRange{Low: 2, High: 2}}}, Reply{XID: 5, Denied: true, Low: 2, High: 2}},
		{"auth error", AppendAuthError(nil, 5, rpcmsg.AUTH_TOOWEAK), &rpcmsg.ReplyBody_MSG_DENIED{Rreply: &rpcmsg.RejectedReply_AUTH_ERROR{Auth: rpcmsg.AUTH_TOOWEAK}}, Reply{XID: 5, Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_TOOWEAK}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var w bytes.Buffer
			msg := rpcmsg.RpcMsg{Xid: 5, Body: &rpcmsg.RpcMsgBody_REPLY{Rbody: row.theirs}}
			_, err := msg.WriteTo(&w)
			require.NoError(t, err)
			require.Equal(t, w.Bytes(), row.ours)
			got, err := ParseReply(row.ours)
			require.NoError(t, err)
			require.Equal(t, row.parsed, got)
			for n := range row.ours {
				_, err := ParseReply(row.ours[:n])
				require.ErrorIs(t, err, ErrShortHeader, "cut at %d", n)
			}
		})
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add(AppendCall(nil, Call{XID: 9, Prog: 1, Vers: 2, Proc: 3, Cred: AuthSys(sampleAuth()), Args: []byte("args")}))
	f.Add(AppendRPCMismatch(nil, 1))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCall(in)
		if err != nil {
			return
		}
		if p, err := ParseAuthSys(c.Cred.Body); err == nil && len(p.Gids) > rpcmsg.NGRPS {
			t.Fatalf("%d groups", len(p.Gids))
		}
		// What parsed is what the encoder makes, but for the padding's value.
		if again := AppendCall(nil, c); len(again) != len(in) {
			t.Fatalf("%d octets became %d", len(in), len(again))
		}
	})
}

func FuzzParseReply(f *testing.F) {
	f.Add(AppendProgMismatch(nil, 5, 1, 3))
	f.Add(AppendAuthError(nil, 5, rpcmsg.AUTH_BADCRED))
	f.Fuzz(func(_ *testing.T, in []byte) { _, _ = ParseReply(in) })
}
