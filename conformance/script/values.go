package script

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// want says what a value must be.
type want struct {
	typ   Type
	words []string
}

// literal reads a value of a type that needs no knowledge of other lines. msg is "" or what is wrong, at byte off.
func literal(t token, w want, embed func(name string) ([]byte, bool)) (v Value, msg string, off int) {
	v = Value{Pos: Pos{Col: t.col}, Kind: w.typ, Text: t.text}
	s := t.text
	switch w.typ {
	case TypeString, TypePath:
		v.Str, msg, off = text(s)
		if msg == "" && w.typ == TypePath && strings.HasPrefix(s, "/") {
			msg = "a path is relative to the scenario's folder: leave out the leading /"
		}
	case TypeBytes:
		v.Data, msg, off = data(s, embed)
	case TypeNumber:
		v.Num, msg = number(s)
	case TypeDuration:
		v.Dur, msg = duration(s)
	case TypeTime:
		if s == "now" {
			v.Str = s
			break
		}
		tm, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			msg = fmt.Sprintf("%s is no time: write 2006-01-02T15:04:05.000000001Z or now", s)
			break
		}
		tm = tm.UTC()
		v.Time = &tm
	case TypeAccess:
		v.Str, msg = access(s)
	case TypeLease, TypeOplock, TypeCache:
		v.Cache, msg = cache(s, w.typ)
	case TypeBool:
		switch s {
		case "true":
			v.Num = 1
		case "false":
		default:
			msg = fmt.Sprintf("%s is neither true nor false", s)
		}
	case TypeEnum:
		v.Str = s
		if !slices.Contains(w.words, s) {
			msg = fmt.Sprintf("%s is not one of %s%s", s, oneOf(w.words), didYouMean(s, w.words))
		}
	case TypeSet:
		v.List = []Value{}
		if s == "none" {
			break
		}
		for _, part := range t.split(',') {
			e, m, o := literal(part, want{TypeEnum, w.words}, nil)
			if m != "" && msg == "" {
				msg, off = m, part.col-t.col+o
			}
			e.Kind, e.Pos = TypeString, Pos{}
			v.List = append(v.List, e)
		}
	case TypeList:
		if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
			msg = fmt.Sprintf(`%s is no list: write ["a" "b"]`, s)
			break
		}
		v.List = []Value{}
		for _, part := range t.sub(1, len(s)-1).words() {
			e, m, o := literal(part, want{typ: TypeString}, nil)
			if m != "" && msg == "" {
				msg, off = m, part.col-t.col+o
			}
			v.List = append(v.List, e)
		}
	default:
		msg = fmt.Sprintf("no value of type %s can be written", w.typ)
	}
	return v, msg, off
}

// text reads a bare word or a "quoted" string.
func text(s string) (out, msg string, off int) {
	if s == "" {
		return "", `a value is missing; the empty string is written ""`, 0
	}
	if s[0] != '"' {
		if i := strings.IndexAny(s, "\"{}()[] \t"); i >= 0 {
			return "", "write the whole value in quotes", i
		}
		return s, "", 0
	}
	if n := quoted(s); n != len(s) {
		return "", "nothing may follow the closing quote", n
	}
	out, err := strconv.Unquote(s)
	if err != nil {
		return "", "bad escape: Go's are \\n \\t \\\\ \\\" \\x00 \\u0000 \\U00000000", badEscape(s)
	}
	return out, "", 0
}

// badEscape finds the first escape in the quoted string s that Go does not know.
func badEscape(s string) int {
	for i := 1; i < len(s)-1; {
		_, _, tail, err := strconv.UnquoteChar(s[i:len(s)-1], '"')
		if err != nil {
			return i
		}
		i = len(s) - 1 - len(tail)
	}
	return 0
}

