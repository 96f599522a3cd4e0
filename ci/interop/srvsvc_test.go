//go:build interop

package interop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRPCClient asks the pipes srvsvc and wkssvc through Samba's DCE/RPC.
func TestRPCClient(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	s.share(t, "add", "--comment=for all", "public").ok(t)
	for _, tt := range []struct {
		command string
		shows   []string
		hides   []string
	}{
		{"netshareenum 1", []string{"netname: data\n", "netname: other\n", "netname: public\n\tremark:\tfor all\n"}, nil},
		{"netshareenum 2", []string{"netname: public\n\tremark:\tfor all\n\tpath:\tC:\\public\n"}, nil},
		{"netshareenum 502", []string{"netname: data\n", "type:\t0x0\n", "max_uses:\t-1\n"}, nil},
		{"netshareenumall 1", []string{"netname: IPC$\n", "netname: data\n"}, nil},
		{"netshareenumall 2", []string{"netname: IPC$\n", "path:\tC:\\data\n"}, nil},
		{"netshareenumall 502", []string{"netname: IPC$\n", "type:\t0x80000003\n", "netname: data\n"}, nil},
		{"netsharegetinfo public 1", []string{"netname: public\n\tremark:\tfor all\n"}, []string{"data"}},
		{"netsharegetinfo public 2", []string{"netname: public\n", "path:\tC:\\public\n"}, []string{"data"}},
		{"netsharegetinfo public 502", []string{"netname: public\n", "type:\t0x0\n"}, []string{"data"}},
		{"netsharegetinfo PUBLIC 1", []string{"netname: public\n"}, nil},
		{"srvinfo 101", []string{"platform_id     :\t500", "os version"}, nil},
		{"srvinfo 102", []string{"platform_id     :\t500", "os version"}, nil},
		{"wkssvc_wkstagetinfo 100", nil, nil},
	} {
		t.Run(tt.command, func(t *testing.T) {
			t.Parallel()
			s.rpcclient(t, tt.command).done(t).shows(t, tt.shows...).hides(t, tt.hides...)
		})
	}
	t.Run("no such share", func(t *testing.T) {
		t.Parallel()
		s.rpcclient(t, "netsharegetinfo nowhere").refused(t, "WERR_NERR_NETNAMENOTFOUND")
	})
	for _, dialect := range dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s.rpcclient(t, "netshareenumall", only(dialect)...).done(t).shows(t, "netname: data\n")
		})
	}
	t.Run("sealed", func(t *testing.T) {
		t.Parallel()
		s.rpcclient(t, "netshareenumall", "--client-protection=encrypt").done(t).shows(t, "netname: data\n")
	})
}

// TestLongShareList has more shares than the first response of the pipe holds.
func TestLongShareList(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	names := []string{"IPC$", "data", "other"}
	for i := range 150 {
		name := "archive-of-the-department-" + strings.Repeat(string(rune('a'+i%26)), 1+i/26)
		s.share(t, "add", "--comment=A comment that takes some room in the list", name).ok(t)
		names = append(names, name)
	}
	t.Run("smbclient", func(t *testing.T) {
		t.Parallel()
		r := s.shareList(t).done(t)
		for _, n := range names {
			r.shows(t, "|"+n+"|")
		}
	})
	t.Run("rpcclient", func(t *testing.T) {
		t.Parallel()
		r := s.rpcclient(t, "netshareenumall 502").done(t)
		for _, n := range names {
			r.shows(t, "netname: "+n+"\n")
		}
	})
	t.Run("impacket", func(t *testing.T) {
		t.Parallel()
		got := impacket(t, s)
		for _, dialect := range impacketDialects {
			if list := got.Shares[dialect]; !slices.Equal(sorted(list), sorted(names)) {
				t.Errorf("listShares in dialect %s: %q, want %q", dialect, list, names)
			}
		}
		for _, level := range []string{"0", "1", "2", "501", "502"} {
			if list := got.Enum[level]; !slices.Equal(sorted(list), sorted(names)) {
				t.Errorf("NetrShareEnum level %s: %q, want %q", level, list, names)
			}
		}
	})
	t.Run("showmount", func(t *testing.T) {
		t.Parallel()
		needNamespace(t, "showmount, which asks port 111")
		r := run(t, s.dir, "showmount", "-e", s.host).ok(t)
		for _, n := range names[1:] {
			r.shows(t, "/"+n+" ")
		}
	})
}

