package script

import (
	"fmt"
	"time"
)

// Pos is a place in a scenario file: Line and Col count from 1, Col in bytes.
type Pos struct {
	Line int `json:"line"`
	Col  int `json:"col"`
}

func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Col) }

// Scenario is the parsed, typed form of one scenario file.
//
// What Parse returns is the general form: it holds every step, and an argument that mentions a matrix value
// ({state}) has Kind Template. A runner never meets either: it takes each of Rows and calls Bind, which gives the
// concrete form, without templates, without steps whose conditions the row makes false, and with only those
// conditions left that no row can decide (capabilities, and policies outside the matrix).
type Scenario struct {
	File     string      `json:"file"`               // the path given to Parse
	ID       string      `json:"id"`                 // path below scenarios/, no extension
	Doc      []string    `json:"doc,omitempty"`      // the leading comment, one sentence each
	Covers   []Cover     `json:"covers"`             // entries of the catalogue
	Cites    []Cite      `json:"cites"`              // the clauses that the scenario judges
	Needs    []string    `json:"needs,omitempty"`    // capabilities without which the verdict is not-supported
	Services []string    `json:"services"`           // what the target runs: "smb", "nfs" or both; both unless said
	Matrix   []Dim       `json:"matrix,omitempty"`   // the scenario runs once for each row of the product
	Except   []Exception `json:"except,omitempty"`   // rows left out of the product
	Actors   []Actor     `json:"actors"`             // declared actors, then the implicit "control" if it is used
	Setup    []Setup     `json:"setup,omitempty"`    // done in order before the first step
	Steps    []Step      `json:"steps"`              // in file order
	Archive  []File      `json:"archive,omitempty"`  // embedded files (txtar), the content of embed(name)
	Bindings []Binding   `json:"bindings,omitempty"` // on a bound scenario: the row it was bound to

	lines []line // source lines of everything above, for Bind
}

// Grade says how binding the cited clause is.
type Grade string

// The grades of a cite.
const (
	Must    Grade = "MUST"    // a failure is a failure
	Should  Grade = "SHOULD"  // a failure is reported as such, but gates nothing unless asked
	Observe Grade = "OBSERVE" // what is seen is recorded, never judged
)

// Cover names an entry of the catalogue: S1, or a whole group: S.
type Cover struct {
	Pos   Pos    `json:"-"`
	Entry string `json:"entry"`
}

// Cite is one clause of one specification.
type Cite struct {
	Pos     Pos    `json:"-"`
	Spec    string `json:"spec"`    // "MS-SMB2", "RFC1813"
	Section string `json:"section"` // "3.3.4.7"
	Grade   Grade  `json:"grade"`
}

// Dim is one dimension of the matrix. If Name is a policy (see Policies) the target must follow the row's value
// while the row runs; any other name is only a name for {substitution} and for conditions.
type Dim struct {
	Pos    Pos      `json:"-"`
	Name   string   `json:"name"`
	Policy bool     `json:"policy,omitempty"`
	Values []string `json:"values"` // as written, quotes included
}

// Exception leaves out the rows for which all its conditions hold.
type Exception struct {
	Pos   Pos    `json:"-"`
	Conds []Cond `json:"conds"`
}

// Binding is one value of a row of the matrix.
type Binding struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // as written in the matrix
	Policy bool   `json:"policy,omitempty"`
}

// Row is one point of the product of the matrix; empty for a scenario without a matrix. String is a stable name
// for reports: "nfs_break=wait,state=RWH".
type Row []Binding

// ActorKind says which client acts.
type ActorKind string

// The kinds of actor. An "smb" actor leaves the choice of the client to the runner; the two others insist.
const (
	KindSMB     ActorKind = "smb"     // the stock client where it can do every step of this actor, else the raw client
	KindRawSMB  ActorKind = "rawsmb"  // always our own client
	KindStock   ActorKind = "gosmb2"  // always the stock client (no leases, oplocks, locks, breaks)
	KindNFS     ActorKind = "nfs"     // NFS, with MOUNT, portmap and NLM beside it
	KindControl ActorKind = "control" // the target's control plane
)

// SMB reports whether the kind speaks SMB.
func (k ActorKind) SMB() bool { return k == KindSMB || k == KindRawSMB || k == KindStock }

