package smb_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/smb"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

const related = smb2.FlagRelatedOperations

// TestCompound is MS-SMB2 3.3.5.2.7: the statuses of a chain, in its order.
func TestCompound(t *testing.T) {
	anyID := smb2.RelatedFileID
	closing := request{cmd: smb2.CommandClose, body: &smb2.CloseRequest{FileID: anyID}, flags: related}
	reading := request{cmd: smb2.CommandRead, body: &smb2.ReadRequest{FileID: anyID, Length: 10}, flags: related}
	writing := request{cmd: smb2.CommandWrite, body: &smb2.WriteRequest{FileID: anyID, Data: []byte("data")}, flags: related}
	create := request{cmd: smb2.CommandCreate, body: creating("chained")}
	missing := request{cmd: smb2.CommandCreate, body: creating("nosuch", func(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen })}
	echo := request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}}
	unrelated := func(r request) request { r.flags = 0; return r }
	noSession := func(r request) request {
		r.edit = func(h *smb2.Header) { h.SessionID = 42 }
		return r
	}
	noTree := func(r request) request {
		r.edit = func(h *smb2.Header) { h.TreeID = 42 }
		return r
	}
	const ok = ntstatus.Success
	for _, row := range []struct {
		name  string
		chain []request
		want  []ntstatus.Status
	}{
		{"create, write, read, close", []request{create, writing, reading, closing}, []ntstatus.Status{ok, ok, ok, ok}},
		{"close twice", []request{create, closing, closing}, []ntstatus.Status{ok, ok, ntstatus.FileClosed}},
		{"the CREATE fails", []request{missing, reading, closing},
			[]ntstatus.Status{ntstatus.ObjectNameNotFound, ntstatus.ObjectNameNotFound, ntstatus.ObjectNameNotFound}},
		{"a READ in the middle fails, the CLOSE is done", []request{create, reading, closing}, []ntstatus.Status{ok, ntstatus.EndOfFile, ok}},
		{"the first is related", []request{closing, closing}, []ntstatus.Status{ntstatus.InvalidParameter, ntstatus.InvalidParameter}},
		{"nothing with a file before", []request{echo, closing}, []ntstatus.Status{ok, ntstatus.InvalidHandle}},
		{"no session before", []request{noSession(create), closing, closing},
			[]ntstatus.Status{ntstatus.UserSessionDeleted, ntstatus.InvalidParameter, ntstatus.InvalidParameter}},
		{"no tree before", []request{noTree(create), closing},
			[]ntstatus.Status{ntstatus.NetworkNameDeleted, ntstatus.InvalidParameter}},
		{"unrelated: a failure does not spread", []request{missing, unrelated(create), echo}, []ntstatus.Status{ntstatus.ObjectNameNotFound, ok, ok}},
		{"unrelated: all ones name no file", []request{unrelated(closing), echo}, []ntstatus.Status{ntstatus.FileClosed, ok}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, dialect := range []smb2.Dialect{smb2.Dialect202, smb2.Dialect311} {
				p := connect(t, serve(t), dialect)
				ids := p.send(row.chain...)
				var got []ntstatus.Status
				for i, id := range ids {
					r := p.await(id)
					got = append(got, r.h.Status)
					require.Equal(t, row.chain[i].flags&related, r.h.Flags&related)
				}
				require.Equal(t, row.want, got, "%v", dialect)
				p.echo()
			}
		})
	}
}

// TestCompoundBounds ends connections whose chains cannot be followed.
func TestCompoundBounds(t *testing.T) {
	two := func(p *peer) []byte {
		frame, _ := p.frame(request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}}, request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}})
		return frame
	}
	const nextCommand = smb2.FrameHeaderSize + 20
	for name, next := range map[string]uint32{"beyond the frame": 1 << 20, "into the first": 8, "not aligned": 69, "into the middle of nowhere": 72 + 64} {
		t.Run(name, func(t *testing.T) {
			p := connect(t, serve(t))
			p.sign = false
			frame := two(p)
			for i := range 4 {
				frame[nextCommand+i] = byte(next >> (8 * i))
			}
			p.write(frame)
			p.closed()
		})
	}
	t.Run("too many", func(t *testing.T) {
		p := connect(t, serve(t))
		p.sign = false
		p.echo() // for credits
		var chain []request
		for range 300 {
			chain = append(chain, request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}})
		}
		p.send(chain...)
		p.closed()
	})
}

