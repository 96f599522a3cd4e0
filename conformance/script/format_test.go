package script

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormat(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"headers are aligned", "scenario   a\n covers S1\ncite X 1 MUST\n", "scenario a\ncovers   S1\ncite     X 1 MUST\n"},
		{"a blank line before the body", "scenario a\n# c\nfile f\n", "scenario a\n\n# c\nfile f\n"},
		{"blank lines", "\n\nscenario a\n\n\n\nfile f\n\n", "scenario a\n\nfile f\n"},
		{"comments after code", "A echo # 1\nA echo  a=b   # 2 \n\nA echo # 3\n", "A echo      # 1\nA echo a=b  # 2\n\nA echo  # 3\n"},
		{"words keep their quotes", `A  write "a  # b"   x`, `A write "a  # b" x` + "\n"},
		{"parentheses", `A=b( 3 ,x=1 ,  y="( ,") [ "a"   b ] pattern(1,2) hex(  00   01 )`, `A=b(3, x=1, y="( ,") ["a" b] pattern(1, 2) hex(00 01)` + "\n"},
		{"conditions", "[ !needs   x ] [! a=b] A", "[!needs x] [!a=b] A\n"},
		{"line ends", "a\r\nb\r\n", "a\nb\n"},
		{"an archive", "a\n-- x --\n  y  ", "a\n\n-- x --\n  y  \n"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := Format([]byte(tt.in))
			require.NoError(t, err)
			require.Equal(t, tt.want, string(out))
			again, err := Format(out)
			require.NoError(t, err)
			require.Equal(t, string(out), string(again))
		})
	}
	_, err := Format([]byte("A \"b"))
	require.EqualError(t, err, "-:1:3: this quote is never closed\n\tA \"b\n\t  ^")
}

// TestFormatUndoesSpacing: however a scenario is spaced, Format gives the one form, and it means the same.
func TestFormatUndoesSpacing(t *testing.T) {
	for _, file := range goodFiles(t) {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.Replace(file, "testdata/good", "scenarios", 1)
		want, err := Parse(name, src)
		require.NoError(t, err)
		for seed := range uint64(50) {
			messy := respace(rand.New(rand.NewPCG(seed, 1)), src)
			out, err := Format(messy)
			require.NoError(t, err, "seed %d", seed)
			require.Equal(t, string(src), string(out), "seed %d", seed)
			if seed > 0 && len(want.Rows()) > 4 {
				continue // binding many rows takes long and shows nothing new
			}
			got, err := Parse(name, messy)
			require.NoError(t, err, "seed %d", seed)
			require.Empty(t, sameMeaning(want, got), "seed %d", seed)
		}
	}
}

// respace changes white space between words, at both ends of lines, and the number of blank lines.
func respace(r *rand.Rand, src []byte) []byte {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	space := func() string { return one(" ", "  ", "\t", " \t ") }
	body, tail, _ := splitArchive(src)
	var x lexer
	var b bytes.Buffer
	for _, l := range x.lines(body) {
		b.WriteString(one("", " ", "\t"))
		for i, tok := range l.toks {
			if i > 0 {
				b.WriteString(space())
			}
			b.WriteString(tok.text)
		}
		if l.comment != "" {
			if len(l.toks) > 0 {
				b.WriteString(space())
			}
			b.WriteString(l.comment)
		}
		b.WriteString(one("", " ", "\t") + one("\n", "\r\n"))
		if len(l.toks) == 0 && l.comment == "" {
			b.WriteString(one("", "\n", "\n\n"))
		}
	}
	return append(b.Bytes(), tail...)
}

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true}, {"*", "", true}, {"a*a", "a", false},
		{"*W*", "lease:RWH", true}, {"*W*", "lease:RH", false}, {"lease:*", "oplock:II", false}, {"a*b*c", "axbxbxc", true}, {"a*b*c", "axcxb", false},
	}
	for _, tt := range tests {
		t.Run(tt.pattern+" "+tt.s, func(t *testing.T) { require.Equal(t, tt.want, match(tt.pattern, tt.s)) })
	}
}