// impacketDialects are the keys of impacketAnswers.Shares.
var impacketDialects = []string{"default", "2.0.2", "2.1", "3.0", "3.1.1"}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// impacketAnswers is what testdata/impacket_shares.py prints.
type impacketAnswers struct {
	Shares  map[string][]string `json:"shares"`   // by dialect: listShares
	Enum    map[string][]string `json:"enum"`     // by level: names of NetrShareEnum, or the error
	GetInfo map[string]string   `json:"get_info"` // by level: the name, or the error
	Server  map[string]string   `json:"server"`   // by level: the name or the platform
	Wksta   map[string]string   `json:"wksta"`
	Files   map[string][]string `json:"files"` // by dialect: the share data
}

func impacket(t *testing.T, s *server) impacketAnswers {
	t.Helper()
	script, err := filepath.Abs("testdata/impacket_shares.py")
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := strings.Cut(alice, "%")
	// Debian has impacket for its own Python.
	r := run(t, s.dir, "/usr/bin/python3", script, s.host, portOf(t, s.smb), user, password).ok(t)
	var a impacketAnswers
	if err := json.Unmarshal([]byte(r.stdout), &a); err != nil {
		r.fatal(t, "%v", err)
	}
	return a
}

// TestImpacket asks for what rpcclient has no command for, with a DCE/RPC that
// is not Samba's.
func TestImpacket(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	if err := os.WriteFile(s.file("seen.txt"), []byte("seen"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.smbclient(t, nil, "data", "put seen.txt").done(t)
	got := impacket(t, s)
	shares := []string{"IPC$", "data", "other"}
	for _, dialect := range impacketDialects {
		if list := got.Shares[dialect]; !slices.Equal(sorted(list), shares) {
			t.Errorf("listShares in dialect %s: %q, want %q", dialect, list, shares)
		}
		if !slices.Contains(got.Files[dialect], "seen.txt") {
			t.Errorf("listPath in dialect %s lacks seen.txt: %q", dialect, got.Files[dialect])
		}
	}
	for _, level := range []string{"0", "1", "2", "501", "502"} {
		if list := got.Enum[level]; !slices.Equal(sorted(list), shares) {
			t.Errorf("NetrShareEnum level %s: %q, want %q", level, list, shares)
		}
		if name := got.GetInfo[level]; name != "data" {
			t.Errorf("NetrShareGetInfo level %s: %q, want data", level, name)
		}
	}
	if list := got.Enum["503"]; len(list) != 1 || !strings.Contains(list[0], "ERROR_INVALID_LEVEL") {
		t.Errorf("NetrShareEnum level 503: %q, want ERROR_INVALID_LEVEL", list)
	}
	for _, level := range []string{"100", "101", "102"} {
		if name := got.Server[level]; name != "CROSSWIRE" {
			t.Errorf("NetrServerGetInfo level %s: %q, want CROSSWIRE", level, name)
		}
	}
	if name := got.Wksta["100"]; name != "CROSSWIRE" {
		t.Errorf("NetrWkstaGetInfo level 100: %q, want CROSSWIRE", name)
	}
}

// TestImpacketSigned has a server that takes no unsigned request.
func TestImpacketSigned(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{args: []string{"--require-signing"}})
	got := impacket(t, s)
	for _, dialect := range impacketDialects {
		if list := got.Shares[dialect]; !slices.Contains(list, "data") {
			t.Errorf("listShares in dialect %s: %q", dialect, list)
		}
	}
}
