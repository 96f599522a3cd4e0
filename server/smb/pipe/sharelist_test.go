package pipe

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"crosswire/server/wire/srvsvc"

	"github.com/stretchr/testify/require"
)

// S9: one rebuild for each change, none for each pipe, and never a stale list.
func TestListFollowsChanges(t *testing.T) {
	s, l, f := testServer(named("a")...)
	require.Zero(t, l.Rebuilds(), "nothing is built before it is needed")
	old := bound(t, s, "srvsvc", srvsvc.Interface)
	for range 3 {
		require.Equal(t, []string{"IPC$", "a"}, allShares(t, bound(t, s, "srvsvc", srvsvc.Interface)))
	}
	require.Equal(t, []string{"IPC$", "a"}, allShares(t, old))
	require.Equal(t, uint64(1), l.Rebuilds())

	f.set(named("a", "b")...)
	l.Invalidate()
	require.Equal(t, uint64(1), l.Rebuilds())
	for range 3 {
		require.Equal(t, []string{"IPC$", "a", "b"}, allShares(t, bound(t, s, "srvsvc", srvsvc.Interface)))
	}
	require.Equal(t, []string{"IPC$", "a", "b"}, allShares(t, old), "on a pipe that was open before")
	require.Equal(t, uint64(2), l.Rebuilds())

	f.set(named("b")...)
	l.Invalidate()
	l.Invalidate()
	require.Equal(t, []string{"IPC$", "b"}, allShares(t, old))
	require.Equal(t, uint64(3), l.Rebuilds(), "two changes that nobody looked between cost one rebuild")
}

// A change that comes while the list is being built: what was read is thrown
// away, although the reader asked before the change.
func TestInvalidateDuringRebuild(t *testing.T) {
	f := &fakeShares{shares: named("old")}
	l := NewShareList(f)
	first := true
	f.during = func() {
		if !first {
			return
		}
		first = false
		f.set(named("new")...)
		l.Invalidate() // must not wait for the rebuild that it interrupts
	}
	resp := l.enumerate(&srvsvc.ShareEnumRequest{Level: 0, PreferredMaximumLength: srvsvc.MaxPreferredLength}, false)
	require.Equal(t, []string{"IPC$", "new"}, names(resp.Shares))
	require.Equal(t, uint64(2), l.Rebuilds())
}

// versionLister gives one share whose name counts the changes.
type versionLister struct{ version atomic.Int64 }

func (v *versionLister) Shares() []Share {
	return []Share{{Name: strconv.FormatInt(v.version.Load(), 10)}}
}
func (v *versionLister) CurrentUses(string) uint32 { return 0 }

