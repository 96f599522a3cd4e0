package oplock

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"crosswire/server/lock"
	"crosswire/server/wire/ntstatus"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The model: what a reader of the specification would keep on paper. States
// are words, the rules are the table of TestBreakTable, and nothing is shared
// with the manager but the order of events.

type paperHolder struct {
	file     lock.FileHandle
	lease    bool
	client   byte
	key      byte
	open     uint64 // of an oplock
	state    string // "", R, RH, RW, RWH
	breaking bool
	told     bool // was Level II and lost it
	to, req  string
	opens    map[uint64]bool
}

type paperOpen struct {
	file   lock.FileHandle
	conn   uint64
	holder *paperHolder // nil: an open without a cache
}

type paper struct {
	holders []*paperHolder
	opens   map[uint64]*paperOpen
	sent    []string // expected of the current step
}

// meet is what two states have in common.
func meet(a, b string) string {
	var s string
	for _, c := range "RWH" {
		if strings.ContainsRune(a, c) && strings.ContainsRune(b, c) {
			s += string(c)
		}
	}
	return s
}

func within(a, b string) bool { return meet(a, b) == a }

// falls looks a holder up in the table; II is written R and so on.
func (h *paperHolder) falls(op string) (to string, verdict string) {
	for _, row := range breakTable {
		if row.op != op {
			continue
		}
		var cell string
		switch {
		case h.state == "":
			return "", "free"
		case h.lease:
			cell = map[string]string{"R": row.leaseR, "RH": row.leaseRH, "RW": row.leaseRW, "RWH": row.leaseRWH}[h.state]
		default:
			cell = map[string]string{"R": row.ii, "RW": row.exclusive, "RWH": row.batch}[h.state]
		}
		switch cell {
		case "-":
			return h.state, "free"
		case "none":
			return "", "now"
		}
		verdict = map[byte]string{'!': "wait", '?': "told"}[cell[len(cell)-1]]
		to = cell[:len(cell)-1]
		if to == "none" {
			to = ""
		} else if to == "II" {
			to = "R"
		}
		return to, verdict
	}
	panic(op)
}

// say notes the notification of a fall.
func (p *paper) say(h *paperHolder, to string) {
	if h.lease {
		msg := fmt.Sprintf("key=%d %s->%s", h.key, h.state, word(to))
		if h.state != "R" {
			msg += " ack"
		}
		p.sent = append(p.sent, fmt.Sprintf("client %d: %s", h.client, msg))
		return
	}
	name := "none"
	if to == "R" {
		name = "II"
	}
	p.sent = append(p.sent, fmt.Sprintf("client %d: open=%d %s", h.client, h.open, name))
}

