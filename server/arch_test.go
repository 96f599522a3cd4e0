package server_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module is the prefix of our import paths.
const module = "crosswire/"

// arrow says which packages of ours the packages below from may import: those
// below one of to, and nothing else.
type arrow struct {
	from string
	to   []string
	why  string
}

// arrows is the design: cmd -> conformance -> server, and within the server
// adapters -> road -> storage. The longest from that fits a package holds.
var arrows = []arrow{
	{"server/wire", []string{"server/wire"}, "a codec has no behaviour, and the suite's clients use it too"},
	{"server/clock", nil, "the one clock knows nothing"},
	{"server/lock", nil, "the one lock table is keyed by file handles only"},
	{"server/adapter", []string{"server/lock"}, "the contract between protocols imports no protocol"},
	{"server/runtime", []string{"server/adapter"}, "what the adapters share knows none of them"},
	{"server/fs", []string{"server/clock", "server/lock"}, "storage knows no protocol, no policy and no permission"},
	{"server/vfs", []string{"server/adapter", "server/clock", "server/fs", "server/lock", "server/wire/secdesc"}, "the one road imports no protocol; security descriptors are what it authorises by"},
	{"server/nfs", []string{"server/nfs", "server/vfs", "server/adapter", "server/clock", "server/lock", "server/wire"}, "a protocol reaches files by the road only, and no other protocol"},
	{"server/smb", []string{"server/smb", "server/vfs", "server/adapter", "server/clock", "server/lock", "server/wire"}, "a protocol reaches files by the road only, and no other protocol"},
	{"server/admin", []string{"server/adapter", "server/clock", "server/runtime"}, "the control plane changes the runtime, not the files"},
	{"server", []string{"server"}, "the server does not know by whom it is judged"},

	{"conformance/script", nil, "the language is pure"},
	{"conformance/client", []string{"conformance/client", "server/wire"}, "a client shares nothing with the server but codecs"},
	{"conformance/report", []string{"conformance/client"}, "rendering needs results and events"},
	{"conformance/target", []string{"conformance/client"}, "a target is known by its addresses"},
	{"conformance/engine", []string{"conformance/client", "conformance/report", "conformance/script", "conformance/target"}, "the engine judges any target, and so imports no server"},
	{"conformance", []string{"conformance", "scenarios", "server", "!server/nfs", "!server/smb", "!server/vfs", "!server/fs", "!server/admin"}, "the suite assembles a reference server and looks into none of its parts"},

	{"scenarios", nil, "files only"},
	{"cmd", []string{"conformance", "scenarios", "server", "!server/fs", "!server/vfs"}, "the command assembles"},
	{"ci", []string{"server/wire"}, "interop tests know the server by its command line"},
}

// below reports whether pkg is dir or in it.
func below(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

// allows reports whether the arrow leads to pkg; "!x" takes x out.
func (a arrow) allows(pkg string) bool {
	ok := false
	for _, to := range a.to {
		if out, not := strings.CutPrefix(to, "!"); not {
			if below(pkg, out) {
				return false
			}
		} else if below(pkg, to) {
			ok = true
		}
	}
	return ok
}

// violations are the imports that no arrow allows.
func violations(imports map[string][]string) []string {
	var found []string
	for pkg, all := range imports {
		var rule *arrow
		for i, a := range arrows {
			if below(pkg, a.from) && (rule == nil || len(a.from) > len(rule.from)) {
				rule = &arrows[i]
			}
		}
		if rule == nil {
			found = append(found, pkg+": the design has no place for it")
			continue
		}
		for _, imp := range all {
			if !rule.allows(imp) {
				found = append(found, fmt.Sprintf("%s imports %s: %s", pkg, imp, rule.why))
			}
		}
	}
	slices.Sort(found)
	return found
}

// ours are the imports of every package of the module, without the prefix and
// whatever the build tags; test files are left out. It reads the files itself
// so that the test cache knows what the answer depends on.
func ours(t *testing.T) map[string][]string {
	t.Helper()
	root := ".."
	all := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && name != root && (base == "testdata" || base == "build" || strings.HasPrefix(base, ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		all[pkg] = append(all[pkg], nil...)
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(path, module); ok && !slices.Contains(all[pkg], own) {
				all[pkg] = append(all[pkg], own)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return all
}

// TestArrows holds the packages of the module against the design.
func TestArrows(t *testing.T) {
	all := ours(t)
	for _, pkg := range []string{"server", "server/vfs", "server/nfs", "server/smb", "conformance", "cmd/crosswire"} {
		require.Contains(t, all, pkg, "the walk has seen the module")
	}
	assert.Empty(t, violations(all))
}

// TestOnlyTheRoadReachesStorage: no list of exceptions grows unseen.
func TestOnlyTheRoadReachesStorage(t *testing.T) {
	users := []string{}
	for pkg, imports := range ours(t) {
		if slices.Contains(imports, "server/fs") {
			users = append(users, pkg)
		}
	}
	assert.Equal(t, []string{"server/vfs"}, users)
}

// TestArrowsAreHeld shows that each breach of the design would be seen.
func TestArrowsAreHeld(t *testing.T) {
	tests := []struct {
		name, pkg, imports string
		ok                 bool
	}{
		{"server to conformance", "server", "conformance/report", false},
		{"server to cmd", "server/admin", "cmd/crosswire", false},
		{"wire to server", "server/wire/smb2", "server/lock", false},
		{"wire to wire", "server/wire/smb2", "server/wire/fscc", true},
		{"wire's name is no prefix", "server/wire/smb2", "server/wireless", false},
		{"nfs to smb", "server/nfs/nfs3", "server/smb/oplock", false},
		{"smb to nfs", "server/smb", "server/nfs", false},
		{"nfs to storage", "server/nfs/nfs3", "server/fs", false},
		{"smb to storage", "server/smb", "server/fs", false},
		{"nfs to the road", "server/nfs/nfs3", "server/vfs", true},
		{"road to storage", "server/vfs", "server/fs", true},
		{"road to a protocol", "server/vfs", "server/smb/oplock", false},
		{"road to security descriptors", "server/vfs", "server/wire/secdesc", true},
		{"road to messages", "server/vfs", "server/wire/smb2", false},
		{"adapter to a protocol", "server/adapter", "server/nfs", false},
		{"runtime to storage", "server/runtime", "server/fs", false},
		{"language to client", "conformance/script", "conformance/client", false},
		{"client to codec", "conformance/client/rawsmb", "server/wire/smb2", true},
		{"client to server", "conformance/client/rawsmb", "server/smb", false},
		{"engine to server", "conformance/engine", "server", false},
		{"suite to assembly", "conformance", "server", true},
		{"suite to storage", "conformance", "server/fs", false},
		{"suite to a protocol", "conformance", "server/smb", false},
		{"command to suite", "cmd/crosswire", "conformance", true},
		{"a package without a place", "util", "server", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.ok, len(violations(map[string][]string{tt.pkg: {tt.imports}})) == 0)
		})
	}
	for _, a := range arrows {
		assert.NotEmpty(t, a.why, a.from)
	}
}
