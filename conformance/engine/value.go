package engine

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/script"
)

// clientField gives the clients' name of a field of the language.
func clientField(name string) string {
	switch name {
	case "id":
		return "fileid"
	case "dosattr":
		return "attributes"
	case "cache":
		return "lease"
	}
	return name
}

// observed is the field of a result in one of the types of client.Result,
// or script.Cache; false if the client does not tell it.
func observed(verb string, res client.Result, field string) (any, bool) {
	switch field {
	case "":
		return mainValue(verb, res)
	case "cache":
		for _, f := range []string{"lease", "oplock"} {
			if s, ok := res.Fields[f].(string); ok && s != "none" {
				return s, true
			}
		}
		return "none", true
	case "count":
		if _, ok := res.Fields["count"]; !ok {
			if names, ok := res.Fields["names"].([]string); ok {
				return int64(len(names)), true
			}
			if res.HasData {
				return int64(len(res.Data)), true
			}
		}
	case "mode":
		if x, ok := res.Fields["exclusive"].(bool); ok && verb == client.VerbTestlock {
			if x {
				return "exclusive", true
			}
			return "shared", true
		}
	}
	for _, name := range []string{field, clientField(field)} {
		if v, ok := res.Fields[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// mainValue is what a verb is about.
func mainValue(verb string, res client.Result) (any, bool) {
	name := ""
	switch verb {
	case client.VerbRead, client.VerbReadlink, client.VerbIoctl:
		return res.Data, true
	case client.VerbList, client.VerbShares, client.VerbExports, client.VerbShare:
		name = "names"
	case client.VerbCounter:
		name = "value"
	case client.VerbAccess:
		name = "access"
	case client.VerbAck:
		name = "state"
	case client.VerbNotify:
		names, _ := res.Fields["names"].([]string)
		actions, _ := res.Fields["actions"].([]string)
		if len(names) != len(actions) {
			return nil, false
		}
		both := make([]string, len(names))
		for i := range names {
			both[i] = actions[i] + " " + names[i]
		}
		return both, true
	}
	v, ok := res.Fields[name]
	return v, ok
}

// compare applies op to what was observed and one wanted value.
func compare(got any, op script.Op, want any) (bool, error) {
	switch op {
	case script.Equal, script.NotEqual:
		eq, err := equal(got, want)
		return eq == (op == script.Equal), err
	case script.Contains, script.Lacks:
		has, err := contains(got, want)
		return has == (op == script.Contains), err
	}
	c, err := order(got, want)
	switch op {
	case script.Less:
		return c < 0, err
	case script.LessEqual:
		return c <= 0, err
	case script.Greater:
		return c > 0, err
	case script.GreaterEqual:
		return c >= 0, err
	}
	return false, fmt.Errorf("no comparison %q", op)
}

// number reads any integer.
func number(v any) (*big.Int, bool) {
	switch n := v.(type) {
	case int:
		return big.NewInt(int64(n)), true
	case int32:
		return big.NewInt(int64(n)), true
	case int64:
		return big.NewInt(n), true
	case uint32:
		return new(big.Int).SetUint64(uint64(n)), true
	case uint64:
		return new(big.Int).SetUint64(n), true
	}
	return nil, false
}

func mismatch(got, want any) error {
	return fmt.Errorf("cannot compare %s with %s", show(got), show(want))
}

func order(got, want any) (int, error) {
	if g, ok := number(got); ok {
		if w, ok := number(want); ok {
			return g.Cmp(w), nil
		}
	}
	if g, ok := got.(time.Time); ok {
		if w, ok := want.(time.Time); ok {
			return g.Compare(w), nil
		}
	}
	return 0, mismatch(got, want)
}

func equal(got, want any) (bool, error) {
	switch w := want.(type) {
	case *script.Data:
		g, ok := bytesOf(got)
		if !ok {
			return false, mismatch(got, want)
		}
		at, err := firstDifference(g, w)
		return at < 0, err
	case script.Cache:
		s, ok := got.(string)
		if !ok {
			return false, mismatch(got, want)
		}
		g, err := parseCache(s)
		return err == nil && g.Equal(w), err
	case []string:
		g, ok := stringsOf(got)
		if !ok {
			return false, mismatch(got, want)
		}
		return slices.Equal(slices.Sorted(slices.Values(g)), slices.Sorted(slices.Values(w))), nil
	case bool:
		g, ok := got.(bool)
		if !ok {
			return false, mismatch(got, want)
		}
		return g == w, nil
	case string:
		if g, ok := bytesOf(got); ok {
			return string(g) == w, nil
		}
	case []byte:
		if g, ok := bytesOf(got); ok {
			return bytes.Equal(g, w), nil
		}
	default:
		c, err := order(got, want)
		return c == 0, err
	}
	return false, mismatch(got, want)
}

func contains(got, want any) (bool, error) {
	var needle string
	switch w := want.(type) {
	case string:
		needle = w
	case []byte:
		needle = string(w)
	case *script.Data:
		if w.Len() > maxPayload {
			return false, fmt.Errorf("more than %d bytes to look for", maxPayload)
		}
		b, err := io.ReadAll(w.Open())
		if err != nil {
			return false, err
		}
		needle = string(b)
	default:
		return false, mismatch(got, want)
	}
	if list, ok := got.([]string); ok {
		return slices.Contains(list, needle), nil
	}
	if b, ok := bytesOf(got); ok {
		return bytes.Contains(b, []byte(needle)), nil
	}
	return false, mismatch(got, want)
}

func bytesOf(v any) ([]byte, bool) {
	switch b := v.(type) {
	case []byte:
		return b, true
	case string:
		return []byte(b), true
	}
	return nil, false
}

// stringsOf reads a list, or a set that a client wrote with commas.
func stringsOf(v any) ([]string, bool) {
	switch l := v.(type) {
	case []string:
		return l, true
	case string:
		if l == "" || l == "none" {
			return nil, true
		}
		return strings.Split(l, ","), true
	}
	return nil, false
}

// firstDifference of got and want, -1 if they are the same.
func firstDifference(got []byte, want *script.Data) (int64, error) {
	buf := make([]byte, 64<<10)
	r := want.Open()
	var off int64
	for {
		n, err := io.ReadFull(r, buf)
		if rest := got[min(off, int64(len(got))):]; !bytes.HasPrefix(rest, buf[:n]) {
			for i := range n {
				if i >= len(rest) || rest[i] != buf[i] {
					return off + int64(i), nil
				}
			}
		}
		off += int64(n)
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			if int64(len(got)) != off {
				return off, nil
			}
			return -1, nil
		default:
			return 0, err
		}
	}
}

// wanted turns the right hand of a comparison into what compare takes.
func (r *run) wanted(v script.Value) (any, error) {
	switch v.Kind {
	case script.TypeRef:
		got, err := r.look(*v.Ref)
		if err != nil || v.Ref.Add == 0 {
			return got, err
		}
		n, ok := number(got)
		if !ok {
			return nil, fmt.Errorf("%s is no number", v.Text)
		}
		n.Add(n, big.NewInt(v.Ref.Add))
		if n.Sign() < 0 {
			return n.Int64(), nil
		}
		return n.Uint64(), nil
	case script.TypeNumber:
		return v.Num, nil
	case script.TypeBool:
		return v.Num != 0, nil
	case script.TypeTime:
		if v.Time == nil {
			return nil, fmt.Errorf("%s has no fixed time to compare with", v.Text)
		}
		return *v.Time, nil
	case script.TypeLease, script.TypeOplock, script.TypeCache:
		return *v.Cache, nil
	case script.TypeSet, script.TypeList:
		list := []string{}
		for _, e := range v.List {
			list = append(list, textOf(e))
		}
		return list, nil
	}
	if v.Data != nil {
		return v.Data, nil
	}
	return v.Str, nil
}

// textOf is an element of a list.
func textOf(v script.Value) string {
	if v.Data != nil {
		b := make([]byte, min(v.Data.Len(), maxPayload))
		n, _ := v.Data.ReadAt(b, 0)
		return string(b[:n])
	}
	return v.Str
}

// maxShown bounds how much of some bytes a message shows.
const maxShown = 64

// show writes an observed or wanted value for people, in the words of the
// language.
func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing"
	case []byte:
		return showBytes(x, uint64(len(x)))
	case *script.Data:
		b := make([]byte, min(x.Len(), maxShown))
		n, _ := x.ReadAt(b, 0)
		return showBytes(b[:n], x.Len())
	case script.Cache:
		return x.String()
	case []string:
		q := make([]string, len(x))
		for i, s := range x {
			q[i] = strconv.Quote(s)
		}
		return "(" + strings.Join(q, " ") + ")"
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case string:
		if x == "level2" {
			return "II"
		}
		return x
	}
	return fmt.Sprint(v)
}

func showBytes(b []byte, size uint64) string {
	if len(b) > maxShown {
		b = b[:maxShown]
	}
	s := strconv.Quote(string(b))
	if uint64(len(b)) < size {
		s += "…"
	}
	return fmt.Sprintf("%s (%d bytes)", s, size)
}
