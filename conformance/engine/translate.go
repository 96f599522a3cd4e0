package engine

import (
	"fmt"
	"strings"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/script"
)

// maxPayload bounds the bytes that one step sends or compares: more than that
// is a mistake in a scenario.
const maxPayload = 256 << 20

// verbNames are the verbs that the clients know by another name than the
// language.
var verbNames = map[string]string{
	"lookup": client.VerbOpen,
	"umount": client.VerbUnmount,
	"statfs": client.VerbFsstat,
	"clock":  client.VerbAdvance,
}

// optionNames likewise.
var optionNames = map[string]string{
	"dosattr": "attributes",
	"lease-v": "leaseversion",
}

// clientVerb splits "share add" into the client's verb and its first word.
func clientVerb(verb string) (name string, args []string) {
	name, rest, more := strings.Cut(verb, " ")
	if v, ok := verbNames[name]; ok {
		name = v
	}
	if more {
		args = []string{rest}
	}
	return name, args
}

// translate turns a step into a call of a client. Handles are looked up by
// handle, which may be nil when only the options matter.
func translate(c *script.Call, handle func(name string) (*client.Handle, error)) (client.Call, error) {
	out := client.Call{Options: client.Options{}}
	out.Verb, out.Args = clientVerb(c.Verb)
	if len(c.Captures) > 0 {
		out.As = c.Captures[0]
	}
	for _, a := range c.Args {
		if err := translateArg(&out, a, handle); err != nil {
			return out, err
		}
	}
	return out, nil
}

func translateArg(out *client.Call, a script.Arg, handle func(string) (*client.Handle, error)) error {
	v := a.Value
	switch {
	case v.Kind == script.TypeHandle:
		if handle == nil {
			return nil
		}
		h, err := handle(v.Str)
		out.Handle = h
		return err
	case v.Kind == script.TypePath && a.Name == "to":
		out.Path2 = folderPath(v.Str)
	case v.Kind == script.TypePath:
		out.Path = folderPath(v.Str)
	case a.Name == "offset":
		out.Offset, out.HasOffset = v.Num, true
	case a.Name == "length":
		out.Length, out.HasLength = v.Num, true
	case a.Name == "size" && out.Verb == client.VerbTruncate:
		out.Length, out.HasLength = v.Num, true
	case a.Name == "data":
		if handle == nil {
			return nil // only the options matter
		}
		b, err := payload(v)
		out.Data, out.HasData = b, true
		return err
	case a.Name == "text":
		out.Path2 = v.Str
	case out.Verb == client.VerbAdvance:
		out.Args = append(out.Args, v.Dur.String())
	case a.Name == "state" && out.Verb == client.VerbAck:
		out.Options["state"] = cacheText(v.Cache)
	case isName(out.Verb, a.Name):
		out.Args = append(out.Args, v.Str)
	case a.Name == "delete-on-close":
		out.Options["options"] = join(out.Options["options"], "delete-on-close")
	case a.Name == "options":
		out.Options["options"] = join(optionText(a), out.Options["options"])
	case a.Name == "cache" || a.Name == "lease" || a.Name == "oplock":
		switch v := cacheOf(v); v.Kind {
		case script.CacheLease:
			out.Options["lease"] = cacheText(v)
		case script.CacheOplock:
			out.Options["oplock"] = cacheText(v)
		case script.CacheNone: // the default of every client, the stock one too
		}
	default:
		name := a.Name
		if n, ok := optionNames[name]; ok {
			name = n
		}
		out.Options[name] = optionText(a)
	}
	return nil
}

// cacheOf reads a caching state out of an argument: oplock= is an enum.
func cacheOf(v script.Value) *script.Cache {
	if v.Cache != nil {
		return v.Cache
	}
	if c, err := script.ParseCache("oplock:" + v.Str); err == nil {
		return &c
	}
	return &script.Cache{Kind: script.CacheNone}
}