// Actor is who acts. Each actor has a connection (and session) of its own.
type Actor struct {
	Pos     Pos       `json:"-"`
	Name    string    `json:"name"`
	Kind    ActorKind `json:"kind"`              // in the general form possibly "{client}"
	Version string    `json:"version,omitempty"` // "3.1.1", "3"; empty: the highest that both sides speak
	Options []Arg     `json:"options,omitempty"` // see ActorOptions for names and types
}

// Get gives the option called name.
func (a *Actor) Get(name string) (Value, bool) { return find(a.Options, name) }

// SetupKind is what a set-up line makes.
type SetupKind string

// The set-up lines.
const (
	SetupFile    SetupKind = "file"    // file PATH [DATA] [mode= uid= gid=]
	SetupDir     SetupKind = "dir"     // dir PATH [mode= uid= gid=]
	SetupSymlink SetupKind = "symlink" // symlink PATH "TARGET"
	SetupLink    SetupKind = "link"    // link EXISTING NEW (a hard link)
)

// Setup is one object that exists before the first step.
type Setup struct {
	Pos     Pos       `json:"-"`
	Source  string    `json:"source"` // the line as written
	Kind    SetupKind `json:"kind"`
	Path    Value     `json:"path"`             // Kind Path: the new name
	Target  *Value    `json:"target,omitempty"` // symlink: Kind String; link: Kind Path (the existing name)
	Content *Value    `json:"content,omitempty"`
	Options []Arg     `json:"options,omitempty"` // mode, uid, gid: Number
}

// Get gives the option called name.
func (s *Setup) Get(name string) (Value, bool) { return find(s.Options, name) }

// File is an embedded file of the txtar archive that may follow the steps.
type File struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Step is one line: what to do, and when.
type Step struct {
	Pos    Pos    `json:"pos"`
	Source string `json:"source"` // the line as written, without comment; in a bound scenario with values in place
	Conds  []Cond `json:"conds,omitempty"`
	Do     Action `json:"do"`

	marks []mark // where its names stand, for messages
}

// Cond is a condition on a step, all of which must hold: [key=v|v], [!key=v|v], [needs cap], [!needs cap].
type Cond struct {
	Pos    Pos      `json:"-"`
	Not    bool     `json:"not,omitempty"`
	Needs  string   `json:"needs,omitempty"`  // a capability; Key and Values are empty then
	Key    string   `json:"key,omitempty"`    // a policy or a dimension of the matrix
	Values []string `json:"values,omitempty"` // any of these
}

// Action is what a step does: *Call, *OnBreak, *Require, *ExpectBreak, *ExpectReply, *ExpectValue, *Never, *Order.
type Action interface{ action() }

// Call is an actor doing a verb. It waits for the reply, unless Async is set. Without Statuses it must succeed.
type Call struct {
	Actor string `json:"actor"`
	Verb  string `json:"verb"` // a name of the verb table; "share add" is one verb
	// Args holds positional arguments under the names of the verb's signature (offset and length included), and
	// options and flags under their own. Only what the line says is here: defaults are the runner's, and documented
	// in the table.
	Args     []Arg         `json:"args,omitempty"`
	Captures []string      `json:"captures,omitempty"` // -> a [b …]: each is a name for the result; see Verb for its fields
	Async    string        `json:"async,omitempty"`    // &name: runs on; joined by ExpectReply
	Statuses []string      `json:"statuses,omitempty"` // the reply must be one of these; "ok" among them means success
	Within   time.Duration `json:"within,omitempty"`   // a bound on the reply that is itself asserted; 0: the runner's own
	Checks   []Check       `json:"checks,omitempty"`   // on the result of this call; Left.Name is empty
}

// Get gives the argument called name.
func (c *Call) Get(name string) (Value, bool) { return find(c.Args, name) }

// Arg is a named, typed argument. A flag has Kind Flag and nothing else.
type Arg struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

func find(args []Arg, name string) (Value, bool) {
	for _, a := range args {
		if a.Name == name {
			return a.Value, true
		}
	}
	return Value{}, false
}

// OnBreak sets what the holder does with every later break of Handle. Until a step says otherwise it holds.
type OnBreak struct {
	Actor  string     `json:"actor"`
	Handle string     `json:"handle"` // a capture of an open by Actor
	Do     BreakReply `json:"do"`
	To     *Cache     `json:"to,omitempty"`    // ack-to=: acknowledge this state instead of the one asked for
	Flush  bool       `json:"flush,omitempty"` // flush+…: first send what `write … cached` held back, and FLUSH
}

// BreakReply is what a holder answers to a break.
type BreakReply string

