package smb

import (
	"strings"
	"unicode/utf8"

	smb "github.com/hirochachacha/go-smb2"

	"crosswire/conformance/client"
)

// place is where a call acts: a tree of a session, and the name in it.
type place struct {
	*session
	tree *smb.Share
	name string
}

// at finds the place of a path: below the tree of h, or in the scenario's
// folder.
func (a *Actor) at(h *client.Handle, path string) (place, error) {
	s, tree := a.current()
	p := place{s, tree, ""}
	if h != nil {
		t, ok := h.Ref.(*treeOf)
		if !ok {
			return p, client.Unsupported(clientName, "a path below the handle %s", h.Name)
		}
		if t.session != s {
			return p, errStale
		}
		p.tree = t.tree
	} else {
		path = a.dir + "/" + path
	}
	if p.tree == nil {
		return p, client.Unsupported(clientName, "files: this actor has connected no tree")
	}
	name, err := wireName(path)
	p.name = name
	return p, err
}

// wireName is a path as SMB carries it.
func wireName(path string) (string, error) {
	if !utf8.ValidString(path) {
		return "", client.Unsupported(clientName, "the name %q, which is not UTF-8", path)
	}
	if strings.Contains(path, `\`) {
		return "", client.Unsupported(clientName, `the name %q: a backslash separates components`, path)
	}
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(parts) > 0 && parts[0] == "." {
		// The library would drop it.
		return "", client.Unsupported(clientName, "the name %q", path)
	}
	return strings.Join(parts, `\`), nil
}
