package rawsmb

import (
	"context"
	"slices"
	"strings"

	"crosswire/conformance/client"
)

// verb is one verb of the scenario language.
type verb struct {
	options []string // "key" for any value, "key=value" for that one
	fields  []string // what the result may tell
	do      func(a *Actor, ctx context.Context, c client.Call) (client.Result, error)
}

func (v verb) knows(key string) bool {
	return slices.ContainsFunc(v.options, func(o string) bool { k, _, _ := strings.Cut(o, "="); return k == key })
}

func (v verb) takes(key, value string) bool {
	return slices.Contains(v.options, key) || slices.Contains(v.options, key+"="+value)
}

var (
	openOptions = []string{
		"access", "share", "disposition", "options", "attributes", "impersonation", "lease", "leaseversion", "leasekey", "parentkey", "oplock",
		"durable=v1", "durable=v2", "durable=persistent",
	}
	openFields = []string{
		"lease", "oplock", "cache", "epoch", "parentkey", "durable", "action", "size", "used", "fileid", "attributes", "atime", "mtime", "ctime", "btime", "maxaccess",
	}
	statNames = []string{"type", "size", "used", "nlink", "fileid", "attributes", "atime", "mtime", "ctime", "btime"}
)

// verbs are all that this client can do. It is filled in by init, because
// compound looks verbs up itself.
var verbs map[string]verb

func init() {
	lockOptions := []string{"mode=shared", "mode=exclusive", "wait=yes", "wait=no"}
	verbs = map[string]verb{
		client.VerbOpen:       {openOptions, openFields, (*Actor).open},
		client.VerbCreate:     {openOptions, openFields, (*Actor).create},
		client.VerbClose:      {[]string{"attributes=yes", "attributes=no"}, statNames, (*Actor).close},
		client.VerbRead:       {nil, []string{"eof", "count"}, (*Actor).read},
		client.VerbWrite:      {[]string{"through=yes", "through=no", "cached=yes", "cached=no"}, []string{"count"}, (*Actor).writeVerb},
		client.VerbFlush:      {nil, nil, (*Actor).flush},
		client.VerbCommit:     {nil, nil, (*Actor).flush},
		client.VerbTruncate:   {nil, nil, (*Actor).truncate},
		client.VerbRemove:     {nil, nil, (*Actor).remove},
		client.VerbRename:     {[]string{"replace=yes", "replace=no"}, nil, (*Actor).rename},
		client.VerbLink:       {[]string{"replace=yes", "replace=no"}, []string{"nlink"}, (*Actor).link},
		client.VerbSymlink:    {nil, nil, (*Actor).symlink},
		client.VerbReadlink:   {nil, nil, (*Actor).readlink},
		client.VerbMkdir:      {nil, openFields, (*Actor).mkdir},
		client.VerbRmdir:      {nil, nil, (*Actor).rmdir},
		client.VerbList:       {[]string{"pattern"}, []string{"names", "count"}, (*Actor).list},
		client.VerbStat:       {nil, statNames, (*Actor).stat},
		client.VerbSetattr:    {[]string{"size", "atime", "mtime", "btime", "ctime", "attributes"}, nil, (*Actor).setattr},
		client.VerbLock:       {lockOptions, nil, (*Actor).lockVerb},
		client.VerbUnlock:     {nil, nil, (*Actor).lockVerb},
		client.VerbNotify:     {[]string{"filter", "recursive=yes", "recursive=no"}, []string{"names", "actions"}, (*Actor).notify},
		client.VerbEcho:       {nil, nil, (*Actor).echo},
		client.VerbIoctl:      {[]string{"code"}, nil, (*Actor).ioctlVerb},
		client.VerbFsstat:     {nil, []string{"total", "free", "avail"}, (*Actor).fsstat},
		client.VerbCompound:   {nil, nil, (*Actor).compound},
		client.VerbDisconnect: {nil, nil, (*Actor).disconnect},
		client.VerbReconnect:  {nil, nil, (*Actor).reconnect},
		client.VerbLogoff:     {nil, nil, (*Actor).logoff},
		client.VerbShares:     {[]string{"level", "pipe=new", "pipe=open", "server"}, []string{"names", "count"}, (*Actor).shares},
		client.VerbTree:       {nil, []string{"type"}, (*Actor).treeConnect},
		client.VerbUntree:     {nil, nil, (*Actor).treeDisconnect},
	}
}
