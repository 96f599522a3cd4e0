package script

import (
	goflag "flag"
	"go/ast"
	"go/format"
	goparser "go/parser"
	gotoken "go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = goflag.Bool("update", false, "write the generated parts and the golden files anew")

// TestReference: the package comment ends with the tables, as Reference gives them.
func TestReference(t *testing.T) {
	var want strings.Builder
	for line := range strings.Lines(Reference()) {
		want.WriteString(strings.TrimRight("// "+line, " \n") + "\n")
	}
	src, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(src), "// \t", "//\t")
	generated := strings.ReplaceAll(want.String(), "// \t", "//\t")
	const begin, end = "//\n// # Actors\n", "package script\n"
	i := strings.Index(text, begin)
	if i < 0 {
		i = strings.Index(text, end)
	}
	formatted, err := format.Source([]byte(text[:i] + "//\n" + generated + end))
	require.NoError(t, err)
	text = string(formatted)
	if *update {
		require.NoError(t, os.WriteFile("doc.go", []byte(text), 0o644))
		return
	}
	require.Equal(t, text, string(src), "run: go test ./conformance/script -update")
}

// TestEveryWordIsDocumented: the prose and tables name every word of the language.
func TestEveryWordIsDocumented(t *testing.T) {
	f, err := goparser.ParseFile(gotoken.NewFileSet(), "doc.go", nil, goparser.ParseComments)
	require.NoError(t, err)
	doc := packageComment(f)
	words := Keywords()
	for _, v := range Verbs() {
		words = append(words, v.Name)
		for _, p := range v.Params {
			words = append(words, p.Name)
			words = append(words, p.Words...)
		}
		for _, fd := range v.Fields {
			words = append(words, fd.Name)
		}
	}
	for _, k := range setupKinds {
		words = append(words, string(k))
	}
	words = append(words, ops...)
	words = append(words, strings.Fields("hex zeros pattern embed KiB EiB hold ack flush+ack ack-to needs")...)
	for _, p := range policies() {
		words = append(append(words, p.Name), p.Values...)
	}
	for _, c := range capabilities() {
		words = append(words, c.Name)
	}
	for _, w := range words {
		re := regexp.MustCompile(`(^|[^A-Za-z0-9])` + regexp.QuoteMeta(w) + `([^a-z0-9]|$)`)
		if !re.MatchString(doc) {
			t.Errorf("the package comment does not mention %s", w)
		}
	}
}

func packageComment(f *ast.File) string { return f.Doc.Text() }

// TestExamplesInDoc: the two scenarios of the package comment are right, and canonical.
func TestExamplesInDoc(t *testing.T) {
	f, err := goparser.ParseFile(gotoken.NewFileSet(), "doc.go", nil, goparser.ParseComments)
	require.NoError(t, err)
	blocks := regexp.MustCompile(`(?m)(?:^\t.*\n|^\n)+`).FindAllString(packageComment(f), -1)
	found := 0
	for _, block := range blocks {
		src := strings.TrimLeft(strings.ReplaceAll("\n"+block, "\n\t", "\n"), "\n")
		switch {
		case strings.HasPrefix(src, "# An NFS write"):
		case strings.HasPrefix(src, "matrix   nfs_break = notify wait jukebox"):
			src = "scenario doc/matrix\ncovers   S1\ncite     MS-SMB2 3.3.4.7 MUST\n" + src
		default:
			continue
		}
		found++
		_, err := Parse("doc.go", []byte(src))
		require.NoError(t, err)
		out, err := Format([]byte(src))
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(src), strings.TrimSpace(string(out)))
	}
	require.Equal(t, 2, found)
}