// isName recognises the arguments which name a share, an export, a counter.
func isName(verb, arg string) bool {
	switch verb {
	case client.VerbShare, client.VerbCounter:
		return arg == "name"
	case client.VerbTree:
		return arg == "share"
	case client.VerbMount, client.VerbUnmount:
		return arg == "export"
	}
	return false
}

// folderPath turns "." into the client's "".
func folderPath(p string) string {
	if p == "." {
		return ""
	}
	return p
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "," + b
}

// payload reads data into memory.
func payload(v script.Value) ([]byte, error) {
	if v.Data == nil {
		return []byte(v.Str), nil
	}
	if v.Data.Len() > maxPayload {
		return nil, fmt.Errorf("%s: more than %d bytes in one step", v.Text, maxPayload)
	}
	b := make([]byte, v.Data.Len())
	if _, err := v.Data.Open().Read(b); err != nil && len(b) > 0 {
		return nil, err
	}
	return b, nil
}

// optionText writes a value in the form that clients read, see
// client/verbs.go.
func optionText(a script.Arg) string {
	v := a.Value
	switch v.Kind {
	case script.TypeFlag:
		return "yes"
	case script.TypeBool:
		if v.Num != 0 {
			return "yes"
		}
		return "no"
	case script.TypeNumber:
		if a.Name == "mode" {
			return fmt.Sprintf("0%o", v.Num)
		}
		return fmt.Sprint(v.Num)
	case script.TypeDuration:
		return v.Dur.String()
	case script.TypeTime:
		if v.Time == nil {
			return v.Str
		}
		return v.Time.UTC().Format(time.RFC3339Nano)
	case script.TypeSet, script.TypeList:
		var words []string
		for _, e := range v.List {
			words = append(words, e.Str)
		}
		return strings.Join(words, ",")
	case script.TypeLease, script.TypeOplock, script.TypeCache:
		return cacheText(v.Cache)
	}
	if a.Name == "disposition" {
		return strings.ReplaceAll(v.Str, "_", "-")
	}
	return v.Str
}

// cacheText writes a caching state in the clients' form: "RWH", "level2",
// "none".
func cacheText(c *script.Cache) string {
	if c == nil {
		return ""
	}
	if c.Oplock == script.OplockII {
		return "level2"
	}
	return c.String()
}

// parseCache reads the clients' form.
func parseCache(s string) (script.Cache, error) {
	if s == "level2" {
		s = "II"
	}
	return script.ParseCache(s)
}

// actorSpec gathers what an actor's client must be able to do.
func (r *run) actorSpec(a *script.Actor) client.Spec {
	s := client.Spec{Name: a.Name, Kind: string(a.Kind), Version: a.Version, Options: client.Options{}}
	for _, o := range a.Options {
		s.Options[o.Name] = optionText(o)
	}
	owner := map[string]string{} // capture → verb, of this actor
	field := func(verb string, ref script.Ref) {
		if ref.Field != "" && verb != "" {
			s.Needs.AddField(verb, clientField(ref.Field))
		}
	}
	for _, st := range r.sc.Steps {
		switch d := st.Do.(type) {
		case *script.Call:
			if d.Actor != a.Name {
				continue
			}
			c, _ := translate(d, nil)
			s.Needs.Add(c.Verb, c.Options)
			if c.Verb == client.VerbAck {
				s.Needs.Add("ack", nil)
			}
			if d.Async != "" {
				owner[d.Async] = c.Verb
			}
			for _, name := range d.Captures {
				owner[name] = c.Verb
			}
			for _, ch := range d.Checks {
				field(c.Verb, ch.Left)
			}
		case *script.OnBreak:
			if d.Actor == a.Name {
				s.Needs.Add("break", nil)
				s.Needs.Add("ack", nil)
			}
		case *script.ExpectBreak:
			if d.Actor == a.Name {
				s.Needs.Add("break", nil)
			}
		case *script.Require:
			field(owner[d.Check.Left.Name], d.Check.Left)
		case *script.ExpectValue:
			field(owner[d.Check.Left.Name], d.Check.Left)
		}
	}
	return s
}