// The answers.
const (
	ReplyHold BreakReply = "hold" // nothing; the scenario acknowledges by the verb ack, or never
	ReplyAck  BreakReply = "ack"  // acknowledge at once, to the state asked for or to To
)

// Require is a precondition: if it does not hold the verdict is not-exercised.
type Require struct {
	Check Check `json:"check"`
}

// ExpectBreak awaits the next break of Handle that no earlier ExpectBreak took, at Actor.
type ExpectBreak struct {
	Actor  string        `json:"actor"`
	Handle string        `json:"handle"`
	From   *Cache        `json:"from,omitempty"` // nil: not asked
	To     []Cache       `json:"to,omitempty"`   // any of these; empty: any
	Within time.Duration `json:"within"`         // DefaultWithin unless said
}

// ReplyState is what an ExpectReply wants of an asynchronous step.
type ReplyState string

// The states of an asynchronous step.
const (
	StateOK      ReplyState = "ok"      // answered with success
	StateFails   ReplyState = "fails"   // answered with one of Statuses
	StatePending ReplyState = "pending" // not answered yet, closed by a fence; may be asked again, and joined later
)

// ExpectReply awaits, or looks at, the reply of the asynchronous step Name. ok and fails join the step.
type ExpectReply struct {
	Name     string        `json:"name"`
	State    ReplyState    `json:"state"`
	Statuses []string      `json:"statuses,omitempty"` // with fails; "ok" may be among them (written: gives ok|…)
	Within   time.Duration `json:"within,omitempty"`   // DefaultWithin unless said; 0 for pending
}

// ExpectValue asserts something about a captured result or an asynchronous reply. If Left names an asynchronous
// step that no step joined yet, it joins it (success is wanted then) within Within.
// Joins is set when that can be so.
type ExpectValue struct {
	Check  Check         `json:"check"`
	Joins  bool          `json:"joins,omitempty"`
	Within time.Duration `json:"within,omitempty"` // only with Joins; DefaultWithin unless said
}

// Never asserts that no break of Handle came to Actor, other than those that an earlier ExpectBreak took, when the
// fence sent at this step has come back (an ECHO on the holder's connection, and a quiesce where the target has one).
type Never struct {
	Actor  string `json:"actor"`
	Handle string `json:"handle"`
}

// Order asserts that the events happened one after another on the run's clock. There are at least two.
type Order struct {
	Events []Event `json:"events"`
}

// Event is something with a time.
type Event struct {
	Pos     Pos         `json:"-"`
	Subject string      `json:"subject"`         // the name of an actor, a capture or an asynchronous step
	Of      SubjectKind `json:"of"`              // which of them
	What    string      `json:"what"`            // actor: break, ack; capture: reply, break, ack; async: send, reply
	Nth     int         `json:"nth"`             // from 1: A.break[2] is the second break that A saw
	Actor   string      `json:"actor,omitempty"` // who owns the capture or the asynchronous step
}

// SubjectKind says what a name stands for.
type SubjectKind string

// What a name can stand for.
const (
	SubjectActor   SubjectKind = "actor"
	SubjectCapture SubjectKind = "capture"
	SubjectAsync   SubjectKind = "async"
)

func (*Call) action()        {}
func (*OnBreak) action()     {}
func (*Require) action()     {}
func (*ExpectBreak) action() {}
func (*ExpectReply) action() {}
func (*ExpectValue) action() {}
func (*Never) action()       {}
func (*Order) action()       {}

// DefaultWithin bounds an `expect` that does not say `within`.
const DefaultWithin = 2 * time.Second

// Op compares.
type Op string

// The comparisons. contains and lacks look for an element in a list, or for a substring in bytes or a string.
const (
	Equal        Op = "=="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	Contains     Op = "contains"
	Lacks        Op = "lacks"
)

// Check is a comparison: Left Op any of Right. (`!=` and `lacks` want it against all of Right.)
type Check struct {
	Left  Ref     `json:"left"` // on a Call Name is empty: the result of the call itself
	Op    Op      `json:"op"`
	Right []Value `json:"right"` // one, or alternatives separated by |
}

// Ref names a captured result, or a field of it. The empty Field is the main value of the verb's result
// (read: the bytes; list, shares, exports: the list; counter: the number; readlink: the target).
type Ref struct {
	Name  string `json:"name,omitempty"`
	Field string `json:"field,omitempty"`
	Add   int64  `json:"add,omitempty"` // on the right hand: c0+1
	Type  Type   `json:"type"`          // what the field holds, from the verb table
}

