package script

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

func matches(re, s string) bool { return regexp.MustCompile(re).MatchString(s) }

func parseString(t testing.TB, src string) *Scenario {
	t.Helper()
	s, err := Parse("x.scenario", []byte(src))
	require.NoError(t, err)
	return s
}

// head is what every small scenario of these tests begins with.
const head = "scenario a/b\ncovers S1\ncite MS-SMB2 3.3.4.7 MUST\nactors A=rawsmb(3.1.1) B=nfs(3) C=gosmb2()\n"

// TestErrors compares the errors of each section of testdata/bad/*.txt with what follows it: "-- name --" holds a scenario
// (without the usual head if it begins with #!), "-- name/errors --" its errors.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		golden := &txtar.Archive{Comment: txtar.Parse(src).Comment}
		for _, f := range txtar.Parse(src).Files {
			if strings.HasSuffix(f.Name, "/errors") {
				continue
			}
			name := strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + f.Name
			t.Run(name, func(t *testing.T) {
				text, whole := strings.CutPrefix(string(f.Data), "#!\n")
				if !whole {
					text = head + text
				}
				_, err := Parse("scenarios/a/b.scenario", []byte(text))
				require.Error(t, err)
				var list Errors
				require.ErrorAs(t, err, &list)
				got := strings.ReplaceAll(err.Error(), "scenarios/a/b.scenario:", "") + "\n"
				golden.Files = append(golden.Files, f, txtar.File{Name: f.Name + "/errors", Data: []byte(got)})
				for _, want := range txtar.Parse(src).Files {
					if want.Name == f.Name+"/errors" && !*update {
						require.Equal(t, string(want.Data), got)
						return
					}
				}
				require.True(t, *update, "no golden errors: run with -update, and read them")
			})
		}
		if *update {
			require.NoError(t, os.WriteFile(file, txtar.Format(golden), 0o644))
		}
	}
}

// TestGoodIsCanonical: the good scenarios are right, and as Format writes them.
func TestGoodIsCanonical(t *testing.T) {
	for _, file := range goodFiles(t) {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		out, err := Format(src)
		require.NoError(t, err)
		if *update {
			require.NoError(t, os.WriteFile(file, out, 0o644))
			continue
		}
		require.Equal(t, string(src), string(out), file)
	}
	require.NotEmpty(t, goodScenarios(t))
}

func TestExampleIsUnderstood(t *testing.T) {
	src, err := os.ReadFile("testdata/good/caching/nfs-write-breaks-rwh.scenario")
	require.NoError(t, err)
	s, err := Parse("scenarios/caching/nfs-write-breaks-rwh.scenario", src)
	require.NoError(t, err)
	require.Equal(t, []string{"What must hold, in one sentence."}, s.Doc)
	require.Equal(t, []Cite{{Pos{4, 18}, "MS-SMB2", "3.3.4.7", Must}}, s.Cites)
	require.Equal(t, []string{"smb", "nfs"}, s.Services)
	require.Equal(t, []string{"smb.lease", "nfs.v3"}, s.Needs)

	rows := s.Rows()
	require.Len(t, rows, 2)
	require.Equal(t, "nfs_break=wait", rows[1].String())
	notify, err := s.Bind(rows[0], "r1")
	require.NoError(t, err)
	wait, err := s.Bind(rows[1], "r1")
	require.NoError(t, err)
	require.Len(t, wait.Steps, 12)
	require.Len(t, notify.Steps, 11, "the step for wait is left out")

	rwh := LeaseState(LeaseR | LeaseW | LeaseH)
	open := wait.Steps[0].Do.(*Call)
	require.Equal(t, "open", open.Verb)
	require.Equal(t, []string{"h"}, open.Captures)
	lease, ok := open.Get("lease")
	require.True(t, ok)
	require.Equal(t, rwh, *lease.Cache)
	share, _ := open.Get("share")
	require.Equal(t, "rwd", share.Str)

	ignore := cmp.Options{cmpopts.IgnoreFields(Value{}, "Pos"), cmpopts.IgnoreFields(Event{}, "Pos"), cmpopts.EquateEmpty()}
	for i, want := range map[int]Action{
		1: &Require{Check{Left: Ref{Name: "h", Field: "lease", Type: TypeLease}, Op: Equal, Right: []Value{{Kind: TypeLease, Text: "RWH", Cache: &rwh}}}},
		2: &OnBreak{Actor: "A", Handle: "h", Do: ReplyHold},
		3: &Call{Actor: "B", Verb: "write", Async: "w", Args: []Arg{
			{"target", Value{Kind: TypePath, Text: "f.dat", Str: "f.dat"}},
			{"offset", Value{Kind: TypeNumber, Text: "0"}},
			{"data", Value{Kind: TypeBytes, Text: `"CHANGED!"`, Data: &Data{Form: DataLiteral, Bytes: []byte("CHANGED!"), Size: 8}}}}},
		4:  &ExpectBreak{Actor: "A", Handle: "h", From: &rwh, To: []Cache{LeaseState(LeaseR | LeaseH), LeaseState(LeaseR), LeaseState(0)}, Within: 2 * time.Second},
		5:  &ExpectReply{Name: "w", State: StatePending},
		7:  &ExpectReply{Name: "w", State: StateOK, Within: 2 * time.Second},
		8:  &Order{Events: []Event{{Subject: "A", Of: SubjectActor, What: "break", Nth: 1, Actor: "A"}, {Subject: "w", Of: SubjectAsync, What: "reply", Nth: 1, Actor: "B"}}},
		9:  &Never{Actor: "A", Handle: "h"},
		11: &Call{Actor: "B", Verb: "remove", Statuses: []string{"NFS3ERR_ACCES"}, Args: []Arg{{"path", Value{Kind: TypePath, Text: "f.dat", Str: "f.dat"}}}},
	} {
		require.Empty(t, cmp.Diff(want, wait.Steps[i].Do, ignore), "step %d", i)
	}
}