// Many readers and writers: whoever asks after an Invalidate has returned sees
// that change or a later one, and there are no more rebuilds than changes.
func TestNeverStale(t *testing.T) {
	v := new(versionLister)
	l := NewShareList(v)
	var announced, changes atomic.Int64
	var wg sync.WaitGroup
	var change sync.Mutex
	for range 2 {
		wg.Go(func() {
			for range 500 {
				change.Lock()
				n := v.version.Add(1)
				l.Invalidate()
				announced.Store(n)
				changes.Add(1)
				change.Unlock()
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				least := announced.Load()
				resp := l.enumerate(&srvsvc.ShareEnumRequest{Level: 0, PreferredMaximumLength: srvsvc.MaxPreferredLength}, false)
				if len(resp.Shares) != 2 {
					t.Errorf("%d shares", len(resp.Shares))
					return
				}
				got, err := strconv.ParseInt(resp.Shares[1].Name, 10, 64)
				if err != nil || got < least {
					t.Errorf("served %q after %d was announced", resp.Shares[1].Name, least)
					return
				}
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, int64(l.Rebuilds()), changes.Load()+1)
}

func TestEnumerateLevels(t *testing.T) {
	s, _, _ := testServer(Share{Name: "data", Comment: "c", Path: `C:\data`, MaxUses: 5, Flags: 0x10, SecurityDescriptor: []byte{1, 2}},
		Share{Name: "secret", Hidden: true}, Share{Name: "DATA", Comment: "the same name"}, Share{Name: "ipc$"})
	p := bound(t, s, "srvsvc", srvsvc.Interface)
	ipc := srvsvc.ShareInfo{Name: "IPC$", Type: srvsvc.STypeIPC | srvsvc.STypeSpecial, Remark: "Remote IPC", MaxUses: srvsvc.UnlimitedUses, CurrentUses: 4}
	for _, tc := range []struct {
		level uint32
		want  []srvsvc.ShareInfo
	}{
		{0, []srvsvc.ShareInfo{{Name: "IPC$"}, {Name: "data"}}},
		{1, []srvsvc.ShareInfo{{Name: "IPC$", Type: ipc.Type, Remark: ipc.Remark}, {Name: "data", Remark: "c"}}},
		{2, []srvsvc.ShareInfo{ipc, {Name: "data", Remark: "c", Path: `C:\data`, MaxUses: 5, CurrentUses: 4}}},
		{501, []srvsvc.ShareInfo{{Name: "IPC$", Type: ipc.Type, Remark: ipc.Remark}, {Name: "data", Remark: "c", Flags: 0x10}}},
		{502, []srvsvc.ShareInfo{ipc, {Name: "data", Remark: "c", Path: `C:\data`, MaxUses: 5, CurrentUses: 4, SecurityDescriptor: []byte{1, 2}}}},
	} {
		t.Run(fmt.Sprint(tc.level), func(t *testing.T) {
			resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: tc.level, PreferredMaximumLength: srvsvc.MaxPreferredLength})
			require.Equal(t, srvsvc.Success, resp.Status)
			require.Equal(t, tc.want, resp.Shares)
			require.Nil(t, resp.Resume)
			require.Equal(t, uint32(2), resp.TotalEntries)
		})
	}
	for _, level := range []uint32{3, 503, 1005, 0xffffffff} {
		resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: level})
		require.Equal(t, srvsvc.InvalidLevel, resp.Status, "level %d", level)
		require.Empty(t, resp.Shares)
	}
	stub, err := invoke(t, p, 9, srvsvc.OpNetrShareEnumSticky, (&srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal())
	require.NoError(t, err)
	resp, err := srvsvc.ParseShareEnumResponse(stub)
	require.NoError(t, err)
	require.Equal(t, []string{"data"}, names(resp.Shares), "IPC$ is not persistent")
	require.Equal(t, uint32(1), resp.TotalEntries)
}

func TestShareGetInfo(t *testing.T) {
	s, _, _ := testServer(Share{Name: "Data", Comment: "c", Path: `C:\data`, Flags: 0x30}, Share{Name: "secret", Comment: "h", Hidden: true})
	p := bound(t, s, "srvsvc", srvsvc.Interface)
	for _, tc := range []struct {
		name  string
		level uint32
		want  srvsvc.Status
		info  srvsvc.ShareInfo
	}{
		{"Data", 0, srvsvc.Success, srvsvc.ShareInfo{Name: "Data"}},
		{"dATA", 1, srvsvc.Success, srvsvc.ShareInfo{Name: "Data", Remark: "c"}},
		{"data", 1005, srvsvc.Success, srvsvc.ShareInfo{Flags: 0x30}},
		{"secret", 1, srvsvc.Success, srvsvc.ShareInfo{Name: "secret", Remark: "h"}},
		{"ipc$", 1, srvsvc.Success, srvsvc.ShareInfo{Name: "IPC$", Type: srvsvc.STypeIPC | srvsvc.STypeSpecial, Remark: "Remote IPC"}},
		{"data", 2, srvsvc.Success, srvsvc.ShareInfo{Name: "Data", Remark: "c", Path: `C:\data`, MaxUses: srvsvc.UnlimitedUses, CurrentUses: 4}},
		{"nothing", 1, srvsvc.NetNameNotFound, srvsvc.ShareInfo{}},
		{"data", 1501, srvsvc.InvalidLevel, srvsvc.ShareInfo{}},
		{"data", 9, srvsvc.InvalidLevel, srvsvc.ShareInfo{}},
	} {
		t.Run(fmt.Sprint(tc.name, tc.level), func(t *testing.T) {
			stub, err := invoke(t, p, 3, srvsvc.OpNetrShareGetInfo, (&srvsvc.ShareGetInfoRequest{NetName: tc.name, Level: tc.level}).Marshal())
			require.NoError(t, err)
			resp, err := srvsvc.ParseShareGetInfoResponse(stub)
			require.NoError(t, err)
			require.Equal(t, tc.want, resp.Status)
			if tc.want == srvsvc.Success {
				require.Equal(t, &tc.info, resp.Info)
			} else {
				require.Nil(t, resp.Info)
			}
		})
	}
}

