package rawsmb_test

import (
	"encoding/binary"
	"encoding/hex"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/rawsmb"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// scripted puts answers of our own in the place of the reference server's, for
// what that does not do, or does not do wrong. The server is sent an ECHO
// instead of the request.
type scripted struct {
	mu      sync.Mutex
	asked   map[uint64][]byte // the requests that became an ECHO, by MessageId
	answers map[smb2.Command]func(request []byte) (ntstatus.Status, smb2.Message)
	before  []byte // a message to come before the next answer
}

func (s *scripted) out(f []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers[command(f)] == nil {
		return f
	}
	var h smb2.Header
	if h.Decode(f) != nil {
		return f
	}
	s.asked[h.MessageID] = f
	h.Command = smb2.CommandEcho
	return smb2.AppendMessage(nil, &h, &smb2.EchoRequest{})
}

func (s *scripted) in(f []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var h smb2.Header
	if h.Decode(f) != nil {
		return f
	}
	if q := s.asked[h.MessageID]; q != nil {
		h.Command = command(q)
		status, body := s.answers[h.Command](q)
		h.Status = status
		f = smb2.AppendMessage(nil, &h, body)
	}
	if s.before != nil {
		f = smb2.JoinCompound(nil, s.before, f)
		s.before = nil
	}
	return f
}

func (s *scripted) answer(c smb2.Command, f func(request []byte) (ntstatus.Status, smb2.Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[c] = f
}

// notification makes a message that nobody asked for.
func notification(status ntstatus.Status, cmd smb2.Command, body smb2.Message) []byte {
	h := smb2.Header{Command: cmd, Status: status, Flags: smb2.FlagServerToRedir, MessageID: smb2.MessageIDUnsolicited}
	return smb2.AppendMessage(nil, &h, body)
}

// fake connects an actor to a reference server with scripted answers.
func fake(t *testing.T) (*actor, *scripted) {
	t.Helper()
	script := &scripted{asked: map[uint64][]byte{}, answers: map[smb2.Command]func([]byte) (ntstatus.Status, smb2.Message){}}
	dial, _ := between(script.in, script.out)
	log := newEvents()
	a, err := rawsmb.Factory(dial)(bounded(t), endpoint(start(t, nil)), spec("A", "3.0", "sign", "no"), log)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	assert.Equal(t, "rawsmb", a.Client())
	return &actor{a.(client.Holder), t, "A", log}, script
}

func TestNotify(t *testing.T) {
	a, script := fake(t)
	a.do(call("mkdir", "d"))
	h := a.open("d")
	var asked smb2.ChangeNotifyRequest
	answer := func(status ntstatus.Status, records ...fscc.NotifyInformation) {
		script.answer(smb2.CommandChangeNotify, func(q []byte) (ntstatus.Status, smb2.Message) {
			asked = smb2.ChangeNotifyRequest{}
			if asked.Decode(q) != nil || status.IsError() {
				return status, &smb2.ErrorResponse{}
			}
			out, _ := fscc.AppendNotify(nil, 1<<16, records)
			return status, &smb2.ChangeNotifyResponse{Output: out}
		})
	}
	answer(ntstatus.Success, fscc.NotifyInformation{Action: fscc.ActionRenamedOldName, Name: `s\a`},
		fscc.NotifyInformation{Action: fscc.ActionRenamedNewName, Name: `s\b`}, fscc.NotifyInformation{Action: fscc.ActionAdded, Name: "c"})
	res := a.do(on(h, "notify", "filter", "file-name,size", "recursive", "yes"))
	assert.Equal(t, map[string]any{"names": []string{"s/a", "s/b", "c"}, "actions": []string{"renamed-old", "renamed-new", "added"}}, res.Fields)
	assert.Empty(t, res.Status)
	assert.Equal(t, fscc.NotifyChangeFileName|fscc.NotifyChangeSize, asked.CompletionFilter)
	assert.Equal(t, smb2.WatchTree, asked.Flags)
	e := a.log.await(t, "A", client.EventNotify, 1)
	assert.Equal(t, "renamed-old s/a, renamed-new s/b, added c", e.Detail)
	assert.Same(t, h, e.Handle)

	answer(ntstatus.NotifyEnumDir)
	res = a.do(on(h, "notify"))
	assert.Equal(t, "STATUS_NOTIFY_ENUM_DIR", res.Status)
	assert.Equal(t, []string{}, res.Fields["names"])
	assert.Equal(t, fscc.NotifyFilter(0xFFF), asked.CompletionFilter)
	assert.Zero(t, asked.Flags)
	answer(ntstatus.AccessDenied)
	a.fails("STATUS_ACCESS_DENIED", on(h, "notify"))
	answer(ntstatus.Status(0xC0001234))
	a.fails("0xC0001234", on(h, "notify"))
}

func TestReparsePoints(t *testing.T) {
	a, script := fake(t)
	var set fscc.LinkReparse
	data := (&fscc.LinkReparse{SubstituteName: `..\target`, PrintName: "t", Relative: true}).Symlink()
	script.answer(smb2.CommandIoctl, func(b []byte) (ntstatus.Status, smb2.Message) {
		var q smb2.IoctlRequest
		if q.Decode(b) != nil {
			return ntstatus.InvalidParameter, &smb2.ErrorResponse{}
		}
		switch q.CtlCode {
		case fscc.FsctlSetReparsePoint:
			var r fscc.ReparseData
			if r.Decode(q.Input) != nil || set.Decode(&r) != nil {
				return ntstatus.IOReparseDataInvalid, &smb2.ErrorResponse{}
			}
			return ntstatus.Success, &smb2.IoctlResponse{CtlCode: q.CtlCode}
		case fscc.FsctlGetReparsePoint:
			return ntstatus.Success, &smb2.IoctlResponse{CtlCode: q.CtlCode, Output: data.Append(nil)}
		}
		return ntstatus.NotSupported, &smb2.ErrorResponse{}
	})
	c := call("symlink", "link")
	c.Path2 = "dir/text"
	a.do(c)
	assert.Equal(t, fscc.LinkReparse{SubstituteName: `dir\text`, PrintName: `dir\text`, Relative: true}, set)
	assert.Equal(t, []string{"link"}, a.do(call("list", "")).Fields["names"])
	assert.Equal(t, "../target", string(a.do(call("readlink", "link")).Data))
	data = (&fscc.NFSReparse{Type: fscc.NFSTypeLink, Target: "é"}).Reparse()
	assert.Equal(t, "é", string(a.do(call("readlink", "link")).Data))
	data = (&fscc.NFSReparse{Type: fscc.NFSTypeFifo}).Reparse()
	script.answer(smb2.CommandQueryInfo, func([]byte) (ntstatus.Status, smb2.Message) {
		all := fscc.AllInfo{Basic: fscc.BasicInfo{FileAttributes: fscc.AttributeReparsePoint}}
		return ntstatus.Success, &smb2.QueryInfoResponse{Output: all.Append(nil)}
	})
	assert.Equal(t, "fifo", a.do(call("stat", "link")).Fields["type"])
	data = (&fscc.LinkReparse{SubstituteName: "t", PrintName: "t"}).Symlink()
	assert.Equal(t, "symlink", a.do(call("stat", "link")).Fields["type"])

	// A refused link leaves no file behind.
	script.answer(smb2.CommandIoctl, func([]byte) (ntstatus.Status, smb2.Message) {
		return ntstatus.InvalidDeviceRequest, &smb2.ErrorResponse{}
	})
	c.Path = "other"
	a.fails("STATUS_INVALID_DEVICE_REQUEST", c)
	assert.Equal(t, []string{"link"}, a.do(call("list", "")).Fields["names"])
	c.Path2 = "\xff"
	a.unsupported(c)
}

func TestIoctlData(t *testing.T) {
	a, script := fake(t)
	h := a.do(call("create", "f.dat")).Handle
	script.answer(smb2.CommandIoctl, func(b []byte) (ntstatus.Status, smb2.Message) {
		var q smb2.IoctlRequest
		if q.Decode(b) != nil || q.Flags != smb2.IoctlIsFsctl {
			return ntstatus.InvalidParameter, &smb2.ErrorResponse{}
		}
		out := binary.LittleEndian.AppendUint32(q.Input, uint32(q.CtlCode))
		return ntstatus.BufferOverflow, &smb2.IoctlResponse{CtlCode: q.CtlCode, Output: out}
	})
	res := a.do(data(on(h, "ioctl", "code", "FSCTL_SET_SPARSE"), 0, "in"))
	assert.Equal(t, "in\xc4\x00\x09\x00", string(res.Data))
	assert.Equal(t, "STATUS_BUFFER_OVERFLOW", res.Status)
	assert.Equal(t, "\x78\x56\x34\x12", string(a.do(call("ioctl", "f.dat", "code", "0x12345678")).Data))
}

// TestFalseGrants: an answer that grants what was not asked is no grant.
func TestFalseGrants(t *testing.T) {
	lease := func(key byte) []byte {
		c := (&smb2.LeaseContext{Version: 2, Key: smb2.LeaseKey{key}, State: smb2.LeaseR}).Context()
		return c.Data
	}
	for _, r := range []struct {
		name string
		resp smb2.CreateResponse
		err  string
	}{
		{"no context", smb2.CreateResponse{OplockLevel: smb2.OplockLease}, "without its context"},
		{"another key", smb2.CreateResponse{OplockLevel: smb2.OplockLease, Contexts: smb2.CreateContexts{{Name: smb2.ContextRqLs, Data: lease(1)}}}, "a key that was not asked for"},
		{"bad context", smb2.CreateResponse{OplockLevel: smb2.OplockLease, Contexts: smb2.CreateContexts{{Name: smb2.ContextRqLs, Data: []byte("x")}}}, "REQUEST_LEASE"},
	} {
		t.Run(r.name, func(t *testing.T) {
			a, script := fake(t)
			script.answer(smb2.CommandCreate, func([]byte) (ntstatus.Status, smb2.Message) { return ntstatus.Success, &r.resp })
			_, err := a.Do(bounded(t), call("open", "f.dat", "lease", "R"))
			require.Error(t, err)
			assert.Empty(t, client.StatusName(err))
			assert.Contains(t, err.Error(), r.err)
		})
	}
	t.Run("durable", func(t *testing.T) {
		a, script := fake(t)
		for _, word := range []string{"v1", "v2", "persistent"} {
			script.answer(smb2.CommandCreate, func(b []byte) (ntstatus.Status, smb2.Message) {
				var q smb2.CreateRequest
				if q.Decode(b) != nil {
					return ntstatus.InvalidParameter, &smb2.ErrorResponse{}
				}
				resp := &smb2.CreateResponse{}
				if _, ok := q.Contexts.Find(smb2.ContextDHnQ); ok {
					resp.Contexts = append(resp.Contexts, smb2.DurableResponseContext())
				}
				if d, ok := q.Contexts.Find(smb2.ContextDH2Q); ok {
					var v2 smb2.DurableRequestV2
					if v2.Decode(d) != nil || v2.CreateGUID == (smb2.GUID{}) {
						return ntstatus.InvalidParameter, &smb2.ErrorResponse{}
					}
					resp.Contexts = append(resp.Contexts, (&smb2.DurableResponseV2{Flags: v2.Flags}).Context())
				}
				return ntstatus.Success, resp
			})
			assert.Equal(t, word, a.do(call("open", "f.dat", "durable", word, "oplock", "batch")).Fields["durable"])
		}
	})
}

// TestUnsolicited: notifications are told as they come, whatever they are of.
func TestUnsolicited(t *testing.T) {
	key := smb2.LeaseKey{7}
	for _, r := range []struct {
		name string
		msg  []byte
		want client.Event // if err is ""
		err  string
	}{
		{
			"lease of nobody",
			notification(0, smb2.CommandOplockBreak, &smb2.LeaseBreakNotification{NewEpoch: 3, Flags: smb2.LeaseBreakAckRequired, Key: key, CurrentState: smb2.LeaseRWH, NewState: smb2.LeaseR}),
			client.Event{Kind: client.EventBreak, LeaseKey: key.String(), From: "RWH", To: "R", AckRequired: true, Detail: "epoch 3, of a lease that no open has"},
			"",
		},
		{
			"oplock of nobody",
			notification(0, smb2.CommandOplockBreak, &smb2.OplockBreak{OplockLevel: smb2.OplockII, FileID: smb2.FileID{Persistent: 1, Volatile: 2}}),
			client.Event{Kind: client.EventBreak, To: "level2", Detail: "of a file that is not open with an oplock: " + smb2.FileID{Persistent: 1, Volatile: 2}.String()},
			"",
		},
		{
			"server notification", notification(0, smb2.CommandServerToClientNotification, &smb2.ServerNotification{}),
			client.Event{Kind: client.EventNote, Detail: "server notification of type 0"}, "",
		},
		{"status", notification(ntstatus.AccessDenied, smb2.CommandOplockBreak, &smb2.OplockBreak{}), client.Event{}, "with status STATUS_ACCESS_DENIED"},
		{"acknowledgment", notification(0, smb2.CommandOplockBreak, &smb2.LeaseBreakAck{}), client.Event{}, "no notification"},
		{"no body", notification(0, smb2.CommandOplockBreak, &smb2.ErrorResponse{}), client.Event{}, "StructureSize"},
	} {
		t.Run(r.name, func(t *testing.T) {
			a, script := fake(t)
			script.mu.Lock()
			script.before = r.msg
			script.mu.Unlock()
			err := a.Fence(bounded(t))
			if r.err != "" {
				assert.ErrorContains(t, err, r.err)
				return
			}
			require.NoError(t, err)
			got := a.log.of("A", r.want.Kind)
			require.Len(t, got, 1)
			r.want.Actor, r.want.Seq = "A", got[0].Seq
			assert.Equal(t, r.want, got[0])
		})
	}
}

// TestLeaseThatTheServerKnowsOtherwise: From is the server's word.
func TestLeaseThatTheServerKnowsOtherwise(t *testing.T) {
	a, script := fake(t)
	a.file("f.dat", "x")
	h := a.open("f.dat", "lease", "RH")
	raw, err := hex.DecodeString(h.LeaseKey)
	require.NoError(t, err)
	key := smb2.LeaseKey(raw)
	require.Equal(t, h.LeaseKey, key.String())
	script.mu.Lock()
	script.before = notification(0, smb2.CommandOplockBreak, &smb2.LeaseBreakNotification{Key: key, CurrentState: smb2.LeaseRWH, NewState: smb2.LeaseNone})
	script.mu.Unlock()
	require.NoError(t, a.Fence(bounded(t)))
	e := a.log.await(t, "A", client.EventBreak, 1)
	assert.Equal(t, "RWH", e.From)
	assert.Equal(t, "this client knew the lease as RH", e.Detail)
	assert.Same(t, h, e.Handle)
}