// TestCompoundPadding: all responses of a compound end on a multiple of 8, a
// response of its own does not.
func TestCompoundPadding(t *testing.T) {
	p := connect(t, serve(t))
	f := p.open("f")
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "123"))
	read := request{cmd: smb2.CommandRead, body: &smb2.ReadRequest{FileID: f.FileID, Length: 3}}
	for n, want := range map[int]int{1: 64 + 19, 2: 64 + 24, 3: 64 + 24} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			for _, id := range p.send([]request{read, read, read}[:n]...) {
				r := p.await(id)
				require.Len(t, r.msg, want)
				var resp smb2.ReadResponse
				require.NoError(t, resp.Decode(r.msg))
				require.Equal(t, "123", string(resp.Data))
			}
		})
	}
}

// TestCredits is MS-SMB2 3.3.5.2.3: every id once, none beyond the window, and
// as many as the payload takes.
func TestCredits(t *testing.T) {
	echo := request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}}
	at := func(id uint64) request {
		r := echo
		r.edit = func(h *smb2.Header) { h.MessageID = id }
		return r
	}
	t.Run("an id used twice", func(t *testing.T) {
		p := connect(t, serve(t))
		p.echo()
		p.send(at(p.next - 1))
		p.closed()
	})
	t.Run("beyond the window", func(t *testing.T) {
		p := connect(t, serve(t))
		p.send(at(p.next + 1<<20))
		p.closed()
	})
	t.Run("in any order within it", func(t *testing.T) {
		p := connect(t, serve(t))
		base := p.next
		for _, i := range []uint64{3, 1, 2, 0} {
			p.send(at(base + i))
			require.Equal(t, ntstatus.Success, p.await(base+i).h.Status)
		}
		p.next = base + 4
		p.echo()
	})
	t.Run("one request that takes more than there is", func(t *testing.T) {
		p := connect(t, serve(t))
		r := echo
		r.edit = func(h *smb2.Header) { h.CreditCharge = 60000 }
		p.send(r)
		p.closed()
	})
	t.Run("a payload beyond the charge", func(t *testing.T) { // MS-SMB2 3.3.5.2.5
		p := connect(t, serve(t))
		f := p.open("f")
		_, st := p.readAt(f.FileID, 0, 65537)
		require.Equal(t, ntstatus.InvalidParameter, st)
		p.charge = 2
		_, st = p.readAt(f.FileID, 0, 65537)
		require.Equal(t, ntstatus.EndOfFile, st)
	})
	t.Run("not more than 8192 outstanding", func(t *testing.T) {
		p := connect(t, serve(t))
		granted := 0
		for range 50 {
			r := echo
			r.edit = func(h *smb2.Header) { h.Credits = 65535 }
			granted += int(p.await(p.send(r)[0]).h.Credits)
		}
		require.LessOrEqual(t, granted, 8192+50)
		require.Greater(t, granted, 1000)
	})
	t.Run("a hole in the window does not let it grow for ever", func(t *testing.T) {
		p := connect(t, serve(t))
		p.next++ // this id is never used
		last := uint16(1)
		for i := 0; last > 0; i++ {
			require.Less(t, i, 30000, "the window keeps growing")
			r := echo
			r.edit = func(h *smb2.Header) { h.Credits = 512 }
			last = p.await(p.send(r)[0]).h.Credits
		}
	})
	t.Run("2.0.2 counts requests, not charges", func(t *testing.T) {
		p := connect(t, serve(t, func(c *smb.Config) { c.MaxDialect = smb2.Dialect202 }), smb2.Dialect202)
		p.echo()
		p.echo()
	})
}