func word(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (p *paper) check(f lock.FileHandle, op string, spare *paperHolder) string {
	result := "free"
	for _, h := range p.holders {
		ownLevelII := spare == h && !h.lease && h.state == "R" && (op == "write" || op == "lock")
		if h.file != f || h == spare && !ownLevelII {
			continue
		}
		to, verdict := h.falls(op)
		switch {
		case verdict == "free":
			continue
		case h.breaking:
			h.req = meet(h.req, to)
			if !within(h.to, to) {
				verdict = "wait"
			}
		case verdict == "now":
			p.say(h, to)
			h.state, h.told = "", true
			continue
		default:
			p.say(h, to)
			h.breaking, h.to, h.req = true, to, to
		}
		if verdict == "wait" || result == "wait" {
			result = "wait"
		} else {
			result = "told"
		}
	}
	return result
}

// acked goes on after an accepted acknowledgment.
func (p *paper) acked(h *paperHolder, answer string) {
	h.state, h.breaking = answer, false
	rest := meet(answer, h.req)
	switch {
	case rest == answer:
	case answer == "R":
		p.say(h, "")
		h.state, h.told = "", true
	case answer == "RH" && rest == "":
		p.say(h, "R")
		h.breaking, h.to = true, "R"
	default:
		p.say(h, rest)
		h.breaking, h.to = true, rest
	}
}

// allow is how much of want is granted beside the others of the file.
func (p *paper) allow(f lock.FileHandle, self *paperHolder, lease bool, want string, others int) string {
	alone := others == 0
	noH := false
	for _, h := range p.holders {
		if h.file != f || h == self || h.state == "" {
			continue
		}
		alone = false
		if strings.Contains(h.state, "W") {
			return ""
		}
		if lease && !h.lease {
			noH = true
		}
		if !lease && strings.Contains(h.state, "H") {
			return ""
		}
	}
	if !lease && !alone && want != "" {
		return "R"
	}
	if !alone {
		want = strings.ReplaceAll(want, "W", "")
	}
	if noH {
		want = strings.ReplaceAll(want, "H", "")
	}
	return want
}

func (p *paper) others(f lock.FileHandle, self *paperHolder) int {
	n := 0
	for _, o := range p.opens {
		if o.file == f && (self == nil || o.holder != self) {
			n++
		}
	}
	return n
}

func (p *paper) leaseOf(client, k byte) *paperHolder {
	for _, h := range p.holders {
		if h.lease && h.client == client && h.key == k {
			return h
		}
	}
	return nil
}

func (p *paper) close(id uint64) {
	o := p.opens[id]
	delete(p.opens, id)
	if o.holder == nil {
		return
	}
	delete(o.holder.opens, id)
	if len(o.holder.opens) == 0 {
		p.holders = slices.DeleteFunc(p.holders, func(h *paperHolder) bool { return h == o.holder })
	}
}

func (p *paper) ids() []uint64 {
	var ids []uint64
	for id := range p.opens {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func TestAgainstPaper(t *testing.T) {
	conns := []uint64{1, 2, 11, 21}
	files := []lock.FileHandle{file1, file2}
	var ops []string
	for _, row := range breakTable {
		ops = append(ops, row.op)
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBed(t, Options{})
		p := &paper{opens: map[uint64]*paperOpen{}}
		compare := func() {
			var got []string
			for id, w := range b.conns {
				for _, s := range w.take() {
					got = append(got, fmt.Sprintf("client %d: %s", guid(id)[0], s))
				}
			}
			sort.Strings(got)
			sort.Strings(p.sent)
			require.Equal(rt, p.sent, got, "notifications")
			p.sent = nil
			held := map[string]string{}
			for _, h := range b.m.Snapshot() {
				s := h.State.String()
				if h.Breaking {
					s += "->" + h.BreakTo.String() + "(" + h.Required.String() + ")"
				}
				held[fmt.Sprint(h.Opens)] = s
			}
			want := map[string]string{}
			live := false
			for _, h := range p.holders {
				live = live || h.state != ""
				s := word(h.state)
				if h.breaking {
					s += "->" + word(h.to) + "(" + word(h.req) + ")"
				}
				var ids []uint64
				for id := range h.opens {
					ids = append(ids, id)
				}
				slices.Sort(ids)
				want[fmt.Sprint(ids)] = s
			}
			require.Equal(rt, want, held, "holders")
			require.Equal(rt, !live, b.m.Quiet())
			require.NoError(rt, invariants(b.m))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"lease": func(rt *rapid.T) {
				conn := rapid.SampledFrom(conns).Draw(rt, "conn")
				f := rapid.SampledFrom(files).Draw(rt, "file")
				k := rapid.ByteRange(1, 3).Draw(rt, "key")
				want := rapid.SampledFrom([]string{"", "R", "RH", "RW", "RWH", "W", "H", "WH"}).Draw(rt, "want")
				client := guid(conn)[0]
				r := b.request(conn)
				r.Level = LevelLease
				r.Lease = LeaseRequest{ClientGUID: guid(conn), Key: key(k), State: state(want)}
				h := p.leaseOf(client, k)
				r.OtherOpens = p.others(f, h)
				g, err := b.m.Grant(f, r)
				if h != nil && h.file != f {
					require.Equal(rt, ntstatus.InvalidParameter, err)
					require.Equal(rt, err, b.m.CheckLeaseKey(guid(conn), key(k), f))
					return
				}
				require.NoError(rt, err)
				if !strings.Contains(want, "R") {
					want = ""
				}
				allowed := p.allow(f, h, true, want, r.OtherOpens)
				if h == nil {
					h = &paperHolder{file: f, lease: true, client: client, key: k, state: allowed, opens: map[uint64]bool{}}
					p.holders = append(p.holders, h)
				} else if !h.breaking && allowed == want && within(h.state, want) {
					h.state = want
				}
				h.opens[r.Open] = true
				p.opens[r.Open] = &paperOpen{file: f, conn: conn, holder: h}
				require.Equal(rt, Granted{Level: LevelLease, State: state(h.state), Breaking: h.breaking}, g)
			},
			"oplock": func(rt *rapid.T) {
				conn := rapid.SampledFrom(conns).Draw(rt, "conn")
				f := rapid.SampledFrom(files).Draw(rt, "file")
				want := rapid.SampledFrom([]string{"", "s", "x", "b"}).Draw(rt, "want")
				r := b.request(conn)
				r.Level = level(want)
				r.OtherOpens = p.others(f, nil)
				g, err := b.m.Grant(f, r)
				require.NoError(rt, err)
				got := p.allow(f, nil, false, map[string]string{"": "", "s": "R", "x": "RW", "b": "RWH"}[want], r.OtherOpens)
				o := &paperOpen{file: f, conn: conn}
				if got != "" {
					o.holder = &paperHolder{file: f, client: guid(conn)[0], open: r.Open, state: got, opens: map[uint64]bool{r.Open: true}}
					p.holders = append(p.holders, o.holder)
				}
				p.opens[r.Open] = o
				require.Equal(rt, state(got), g.State)
			},
			"close": func(rt *rapid.T) {
				if len(p.opens) == 0 {
					rt.Skip("no open")
				}
				id := rapid.SampledFrom(p.ids()).Draw(rt, "open")
				b.m.Close(id)
				p.close(id)
			},
			"drop connection": func(rt *rapid.T) {
				if rapid.IntRange(0, 9).Draw(rt, "dice") != 0 {
					rt.Skip("rarely")
				}
				conn := rapid.SampledFrom(conns).Draw(rt, "conn")
				b.m.DropConnection(conn)
				for _, id := range p.ids() {
					if p.opens[id].conn == conn {
						p.close(id)
					}
				}
			},
			"operation": func(rt *rapid.T) {
				op := rapid.SampledFrom(ops).Draw(rt, "op")
				f := rapid.SampledFrom(files).Draw(rt, "file")
				ctx := nfs()
				var spare *paperHolder
				if len(p.opens) > 0 && rapid.Bool().Draw(rt, "smb") {
					id := rapid.SampledFrom(p.ids()).Draw(rt, "by")
					switch o := p.opens[id]; {
					case o.holder == nil || !o.holder.lease:
						ctx, spare = asOpen(id), o.holder
					default:
						ctx, spare = as(o.conn, o.holder.key), o.holder
					}
				}
				want := p.check(f, op, spare)
				require.Equal(rt, want, verdict(b.t, ask(ctx, b.m, f, op)), op)
			},
			"acknowledge": func(rt *rapid.T) {
				if len(p.holders) == 0 {
					rt.Skip("no holder")
				}
				h := rapid.SampledFrom(p.holders).Draw(rt, "holder")
				if !h.lease {
					answer := rapid.SampledFrom([]Level{LevelNone, LevelII, LevelExclusive, LevelBatch, LevelLease}).Draw(rt, "answer")
					err := b.m.AcknowledgeOplock(h.open, answer, nil)
					switch {
					case !h.breaking && h.told:
						require.Equal(rt, ntstatus.InvalidOplockProtocol, err)
					case !h.breaking:
						require.Equal(rt, ntstatus.InvalidDeviceState, err)
					case answer == LevelNone:
						require.NoError(rt, err)
						p.acked(h, "")
					case answer == LevelII && h.to == "R":
						require.NoError(rt, err)
						p.acked(h, "R")
					default:
						require.Error(rt, err)
						h.state, h.breaking = "", false
					}
					return
				}
				answer := rapid.SampledFrom([]string{"", "R", "RH", "RW", "RWH"}).Draw(rt, "answer")
				err := b.m.AcknowledgeLease([16]byte{h.client}, key(h.key), state(answer), nil)
				switch {
				case !h.breaking:
					require.Equal(rt, ntstatus.Unsuccessful, err)
				case !within(answer, h.to):
					require.Equal(rt, ntstatus.RequestNotAccepted, err)
				default:
					require.NoError(rt, err)
					p.acked(h, answer)
				}
			},
			"35 seconds": func(rt *rapid.T) {
				if rapid.IntRange(0, 4).Draw(rt, "dice") != 0 {
					rt.Skip("rarely")
				}
				b.clk.Advance(DefaultBreakTimeout)
				for _, h := range p.holders {
					if h.breaking {
						h.state, h.breaking = "", false
					}
				}
			},
			"": func(*rapid.T) { compare() },
		})
		for _, id := range p.ids() {
			b.m.Close(id)
		}
		empty(t, b.m)
	})
}