func TestMatrix(t *testing.T) {
	src := head + `matrix nfs_break = notify wait
matrix holder = oplock:II lease:RWH none
matrix op = write remove
matrix text = "a b" "c"
except nfs_break=wait holder=lease:*|none
except text="c" op=remove
A open f-{run}.dat access=rw cache={holder} -> h
require h.cache == {holder}
[op=write] B {op} f-{run}.dat @0 {text} &w
[op=remove] B {op} f-{run}.dat &w
[!holder=none] expect A break h {holder}->none
[holder=none] A read h == {text}
expect w ok
[nfs_share_deny=ignore] A close h
`
	s := parseString(t, src)
	var names []string
	for _, r := range s.Rows() {
		names = append(names, r.String())
	}
	require.Equal(t, []string{
		`nfs_break=notify,holder=oplock:II,op=write,text="a b"`, `nfs_break=notify,holder=oplock:II,op=write,text="c"`, `nfs_break=notify,holder=oplock:II,op=remove,text="a b"`,
		`nfs_break=notify,holder=lease:RWH,op=write,text="a b"`, `nfs_break=notify,holder=lease:RWH,op=write,text="c"`, `nfs_break=notify,holder=lease:RWH,op=remove,text="a b"`,
		`nfs_break=notify,holder=none,op=write,text="a b"`, `nfs_break=notify,holder=none,op=write,text="c"`, `nfs_break=notify,holder=none,op=remove,text="a b"`,
		`nfs_break=wait,holder=oplock:II,op=write,text="a b"`, `nfs_break=wait,holder=oplock:II,op=write,text="c"`, `nfs_break=wait,holder=oplock:II,op=remove,text="a b"`,
	}, names)
	require.True(t, s.Rows()[0][0].Policy)
	require.False(t, s.Rows()[0][1].Policy)

	b, err := s.Bind(s.Rows()[0], "r7")
	require.NoError(t, err)
	path, _ := b.Steps[0].Do.(*Call).Get("path")
	require.Equal(t, "f-r7.dat", path.Str)
	cache, _ := b.Steps[0].Do.(*Call).Get("cache")
	require.Equal(t, OplockLevel(OplockII), *cache.Cache)
	data, _ := b.Steps[2].Do.(*Call).Get("data")
	require.Equal(t, "a b", string(data.Data.Bytes))
	require.Equal(t, `[op=write] B write f-r7.dat @0 "a b" &w`, b.Steps[2].Source)
	require.Empty(t, b.Steps[2].Conds, "the row decides them")
	require.Equal(t, []Cond{{Pos: Pos{18, 2}, Key: "nfs_share_deny", Values: []string{"ignore"}}}, b.Steps[len(b.Steps)-1].Conds)
	require.Equal(t, OplockLevel(OplockII), *b.Steps[3].Do.(*ExpectBreak).From)

	_, err = s.Bind(s.Rows()[0], "no-token")
	require.Error(t, err)
	_, err = (&Scenario{}).Bind(nil, "r")
	require.Error(t, err)
}

