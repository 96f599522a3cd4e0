package conformance

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/report"
)

func runReference(t *testing.T, scenarios map[string]string) (report.Summary, string) {
	t.Helper()
	var out bytes.Buffer
	sum, err := Run(context.Background(), Options{Paths: []string{files(t, scenarios)}, Stdout: &out, Out: t.TempDir()})
	require.NoError(t, err)
	return sum, out.String()
}

// TestReferenceTarget runs scenarios of both protocols against the reference
// server in process.
func TestReferenceTarget(t *testing.T) {
	sum, out := runReference(t, map[string]string{
		"data/both": `actors B=gosmb2(3.1.1)
file f.dat "ORIGINAL"
B read f.dat == "ORIGINAL"
B write f.dat @0 "CHANGED!"
A read f.dat == "CHANGED!"
A write f.dat @8 "MORE"
B read f.dat == "CHANGED!MORE"
A stat f.dat -> n
B stat f.dat .size == n.size
B list . == ["f.dat"]`,
		"share/live": `actors B=gosmb2(3.1.1)
control share add new-{run}
B shares contains new-{run}
A exports contains /new-{run}
B tree new-{run}
control share remove new-{run}
B shares lacks new-{run}
A mount /new-{run} fails MNT3ERR_NOENT`,
		"caching/write": `needs smb.lease
matrix nfs_break = notify wait jukebox
actors B=smb(3.1.1)
file f.dat "ORIGINAL"
B open f.dat access=rw lease=RWH -> h
require h.lease == RWH
A write f.dat @0 "CHANGED!" &w
expect B break h RWH->RH|R|none
[nfs_break=wait] expect w pending
[nfs_break=jukebox] expect w fails NFS3ERR_JUKEBOX
[nfs_break=notify] expect w ok
B ack h
[nfs_break=wait] expect w ok
never B break h`,
		"caching/timeout": `needs smb.lease
matrix nfs_break = wait
actors B=smb(3.1.1)
file f.dat "ORIGINAL"
B open f.dat access=rw lease=RWH -> h
A write f.dat @0 "CHANGED!" &w
expect B break h
expect w ok within 40s
order B.break < w.reply`,
		"nfs/only": `services nfs
file f.dat "ORIGINAL"
A write f.dat @0 "CHANGED!"
A read f.dat == "CHANGED!"`,
		"policy/each": `matrix nfs_break = notify wait jukebox
A list . == []`,
	})
	assert.Equal(t, 10, sum.Counts[report.Pass], out)
	assert.Equal(t, 10, sum.Total, out)
}