// An enumeration in several calls, with shares coming and going in between,
// gives every share that stayed exactly once.
func TestResume(t *testing.T) {
	s, l, f := testServer(numbered(20)...)
	p := bound(t, s, "srvsvc", srvsvc.Interface)
	resume := uint32(0)
	var seen []string
	for calls := 1; ; calls++ {
		resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: 0, PreferredMaximumLength: 100, Resume: &resume})
		require.NotEmpty(t, resp.Shares)
		require.NotNil(t, resp.Resume)
		seen = append(seen, names(resp.Shares)...)
		if resp.Status == srvsvc.Success {
			require.Zero(t, *resp.Resume)
			require.Equal(t, int(resp.TotalEntries), len(resp.Shares))
			require.Greater(t, calls, 4)
			break
		}
		require.Equal(t, srvsvc.MoreData, resp.Status)
		require.Greater(t, int(resp.TotalEntries), len(resp.Shares))
		require.NotZero(t, *resp.Resume)
		resume = *resp.Resume
		if calls == 2 {
			shares := numbered(20)
			shares = slices.Delete(shares, 0, 3)     // already told
			shares = slices.Delete(shares, 14, 16)   // not yet told: share017, share018
			shares = append(named("aaa"), shares...) // sorts first, told last
			f.set(shares...)
			l.Invalidate()
		}
	}
	want := []string{"IPC$"}
	for i, sh := range numbered(20) {
		if i != 17 && i != 18 {
			want = append(want, sh.Name)
		}
	}
	require.Equal(t, append(want, "aaa"), seen)
}

func TestPreferredMaximumLength(t *testing.T) {
	s, _, _ := testServer(named("a", "b")...)
	p := bound(t, s, "srvsvc", srvsvc.Interface)
	for _, tc := range []struct {
		name   string
		size   uint32
		want   []string
		status srvsvc.Status
	}{
		{"nothing fits", 13, nil, srvsvc.BufTooSmall},
		{"one fits", 14, []string{"IPC$"}, srvsvc.MoreData},
		{"two fit", 22, []string{"IPC$", "a"}, srvsvc.MoreData},
		{"all fit", 30, []string{"IPC$", "a", "b"}, srvsvc.Success},
		{"no limit", srvsvc.MaxPreferredLength, []string{"IPC$", "a", "b"}, srvsvc.Success},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: 0, PreferredMaximumLength: tc.size})
			require.Equal(t, tc.status, resp.Status)
			require.Equal(t, tc.want, names(resp.Shares))
			require.Equal(t, uint32(3), resp.TotalEntries)
		})
	}
	past := uint32(1000)
	resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength, Resume: &past})
	require.Equal(t, srvsvc.Success, resp.Status)
	require.Empty(t, resp.Shares)
}

func BenchmarkEnumerate500(b *testing.B) {
	s, _, _ := testServer(numbered(500)...)
	p := bound(b, s, "srvsvc", srvsvc.Interface)
	for b.Loop() {
		enumerate(b, p, srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength})
	}
}