// Type is the type of an argument, an option or a field.
type Type string

// The types. The comment names the field of Value that holds it.
const (
	TypeString   Type = "string"   // Str
	TypeBytes    Type = "bytes"    // Data
	TypeNumber   Type = "number"   // Num: decimal, 0x…, 0644 octal, 4GiB
	TypeDuration Type = "duration" // Dur
	TypeTime     Type = "time"     // Time: RFC 3339 with up to nanoseconds; or Str "now"
	TypePath     Type = "path"     // Str, relative to the scenario's folder, '/' between components; "." is the folder
	TypeHandle   Type = "handle"   // Str: the name of a capture of an open file (SMB) or file handle (NFS)
	TypeTarget   Type = "target"   // in a signature only: a handle or a path; the value says which
	TypeAccess   Type = "access"   // Str: letters of "rwdxaA" in this order, or "none"
	TypeLease    Type = "lease"    // Cache
	TypeOplock   Type = "oplock"   // Cache
	TypeCache    Type = "cache"    // Cache: a lease or an oplock
	TypeStatus   Type = "status"   // Str: NFS3ERR_ACCES, STATUS_SHARING_VIOLATION, MNT3ERR_…, NLM4_…
	TypeEnum     Type = "enum"     // Str: one of the words of the signature
	TypeSet      Type = "set"      // List of String: words of the signature joined by commas (options=directory,write-through)
	TypeList     Type = "list"     // List
	TypeFlag     Type = "flag"     // nothing: it is there or not
	TypeBool     Type = "bool"     // Num: 0 or 1 (written false, true)
	TypeRef      Type = "ref"      // Ref: another result, on the right hand of a comparison
	TypeTemplate Type = "template" // Text: mentions {matrix} values; only in the general form
)

// Value is one typed value. Text is always what the file says; Kind says which of the other fields holds it.
type Value struct {
	Pos  Pos           `json:"-"`
	Kind Type          `json:"kind"`
	Text string        `json:"text"`
	Str  string        `json:"str,omitempty"`
	Num  uint64        `json:"num,omitempty"`
	Dur  time.Duration `json:"dur,omitempty"` // nanoseconds
	Time *time.Time    `json:"time,omitempty"`
	Data *Data         `json:"data,omitempty"`
	// Cache is set for lease, oplock and cache values.
	Cache *Cache  `json:"cache,omitempty"`
	List  []Value `json:"list,omitempty"`
	Ref   *Ref    `json:"ref,omitempty"`
}

// DataForm says how bytes are written.
type DataForm string

// The forms of data.
const (
	DataLiteral DataForm = "literal" // "quoted" and hex(…) and embed(name): Bytes
	DataZeros   DataForm = "zeros"   // Size zero bytes
	DataPattern DataForm = "pattern" // Size bytes of the pattern Seed
)

// Data is a sequence of bytes, possibly far longer than memory: use Len and ReadAt, or Open for an io.Reader.
type Data struct {
	Form  DataForm `json:"form"`
	Bytes []byte   `json:"bytes,omitempty"`
	Size  uint64   `json:"size"`
	Seed  uint64   `json:"seed,omitempty"`
}

// CacheKind tells leases and oplocks apart.
type CacheKind string

// The kinds of caching.
const (
	CacheNone   CacheKind = "none" // neither: `none` is the same state for both
	CacheLease  CacheKind = "lease"
	CacheOplock CacheKind = "oplock"
	// CacheTemplate mentions {matrix} values, in Cache.Text; only in the general form.
	CacheTemplate CacheKind = "template"
)

// Cache is a caching state: a lease (Lease bits), an oplock (Oplock), or none. It is comparable by value.
type Cache struct {
	Kind   CacheKind
	Lease  Lease
	Oplock Oplock
	Text   string // of a template
}

// Lease is the bit set of MS-SMB2 2.2.13.2.8, with the values of the wire.
type Lease uint32

// The bits of a lease.
const (
	LeaseR Lease = 0x01
	LeaseH Lease = 0x02
	LeaseW Lease = 0x04
)

// Oplock is the level of MS-SMB2 2.2.13, with the values of the wire.
type Oplock uint8

// The oplock levels.
const (
	OplockNone      Oplock = 0x00
	OplockII        Oplock = 0x01
	OplockExclusive Oplock = 0x08
	OplockBatch     Oplock = 0x09
)