func TestJoins(t *testing.T) {
	s := parseString(t, head+`file f "x"
B read f &r
expect r == "x" within 5s
expect r.count == 1
`)
	b, err := s.Bind(nil, "r")
	require.NoError(t, err)
	first, second := b.Steps[1].Do.(*ExpectValue), b.Steps[2].Do.(*ExpectValue)
	require.True(t, first.Joins)
	require.Equal(t, 5*time.Second, first.Within)
	require.False(t, second.Joins)
}

func TestOneNameInTwoWorlds(t *testing.T) {
	parseString(t, head+`file f "x"
[nfs_break=wait] B read f &r
[nfs_break=jukebox|notify] B write f @0 "x" &r
expect r ok
`)
}

func TestCapabilities(t *testing.T) {
	s := parseString(t, head+`needs smb.lease
file f "x"
B lock f @0 +1
A open f -> h
A lock h @0 +1 fails STATUS_LOCK_NOT_GRANTED
[needs control.counter] control counter x >= 1
control share add n
`)
	require.Equal(t, []string{"control.share", "nlm", "smb.lease", "smb.locks"}, s.Capabilities())
	require.Equal(t, "control", s.Actors[len(s.Actors)-1].Name)

	for _, tt := range []struct {
		name, src string
		root      bool
	}{
		{"nobody in particular", "actors B=nfs(3)\nfile f \"x\" mode=0600", false},
		{"a user", "actors B=nfs(3, uid=2000, gid=0)\nfile f \"x\"", false},
		{"root", "actors B=nfs(3, uid=0)\nfile f \"x\"", true},
		{"a file of somebody", "actors B=nfs(3)\nfile f \"x\" uid=2000", true},
		{"a folder of a group", "actors B=nfs(3)\ndir d gid=0\nfile f \"x\"", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := parseString(t, "scenario t/x\ncovers S1\ncite MS-SMB2 3.3.4.7 MUST\n"+tt.src+"\nB read f == \"x\"\n")
			require.Equal(t, tt.root, s.Root())
			require.Equal(t, tt.root, slices.Contains(s.Capabilities(), "nfs.root"))
		})
	}
}

