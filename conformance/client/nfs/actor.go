package nfs

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"

	"crosswire/conformance/client"
)

// clientName is what reports call this client.
const clientName = "go-nfs-client"

// Entry offers this client for actors of kind "nfs". dial makes its
// connections; nil is net.Dialer.
func Entry(dial Dialer) client.Entry {
	return client.Entry{Client: "nfs", Cannot: cannot, New: Factory(dial)}
}

// Factory connects actors. It mounts the endpoint's export (MNT, then FSINFO
// for the transfer sizes), unless that is "": such an actor has only the verbs
// of the share surface and what it mounts itself.
func Factory(dial Dialer) client.Factory {
	return func(ctx context.Context, ep client.Endpoint, spec client.Spec, sink client.Sink) (client.Actor, error) {
		return connect(ctx, dial, ep, spec, sink)
	}
}

// Actor acts in a scenario as one NFS client. It is safe for concurrent use.
//
// A path is resolved from the export's root by a LOOKUP for each component,
// each time, as a client without a cache would; a handle names its object
// directly, and a path beside a handle is resolved from there. The server
// knows nothing of an open: open is a lookup, close sends nothing.
type Actor struct {
	c     *Client
	name  string
	sink  client.Sink
	locks *Locker
	dir   string     // the scenario's folder below the export
	root  FileHandle // of the export, nil if none is mounted
	rsize uint32     // bytes of one READ
	wsize uint32     // bytes of one WRITE
}

// ref is what Handle.Ref holds.
type ref struct{ fh FileHandle }

// Transfer sizes: what a server says is bounded by what a record may hold.
const (
	defaultTransfer = 64 << 10
	maxTransfer     = 8 << 20
)

func connect(ctx context.Context, dial Dialer, ep client.Endpoint, spec client.Spec, sink client.Sink) (*Actor, error) {
	if spec.Version != "" && spec.Version != "3" {
		return nil, client.Unsupported(clientName, "NFS version %s", spec.Version)
	}
	if err := spec.Options.Only(clientName, "nfs", "uid", "gid", "gids", "flavor", "export", "machine"); err != nil {
		return nil, err
	}
	if ep.NFS == "" {
		return nil, client.Unsupported(clientName, "NFS: the target does not serve it")
	}
	cred, err := credOf(ep, spec.Options)
	if err != nil {
		return nil, err
	}
	c, err := New(Config{NFS: ep.NFS, Mount: ep.Mount, Portmap: ep.Portmap, Cred: cred, Dial: dial})
	if err != nil {
		return nil, err
	}
	a := &Actor{c: c, name: spec.Name, sink: sink, dir: ep.Dir, rsize: defaultTransfer, wsize: defaultTransfer}
	a.locks = NewLocker(c, dial, "crosswire."+spec.Name, a.emit)
	export := ep.Export
	if e, ok := spec.Options["export"]; ok {
		// The scenario's folder is below the endpoint's own export only.
		export, a.dir = e, ""
	}
	if export != "" {
		if err := a.mountRoot(ctx, export); err != nil {
			c.Disconnect()
			return nil, named(err, nil)
		}
	}
	a.emit(client.Event{Kind: client.EventConnect, Detail: strings.TrimSpace("NFSv3 " + ep.NFS + " " + export)})
	return a, nil
}

func (a *Actor) mountRoot(ctx context.Context, export string) error {
	m, err := a.c.Mnt(ctx, []byte(export))
	if err != nil {
		return err
	}
	info, err := a.c.Fsinfo(ctx, m.Handle)
	if err != nil {
		return err
	}
	a.root = m.Handle
	if info.Rtmax > 0 {
		a.rsize = min(info.Rtmax, maxTransfer)
	}
	if info.Wtmax > 0 {
		a.wsize = min(info.Wtmax, maxTransfer)
	}
	return nil
}

func credOf(ep client.Endpoint, o client.Options) (Cred, error) {
	c := Cred{UID: ep.UID, GID: ep.GID, Machine: o["machine"]}
	for key, p := range map[string]*uint32{"uid": &c.UID, "gid": &c.GID} {
		v, given, err := o.Uint(key, 32)
		if err != nil {
			return c, err
		}
		if given {
			*p = uint32(v)
		}
	}
	for _, g := range o.List("gids") {
		v, err := strconv.ParseUint(g, 10, 32)
		if err != nil {
			return c, badOption("gids", o["gids"], "numbers separated by commas")
		}
		c.GIDs = append(c.GIDs, uint32(v))
	}
	switch o.Get("flavor", "sys") {
	case "sys":
	case "none":
		c.None = true
	default:
		return c, badOption("flavor", o["flavor"], "sys or none")
	}
	return c, nil
}

func badOption(key, value, want string) error {
	return errors.New(key + "=" + value + ": want " + want)
}

// Client implements client.Actor.
func (a *Actor) Client() string { return clientName }

