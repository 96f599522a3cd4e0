package conformance

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/report"
	"crosswire/server/adapter"
	"crosswire/server/admin"
	"crosswire/server/clock"
	"crosswire/server/nfs"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
)

// nfsServer starts an NFS server with a control plane and returns the text of
// its profile: for the suite it is a target like any other on the network.
func nfsServer(t *testing.T) (profile string, rt *runtime.Runtime) {
	t.Helper()
	rt = runtime.New()
	clk := clock.NewVirtual()
	a, err := nfs.New(vfs.New(rt, clk), nfs.Config{NFS: "127.0.0.1:0"})
	require.NoError(t, err)
	a.SetRuntime(rt)
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, a.Serve(context.Background())) })
	api := httptest.NewServer(admin.New(admin.Config{Runtime: rt, Clock: clk}))
	t.Cleanup(func() {
		api.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, a.Stop(ctx))
		serving.Wait()
	})
	return "nfs: " + a.Addr().String() + "\nexport: /data\napi: " + api.URL + "\n", rt
}

func runExternal(t *testing.T, profile string, scenarios map[string]string) (report.Summary, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "filer.yaml")
	require.NoError(t, os.WriteFile(file, []byte(profile), 0o644))
	var out bytes.Buffer
	sum, err := Run(context.Background(), Options{Paths: []string{files(t, scenarios)}, Target: file, Stdout: &out})
	require.NoError(t, err)
	return sum, out.String()
}

// TestExternalTarget runs scenarios with the stock NFS client and the control
// client against a real server that the suite knows by a profile only.
func TestExternalTarget(t *testing.T) {
	profile, rt := nfsServer(t)
	sum, out := runExternal(t, profile, map[string]string{
		"data/read": `services nfs
file f.dat "ORIGINAL"
dir d
A read f.dat == "ORIGINAL"
A write f.dat @0 "CHANGED!" -> w
expect w.count == 8
A list . == ["d" "f.dat"]
A stat f.dat .size == 8 .nlink == 1 .type == file
A remove d fails NFS3ERR_ISDIR
A read "none" fails NFS3ERR_NOENT`,
		"data/large": `services nfs
file f.dat pattern(7, 300KiB)
A read f.dat == pattern(7, 300KiB)
A truncate f.dat 1TiB
A stat f.dat .size == 1TiB`,
		"share/live": `services nfs
control share add new-{run}
A exports contains /new-{run}
A mount /new-{run}
A mount /other-{run} fails MNT3ERR_NOENT
control share add new-{run} fails HTTP_409
control share remove gone fails HTTP_404`,
		"policy/row": `services nfs
matrix nfs_break = notify wait
file f.dat "x"
A read f.dat == "x"`,
		"policy/switch": `services nfs
control policy nfs_break=jukebox
A list . == []`,
		"lease/needs": `needs smb.lease
services nfs
A list . == []`,
		"fails": `services nfs
file f.dat "ORIGINAL"
A read f.dat == "OTHER"`,
	})
	assert.Equal(t, map[report.Verdict]int{report.Pass: 6, report.Fail: 1, report.NotSupported: 1}, sum.Counts, out)
	assert.Contains(t, out, "NOT-SUPPORTED lease/needs")
	assert.Contains(t, out, "filer offers no smb.lease")
	assert.Contains(t, out, `observed  "ORIGINAL" (8 bytes)`)

	// Nothing is left of any run.
	assert.Equal(t, []string{"data"}, rt.ListShares())
	assert.Equal(t, "notify", rt.Policy("nfs_break"))
	sum, out = runExternal(t, profile, map[string]string{"left/over": "services nfs\nA mount /data -> root\nA list root -> l\nexpect l.count == 1"})
	assert.Equal(t, 1, sum.Counts[report.Pass], "only the folder of this run is there\n"+out)
}
