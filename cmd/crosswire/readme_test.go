package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/runtime"
)

// repo is the root of the repository, as seen from this package.
const repo = "../.."

// block is a fenced block of README.md.
type block struct {
	line       int
	lang, file string // "```yaml filer.yaml"
	text       string
}

// readme splits README.md into its text and its fenced blocks.
func readme(t *testing.T) (text string, blocks []block) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(repo, "README.md"))
	require.NoError(t, err)
	var prose strings.Builder
	var open *block
	for i, line := range strings.Split(string(src), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 1}
			open.lang, open.file, _ = strings.Cut(info, " ")
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		default:
			prose.WriteString(line + "\n")
		}
	}
	require.Nil(t, open, "every fence is closed")
	return prose.String(), blocks
}

// TestReadme does what the README shows. In blocks of "console" each command
// runs, must succeed and print what stands below it ("..." is any lines);
// blocks with the name of a file are that file; the commands of "sh" blocks
// build or test the whole house, which CI does: .ci/run must have the line.
func TestReadme(t *testing.T) {
	_, blocks := readme(t)
	ci, err := os.ReadFile(filepath.Join(repo, ".ci", "run"))
	require.NoError(t, err)
	ciLines := strings.Split(string(ci), "\n")
	d := newDocument(t)
	commands := 0
	for _, b := range blocks {
		switch {
		case b.lang == "sh":
			for line := range strings.Lines(b.text) {
				assert.Contains(t, ciLines, strings.TrimSpace(line), "README.md:%d: CI executes it", b.line)
				commands++
			}
		case b.lang == "console":
			commands += d.console(b)
		case b.file != "":
			d.write(b)
		default:
			t.Errorf("README.md:%d: a block of %q that nothing checks", b.line, b.lang)
		}
	}
	assert.Nil(t, d.server, "the README stops what it starts")
	assert.Greater(t, commands, 10)
}

// document is a place where a README's commands run.
type document struct {
	t      *testing.T
	dir    string
	server *process
	// real has the address that stands for each address of the text.
	real *strings.Replacer
	api  string
}

func newDocument(t *testing.T) *document {
	d := &document{t: t, dir: t.TempDir(), real: strings.NewReplacer()}
	// go tool looks for them.
	for _, name := range []string{"go.mod", "go.sum"} {
		src, err := os.ReadFile(filepath.Join(repo, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(d.dir, name), src, 0o644))
	}
	t.Cleanup(func() {
		if d.server != nil {
			assert.NoError(t, d.server.stop())
		}
	})
	return d
}

func (d *document) write(b block) {
	name := filepath.Join(d.dir, filepath.FromSlash(b.file))
	require.NoError(d.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(d.t, os.WriteFile(name, []byte(b.text), 0o644))
}

// console runs the commands of a block and returns how many there were.
func (d *document) console(b block) int {
	parts := regexp.MustCompile(`(?m)^\$ `).Split(b.text, -1)
	require.Empty(d.t, parts[0], "README.md:%d: a console block begins with a command", b.line)
	for _, part := range parts[1:] {
		cmd, want, _ := strings.Cut(part, "\n")
		where := fmt.Sprintf("README.md:%d: $ %s", b.line, cmd)
		switch background, ok := strings.CutSuffix(cmd, " &"); {
		case ok:
			d.serve(where, background, want)
		case cmd == "kill %1":
			require.NotNil(d.t, d.server, where)
			assert.NoError(d.t, d.server.stop(), where)
			d.server = nil
		default:
			out, err := d.shell(cmd).CombinedOutput()
			assert.NoError(d.t, err, where)
			assert.Regexp(d.t, pattern(d.real.Replace(want)), normal(string(out)), where)
		}
	}
	return len(parts) - 1
}

func (d *document) shell(cmd string) *exec.Cmd {
	c := exec.Command("bash", "-c", d.real.Replace(cmd))
	c.Dir = d.dir
	c.Env = append(os.Environ(), "CROSSWIRE_API="+d.api, "NO_COLOR=1")
	return c
}

// serve starts a server on free ports. From then on they stand for those of
// the text.
func (d *document) serve(where, cmd, want string) {
	require.Nil(d.t, d.server, where)
	addresses := regexp.MustCompile(`(\w+)=(?:http://)?(127\.0\.0\.1:\d+)`).FindAllStringSubmatch(want, -1)
	require.NotEmpty(d.t, addresses, where)
	for _, a := range addresses {
		if a[1] != "mount" {
			cmd += " --" + a[1] + "=127.0.0.1:0"
		}
	}
	p, actual, err := startServer(d.shell("exec " + cmd))
	require.NoError(d.t, err, where)
	d.server = p
	var pairs []string
	line := "ready"
	for _, service := range []string{"smb", "nfs", "mount", "portmap", "api"} {
		line += " " + service + "=" + actual[service]
	}
	for _, a := range addresses {
		pairs = append(pairs, a[2], strings.TrimPrefix(actual[a[1]], "http://"))
	}
	d.real = strings.NewReplacer(pairs...)
	d.api = actual["api"]
	assert.Equal(d.t, d.real.Replace(strings.TrimSpace(want)), line, where)
	// Files that were shown before meant this server.
	names, err := filepath.Glob(filepath.Join(d.dir, "*.yaml"))
	require.NoError(d.t, err)
	for _, name := range names {
		src, err := os.ReadFile(name)
		require.NoError(d.t, err)
		require.NoError(d.t, os.WriteFile(name, []byte(d.real.Replace(string(src))), 0o644))
	}
}

// What differs from one run to the next: times, and free ports.
var (
	durations = regexp.MustCompile(`\b\d+\.\d+m?s`)
	ports     = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	spaces    = regexp.MustCompile(` {2,}`)
)

func normal(s string) string {
	s = durations.ReplaceAllString(s, "TIME")
	s = ports.ReplaceAllString(s, "ADDRESS")
	return spaces.ReplaceAllString(s, "  ")
}

// pattern matches normal output that is like want.
func pattern(want string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.Lines(normal(want)) {
		if line == "...\n" {
			b.WriteString(`(?:.*\n)*?`)
		} else {
			b.WriteString(regexp.QuoteMeta(line))
		}
	}
	b.WriteString(`\s*\z`)
	return regexp.MustCompile(b.String())
}

// TestReadmeIsComplete: what the README lists is all there is.
func TestReadmeIsComplete(t *testing.T) {
	text, _ := readme(t)
	for _, p := range runtime.Policies() {
		row := "| `" + p.Name + "` | `" + strings.Join(p.Values, "`, `") + "` |"
		assert.True(t, strings.Contains(text, row), row)
	}
	var help strings.Builder
	require.Equal(t, exitOK, execute(t.Context(), []string{"--help"}, streams{nil, &help, &help}))
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+)`).FindAllStringSubmatch(help.String(), -1) {
		assert.True(t, strings.Contains(text, "| `crosswire "+m[1]), "a row for %s", m[1])
	}
	for _, command := range []string{"serve", "run"} {
		help.Reset()
		require.Equal(t, exitOK, execute(t.Context(), []string{command, "--help"}, streams{nil, &help, &help}))
		flags := regexp.MustCompile(`(?m)^ +(?:-\w, +)?(--[a-z-]+)`).FindAllStringSubmatch(help.String(), -1)
		require.NotEmpty(t, flags)
		for _, f := range flags {
			assert.True(t, f[1] == "--help" || strings.Contains(text, "`"+f[1]), "%s of %s", f[1], command)
		}
	}
}