// data reads "text", hex(…), zeros(n), pattern(seed, n) or embed(name).
func data(s string, embed func(name string) ([]byte, bool)) (d *Data, msg string, off int) {
	const forms = `data is written "text", hex(…), zeros(n), pattern(seed, n) or embed(name)`
	if strings.HasPrefix(s, `"`) {
		str, msg, off := text(s)
		return &Data{Form: DataLiteral, Bytes: []byte(str), Size: uint64(len(str))}, msg, off
	}
	name, args, ok := strings.Cut(s, "(")
	if !ok || !strings.HasSuffix(args, ")") {
		return nil, forms, 0
	}
	args = args[:len(args)-1]
	off = len(name) + 1
	switch name {
	case "hex":
		b, err := hex.DecodeString(strings.Join(strings.Fields(args), ""))
		if err != nil {
			return nil, "hex(…) holds pairs of hexadecimal digits", off
		}
		return &Data{Form: DataLiteral, Bytes: b, Size: uint64(len(b))}, "", 0
	case "embed":
		str, msg, _ := text(strings.TrimSpace(args))
		if msg == "" && strings.Contains(args, ",") && !strings.HasPrefix(strings.TrimSpace(args), `"`) {
			msg = "write the whole name in quotes"
		}
		if msg != "" {
			return nil, msg, off
		}
		b, ok := embed(str)
		if !ok {
			return nil, fmt.Sprintf("no file %q is embedded: it would follow the steps as -- %s --", str, str), off
		}
		return &Data{Form: DataLiteral, Bytes: b, Size: uint64(len(b))}, "", 0
	case "zeros":
		n, msg := length(args)
		return &Data{Form: DataZeros, Size: n}, msg, off
	case "pattern":
		seed, n, ok := strings.Cut(args, ",")
		if !ok {
			return nil, "pattern takes a seed and a length: pattern(1, 64KiB)", off
		}
		sd, msg := number(strings.TrimSpace(seed))
		if msg != "" {
			return nil, msg, off
		}
		size, msg := length(n)
		return &Data{Form: DataPattern, Seed: sd, Size: size}, msg, off
	}
	return nil, forms + didYouMean(name, []string{"hex", "zeros", "pattern", "embed"}), 0
}

// length reads a number of bytes that an int64 can count.
func length(s string) (uint64, string) {
	n, msg := number(strings.TrimSpace(s))
	if msg == "" && n > math.MaxInt64 {
		msg = "longer than any file"
	}
	return n, msg
}

var units = []struct {
	suffix string
	shift  uint
}{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"PiB", 50}, {"EiB", 60}}

// number reads decimal, 0x hexadecimal, 0 octal, and sizes in binary units, and sums of them: 4GiB+1, 8EiB-1.
func number(s string) (n uint64, msg string) {
	bad := fmt.Sprintf("%s is no number: write 4096, 0x1000, 0644, 64KiB or 4GiB+1", s)
	sign := byte('+')
	for rest := s; ; {
		i := strings.IndexAny(rest, "+-")
		term := rest
		if i >= 0 {
			term = rest[:i]
		}
		m, ok := plain(term)
		if !ok {
			return 0, bad
		}
		var carry uint64
		if sign == '+' {
			n, carry = bits.Add64(n, m, 0)
		} else {
			n, carry = bits.Sub64(n, m, 0)
		}
		if carry != 0 {
			return 0, fmt.Sprintf("%s does not fit 64 bits", s)
		}
		if i < 0 {
			return n, ""
		}
		sign, rest = rest[i], rest[i+1:]
	}
}

func plain(s string) (uint64, bool) {
	shift := uint(0)
	for _, u := range units {
		if cut, ok := strings.CutSuffix(s, u.suffix); ok {
			s, shift = cut, u.shift
			break
		}
	}
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil || strings.Contains(s, "_") || strings.HasPrefix(s, "0b") || strings.HasPrefix(s, "0o") {
		return 0, false
	}
	return n << shift, n<<shift>>shift == n
}

func duration(s string) (time.Duration, string) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Sprintf("%s is no duration: write 2s, 500ms or 1m30s", s)
	}
	return d, ""
}

const accessLetters = "rwdxaA"

// access reads letters of rwdxaA, or none; the result has them in this order.
func access(s string) (string, string) {
	if s == "none" {
		return s, ""
	}
	var b strings.Builder
	for i := range len(accessLetters) {
		switch strings.Count(s, accessLetters[i:i+1]) {
		case 0:
		case 1:
			b.WriteByte(accessLetters[i])
		default:
			return "", fmt.Sprintf("%s names a right twice", s)
		}
	}
	if b.Len() != len(s) || s == "" {
		return "", fmt.Sprintf("%s is no access: letters of r (read) w (write) d (delete) x (execute) a (read attributes) A (write attributes), or none", s)
	}
	return b.String(), ""
}

// value reads a literal, or in the general form lets a template stand.
func (p *parser) value(t token, w want) (Value, bool) {
	if t.isTemplate() && !p.bound {
		return Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}, true
	}
	v, msg, off := literal(t, w, p.embedded)
	p.place(&v)
	if msg != "" {
		p.errorAt(p.line, t.at(off), "%s", msg)
		return v, false
	}
	return v, true
}

// place puts the line number into the places of a value and its elements.
func (p *parser) place(v *Value) {
	v.Pos.Line = p.line.num
	for i := range v.List {
		p.place(&v.List[i])
	}
}

func (p *parser) embedded(name string) ([]byte, bool) {
	for _, f := range p.archive {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
}