func TestLiterals(t *testing.T) {
	embed := func(name string) ([]byte, bool) { return []byte("emb"), name == "e" }
	tests := []struct {
		name string
		typ  Type
		text string
		want any // the field of Value, or an error's beginning
		bad  string
	}{
		{name: "decimal", typ: TypeNumber, text: "4096", want: uint64(4096)},
		{name: "hexadecimal", typ: TypeNumber, text: "0xffffffffffffffff", want: uint64(math.MaxUint64)},
		{name: "octal", typ: TypeNumber, text: "0644", want: uint64(0o644)},
		{name: "size", typ: TypeNumber, text: "64KiB", want: uint64(65536)},
		{name: "sum", typ: TypeNumber, text: "4GiB+1", want: uint64(1<<32 + 1)},
		{name: "difference", typ: TypeNumber, text: "8EiB-1", want: uint64(math.MaxInt64)},
		{name: "too big a size", typ: TypeNumber, text: "16EiB", bad: "16EiB is no number"},
		{name: "too big a sum", typ: TypeNumber, text: "0xffffffffffffffff+1", bad: "0xffffffffffffffff+1 does not fit"},
		{name: "negative", typ: TypeNumber, text: "1-2", bad: "1-2 does not fit"},
		{name: "no number", typ: TypeNumber, text: "4kb", bad: "4kb is no number"},
		{name: "underscore", typ: TypeNumber, text: "1_0", bad: "1_0 is no number"},
		{name: "duration", typ: TypeDuration, text: "1m30s", want: 90 * time.Second},
		{name: "zero duration", typ: TypeDuration, text: "0s", bad: "0s is no duration"},
		{name: "no duration", typ: TypeDuration, text: "2", bad: "2 is no duration"},
		{name: "time", typ: TypeTime, text: "2024-01-02T03:04:05.000000001Z", want: time.Date(2024, 1, 2, 3, 4, 5, 1, time.UTC)},
		{name: "no time", typ: TypeTime, text: "today", bad: "today is no time"},
		{name: "bare text", typ: TypeString, text: "abc", want: "abc"},
		{name: "quoted text", typ: TypeString, text: `"a\x00\n\u00e9"`, want: "a\x00\né"},
		{name: "bad escape", typ: TypeString, text: `"a\q"`, bad: "bad escape"},
		{name: "half quoted", typ: TypeString, text: `a"b"`, bad: "write the whole value in quotes"},
		{name: "after the quote", typ: TypeString, text: `"b"c`, bad: "nothing may follow"},
		{name: "absolute path", typ: TypePath, text: "/f", bad: "a path is relative"},
		{name: "text data", typ: TypeBytes, text: `"ab"`, want: "ab"},
		{name: "hex data", typ: TypeBytes, text: "hex(00 fF)", want: "\x00\xff"},
		{name: "odd hex", typ: TypeBytes, text: "hex(0)", bad: "hex(…) holds pairs"},
		{name: "zeros", typ: TypeBytes, text: "zeros(3)", want: "\x00\x00\x00"},
		{name: "embedded", typ: TypeBytes, text: "embed(e)", want: "emb"},
		{name: "not embedded", typ: TypeBytes, text: "embed(f)", bad: `no file "f" is embedded`},
		{name: "bare data", typ: TypeBytes, text: "ab", bad: "data is written"},
		{name: "misspelt data", typ: TypeBytes, text: "zeroes(3)", bad: `data is written "text", hex(…), zeros(n), pattern(seed, n) or embed(name) (did you mean zeros?)`},
		{name: "endless zeros", typ: TypeBytes, text: "zeros(0xffffffffffffffff)", bad: "longer than any file"},
		{name: "access", typ: TypeAccess, text: "dwr", want: "rwd"},
		{name: "no access", typ: TypeAccess, text: "none", want: "none"},
		{name: "access twice", typ: TypeAccess, text: "rr", bad: "rr names a right twice"},
		{name: "bad access", typ: TypeAccess, text: "rq", bad: "rq is no access"},
		{name: "lease", typ: TypeLease, text: "RWH", want: LeaseState(7)},
		{name: "lease with prefix", typ: TypeLease, text: "lease:RH", want: LeaseState(3)},
		{name: "no lease", typ: TypeLease, text: "none", want: Cache{Kind: CacheNone}},
		{name: "bad lease", typ: TypeLease, text: "RHW", bad: "RHW is no lease state: none, R, RH, RW, RWH, H, W or WH (did you mean"},
		{name: "an oplock is no lease", typ: TypeLease, text: "II", bad: "II is no lease state"},
		{name: "oplock", typ: TypeOplock, text: "batch", want: OplockLevel(OplockBatch)},
		{name: "bad oplock", typ: TypeOplock, text: "bacth", bad: "bacth is no oplock level: none, II, exclusive or batch (did you mean batch?)"},
		{name: "cache of a lease", typ: TypeCache, text: "RW", want: LeaseState(5)},
		{name: "cache of an oplock", typ: TypeCache, text: "oplock:exclusive", want: OplockLevel(OplockExclusive)},
		{name: "bad cache", typ: TypeCache, text: "lease:batch", bad: "lease:batch is no caching state"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, msg, _ := literal(token{col: 1, text: tt.text, orig: true}, want{typ: tt.typ}, embed)
			if tt.bad != "" {
				require.True(t, strings.HasPrefix(msg, tt.bad), "got %q", msg)
				return
			}
			require.Empty(t, msg)
			var got any
			switch tt.typ {
			case TypeNumber:
				got = v.Num
			case TypeDuration:
				got = v.Dur
			case TypeTime:
				got = *v.Time
			case TypeBytes:
				b, err := io.ReadAll(v.Data.Open())
				require.NoError(t, err)
				got = string(b)
			case TypeLease, TypeOplock, TypeCache:
				got = *v.Cache
			default:
				got = v.Str
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestPattern(t *testing.T) {
	d := &Data{Form: DataPattern, Seed: 0, Size: 1 << 62}
	// The first outputs of splitmix64 from the state 0, as published.
	want := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 0xe220a8397b1dcdaf), 0x6e789e6aa1b965f4)
	whole := make([]byte, 4096)
	n, err := d.ReadAt(whole, 0)
	require.NoError(t, err)
	require.Equal(t, len(whole), n)
	require.Equal(t, want, whole[:16])
	for off := range 40 {
		part := make([]byte, 19)
		_, err := d.ReadAt(part, int64(off))
		require.NoError(t, err)
		require.True(t, bytes.Equal(whole[off:off+19], part), "offset %d", off)
	}
	seen := map[string]bool{}
	for i := 0; i < len(whole); i += 8 {
		require.False(t, seen[string(whole[i:i+8])])
		seen[string(whole[i:i+8])] = true
	}
	_, err = (&Data{Form: DataZeros, Size: 3}).ReadAt(make([]byte, 2), 3)
	require.Equal(t, io.EOF, err)
}

func TestErrorsAreErrors(t *testing.T) {
	_, err := Parse("scenarios/a/c.scenario", []byte(head+"\tD read f\n"))
	var one *Error
	require.True(t, errors.As(err, &one))
	require.Equal(t, "scenarios/a/c.scenario:1:10: the id is not the file's path below scenarios/: a/c\n\tscenario a/b\n\t         ^\n"+
		"scenarios/a/c.scenario:5:2: there is no actor D; actors are A, B, C or control\n\t\tD read f\n\t\t^", err.Error())
}

func TestCheckSet(t *testing.T) {
	a := parseString(t, head+"B stat . .type == dir\n")
	b := parseString(t, head+"B stat . .type == dir\n")
	require.NoError(t, CheckSet([]*Scenario{a}))
	b.File = "y.scenario"
	require.EqualError(t, CheckSet([]*Scenario{a, b}), "y.scenario:1:10: the id a/b is that of x.scenario too\n\tscenario a/b\n\t         ^")
}

// sameMeaning compares two scenarios but for where things stand.
func sameMeaning(a, b *Scenario) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(Scenario{}, Step{}), cmpopts.IgnoreTypes(Pos{}), cmpopts.IgnoreFields(Step{}, "Source"),
		cmpopts.IgnoreFields(Setup{}, "Source"), cmpopts.IgnoreFields(Value{}, "Text"), cmpopts.EquateEmpty())
}