// Do implements client.Actor.
func (a *Actor) Do(ctx context.Context, c client.Call) (client.Result, error) {
	v, ok := verbs[c.Verb]
	if !ok {
		return client.Result{}, client.Unsupported(clientName, "verb %s", c.Verb)
	}
	if err := c.Options.Only(clientName, c.Verb, v.options...); err != nil {
		return client.Result{}, err
	}
	if c.Path == "." {
		c.Path = ""
	}
	res, err := v.do(a, ctx, c)
	if err != nil {
		fields := res.Fields
		if _, status := errors.AsType[*StatusError](err); !status {
			fields = nil
		}
		return client.Result{}, named(err, fields)
	}
	return res, nil
}

// Fence implements client.Actor: a NULL.
func (a *Actor) Fence(ctx context.Context) error { return a.c.Null(ctx) }

// Close implements client.Actor.
func (a *Actor) Close() error {
	a.c.Disconnect()
	a.locks.Close()
	return nil
}

func (a *Actor) emit(e client.Event) {
	if a.sink != nil {
		e.Actor = a.name
		a.sink.Emit(e)
	}
}

// named turns a refusal into the engine's form, with the fields that came
// along.
func named(err error, fields map[string]any) error {
	var s *StatusError
	if errors.As(err, &s) {
		protocol := "nfs"
		if strings.HasPrefix(s.Name, "MNT3") {
			protocol = "mount"
		}
		if strings.HasPrefix(s.Name, "NLM4") {
			protocol = "nlm"
		}
		return &client.StatusError{Protocol: protocol, Name: s.Name, Code: s.Code, Fields: fields}
	}
	var r *RPCError
	if errors.As(err, &r) {
		return &client.StatusError{Protocol: "rpc", Name: r.Name}
	}
	return err
}

// verb is one verb of the scenario language: the options it takes, and what
// it does. After a refusal do returns the fields that came along.
type verb struct {
	options []string
	do      func(a *Actor, ctx context.Context, c client.Call) (client.Result, error)
}

// verbs are all that this client can do.
var verbs = map[string]verb{
	client.VerbOpen:       {nil, (*Actor).open},
	"lookup":              {nil, (*Actor).open},
	client.VerbClose:      {[]string{"attributes"}, (*Actor).close},
	client.VerbCreate:     {[]string{"disposition", "mode", "uid", "gid", "size", "verf"}, (*Actor).create},
	client.VerbRead:       {nil, (*Actor).read},
	client.VerbWrite:      {[]string{"stable"}, (*Actor).write},
	client.VerbFlush:      {nil, (*Actor).commit},
	client.VerbCommit:     {nil, (*Actor).commit},
	client.VerbTruncate:   {nil, (*Actor).truncate},
	client.VerbRemove:     {nil, (*Actor).remove},
	client.VerbRmdir:      {nil, (*Actor).rmdir},
	client.VerbRename:     {[]string{"replace"}, (*Actor).rename},
	client.VerbLink:       {[]string{"replace"}, (*Actor).link},
	client.VerbSymlink:    {[]string{"mode"}, (*Actor).symlink},
	client.VerbReadlink:   {nil, (*Actor).readlink},
	client.VerbMkdir:      {[]string{"mode", "uid", "gid"}, (*Actor).mkdir},
	client.VerbMknod:      {[]string{"type", "major", "minor", "mode", "uid", "gid"}, (*Actor).mknod},
	client.VerbList:       {[]string{"plus", "count"}, (*Actor).list},
	client.VerbStat:       {nil, (*Actor).stat},
	client.VerbSetattr:    {[]string{"mode", "uid", "gid", "size", "atime", "mtime", "guard"}, (*Actor).setattr},
	client.VerbAccess:     {[]string{"access"}, (*Actor).access},
	client.VerbEcho:       {nil, (*Actor).echo},
	client.VerbFsstat:     {nil, (*Actor).fsstat},
	"statfs":              {nil, (*Actor).fsstat},
	client.VerbFsinfo:     {nil, (*Actor).fsinfo},
	client.VerbPathconf:   {nil, (*Actor).pathconf},
	client.VerbDisconnect: {nil, (*Actor).disconnect},
	client.VerbReconnect:  {nil, (*Actor).reconnect},
	client.VerbLock:       {[]string{"mode", "wait", "owner"}, (*Actor).lock},
	client.VerbUnlock:     {[]string{"owner"}, (*Actor).unlock},
	client.VerbTestlock:   {[]string{"mode", "owner"}, (*Actor).testlock},
	client.VerbRestart:    {nil, (*Actor).restart},
	client.VerbExports:    {nil, (*Actor).exports},
	client.VerbMount:      {nil, (*Actor).mount},
	client.VerbUnmount:    {nil, (*Actor).unmount},
	"umount":              {nil, (*Actor).unmount},
}

// cannot names the first thing an actor needs that this client lacks.
func cannot(spec client.Spec) string {
	if spec.Version != "" && spec.Version != "3" {
		return "NFS version " + spec.Version
	}
	uses := make([]string, 0, len(spec.Needs.Uses))
	for use := range spec.Needs.Uses {
		uses = append(uses, use)
	}
	sort.Strings(uses)
	for _, use := range uses {
		name, option, _ := strings.Cut(use, " ")
		v, ok := verbs[name]
		if !ok {
			return use
		}
		key, _, _ := strings.Cut(option, "=")
		if key != "" && !slices.Contains(v.options, key) {
			return use
		}
	}
	return ""
}
