package script

import (
	"slices"
	"strings"
)

// Verb is a row of the one table that says what an actor can do.
type Verb struct {
	Name   string      // "open"; two words for the control plane: "share add"
	Kinds  []ActorKind // who may do it
	Params []Param
	Makes  Holds   // what a capture of it can be used as: a file handle, a tree, nothing
	Result Type    // the main value of its result; "" for none
	Fields []Field // named values of its result
	Doc    string
	// Needs gives the capability that a target must have for this verb, by the actor's kind; "" for all kinds.
	Needs map[ActorKind]string
}

// Form is how a parameter is written.
type Form string

// The forms.
const (
	Positional Form = ""  // value
	At         Form = "@" // @value
	Plus       Form = "+" // +value
	Option     Form = "=" // name=value
	Flag       Form = "!" // name
	Pair       Form = ":" // policy=value, the name being any policy of the registry
)

// Param is a parameter of a verb, or an option of an actor or a set-up line.
type Param struct {
	Name     string
	Form     Form
	Type     Type
	Required bool
	Kinds    []ActorKind // which actors may use it; nil: all that the verb allows
	Words    []string    // the choice for enum and set
	Holds    Holds       // which capture a handle or target wants
	Makes    bool        // the path need not exist: the verb makes it
	Doc      string
}

// Field is a named value of a result.
type Field struct {
	Name  string
	Type  Type
	Words []string
	Doc   string
}

// Holds says what a capture holds besides the fields of its result.
type Holds string

// What a capture can hold.
const (
	HoldsNothing Holds = ""
	HoldsFile    Holds = "file" // an SMB open or an NFS file handle
	HoldsTree    Holds = "tree" // an SMB tree connect
)

var (
	allSMB   = []ActorKind{KindSMB, KindRawSMB, KindStock}
	rawSMB   = []ActorKind{KindSMB, KindRawSMB}
	onlyNFS  = []ActorKind{KindNFS}
	anyFile  = []ActorKind{KindSMB, KindRawSMB, KindStock, KindNFS}
	rawFile  = []ActorKind{KindSMB, KindRawSMB, KindNFS}
	onlyCtrl = []ActorKind{KindControl}
)

// Verbs is the table of verbs, in the order of the documentation.
func Verbs() []Verb { return slices.Concat(fileVerbs(), shareVerbs(), controlVerbs()) }

var verbIndex = func() map[string]*Verb {
	index := map[string]*Verb{}
	all := Verbs()
	for i := range all {
		index[all[i].Name] = &all[i]
	}
	return index
}()

// LookupVerb finds a verb by its name. The result is shared: do not change it.
func LookupVerb(name string) (*Verb, bool) {
	v, ok := verbIndex[name]
	return v, ok
}

// Does reports whether actors of kind k may do v.
func (v *Verb) Does(k ActorKind) bool { return slices.Contains(v.Kinds, k) }

// Field finds a field of the result; the empty name is the main value.
func (v *Verb) Field(name string) (Field, bool) {
	if name == "" {
		return Field{Type: v.Result}, v.Result != ""
	}
	for _, f := range v.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func (v *Verb) fieldNames() []string {
	var names []string
	for _, f := range v.Fields {
		names = append(names, f.Name)
	}
	return names
}

func (p *Param) allows(k ActorKind) bool { return p.Kinds == nil || slices.Contains(p.Kinds, k) }

// param finds the parameter called name in one of the forms, preferring one that kind may use.
func (v *Verb) param(name string, kind ActorKind, forms ...Form) *Param {
	var other *Param
	for i := range v.Params {
		p := &v.Params[i]
		if p.Name != name || !slices.Contains(forms, p.Form) {
			continue
		}
		if p.allows(kind) {
			return p
		}
		other = p
	}
	return other
}

// Usage is the verb's signature on one line: "read TARGET [@offset] [+length]".
func (v *Verb) Usage() string {
	var b strings.Builder
	b.WriteString(v.Name)
	seen := map[string]bool{}
	for _, p := range v.Params {
		if key := string(p.Form) + p.Name; seen[key] {
			continue
		} else {
			seen[key] = true
		}
		b.WriteByte(' ')
		if !p.Required {
			b.WriteByte('[')
		}
		b.WriteString(p.label())
		if p.Form == Option {
			if p.Type == TypeEnum {
				b.WriteString(strings.Join(p.Words, "|"))
			} else {
				b.WriteString(strings.ToUpper(string(p.Type)))
			}
		}
		if !p.Required {
			b.WriteByte(']')
		}
	}
	return b.String()
}

// label is how the signature writes the parameter, without an option's value.
func (p *Param) label() string {
	switch p.Form {
	case Positional:
		return strings.ToUpper(p.Name)
	case At, Plus:
		return string(p.Form) + p.Name
	case Pair:
		return "POLICY=VALUE"
	case Option:
		return p.Name + "="
	}
	return p.Name
}

// Short constructors keep the tables readable.

func path(doc string) Param {
	return Param{Name: "path", Type: TypePath, Required: true, Doc: doc}
}

func newPath(doc string) Param {
	return Param{Name: "path", Type: TypePath, Required: true, Makes: true, Doc: doc}
}

func target(doc string) Param {
	return Param{Name: "target", Type: TypeTarget, Required: true, Holds: HoldsFile, Doc: doc}
}

func handle(doc string) Param {
	return Param{Name: "handle", Type: TypeHandle, Required: true, Holds: HoldsFile, Doc: doc}
}

func at() Param { return Param{Name: "offset", Form: At, Type: TypeNumber, Doc: "default 0"} }
func plus() Param {
	return Param{Name: "length", Form: Plus, Type: TypeNumber, Doc: "default: to the end"}
}

func need(p Param) Param {
	p.Required = true
	return p
}

func only(kinds []ActorKind, p Param) Param {
	p.Kinds = kinds
	return p
}

func opt(name string, t Type, doc string) Param {
	return Param{Name: name, Form: Option, Type: t, Doc: doc}
}

func enum(name, words, doc string) Param {
	return Param{Name: name, Form: Option, Type: TypeEnum, Words: strings.Fields(words), Doc: doc}
}

func set(name string, words []string, doc string) Param {
	return Param{Name: name, Form: Option, Type: TypeSet, Words: words, Doc: doc}
}

// placed is where the path of a verb begins: a tree connect of SMB, a mounted directory of NFS.
func placed() []Param {
	return []Param{
		only(allSMB, Param{Name: "in", Form: Option, Type: TypeHandle, Holds: HoldsTree, Doc: "where the path begins: a captured tree instead of the scenario's folder"}),
		only(onlyNFS, Param{Name: "in", Form: Option, Type: TypeHandle, Holds: HoldsFile, Doc: "where the path begins: a captured mount or directory instead of the scenario's folder"}),
	}
}

func flag(name, doc string) Param { return Param{Name: name, Form: Flag, Type: TypeFlag, Doc: doc} }