func FuzzParse(f *testing.F) {
	for _, file := range goodFiles(f) {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(src)
	}
	bad, err := filepath.Glob("testdata/bad/*.txt")
	require.NoError(f, err)
	for _, file := range bad {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		for _, a := range txtar.Parse(src).Files {
			if !strings.HasSuffix(a.Name, "/errors") {
				f.Add(append([]byte(head), a.Data...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.Count(src, []byte("matrix")) > 3 {
			t.Skip("many rows take long and show nothing new")
		}
		s, err := Parse("x.scenario", src)
		if err == nil {
			for _, r := range s.Rows() {
				b, err := s.Bind(r, "r")
				if err != nil {
					t.Fatalf("what Parse allows binds: %v", err)
				}
				if _, err := json.Marshal(b); err != nil {
					t.Fatal(err)
				}
			}
		}
		out, ferr := Format(src)
		if ferr != nil {
			if err == nil {
				t.Fatalf("what Parse allows can be formatted: %v", ferr)
			}
			return
		}
		again, ferr := Format(out)
		if ferr != nil {
			t.Fatalf("what Format gave it cannot read: %v\n%s", ferr, out)
		}
		if !bytes.Equal(out, again) {
			t.Fatalf("Format is not done at once:\n%q\n%q", out, again)
		}
		s2, err2 := Parse("x.scenario", out)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("Format changes whether it is right: %v\n%v\n%s", err, err2, out)
		}
		if err == nil {
			if diff := sameMeaning(s, s2); diff != "" {
				t.Fatalf("Format changes what it means: %s", diff)
			}
		}
	})
}
