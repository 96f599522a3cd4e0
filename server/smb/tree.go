package smb

import (
	"strings"
	"sync/atomic"

	"crosswire/server/adapter"
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// tree is one tree connect (MS-SMB2 3.3.1.9).
type tree struct {
	id    uint32
	share adapter.Share
	vfs   *vfs.Tree // nil for IPC$
	uses  *atomic.Int64
}

// ipcShare is the name of the share of named pipes.
const ipcShare = "IPC$"

// treeConnect implements TREE_CONNECT (MS-SMB2 3.3.5.7).
func (r *request) treeConnect() (body, error) {
	c, s := r.c, r.session
	var q smb2.TreeConnectRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if c.dialect == smb2.Dialect311 && !s.identity.Guest && !s.identity.Anonymous && !r.h.IsSigned() && r.chain.sealedBy == nil {
		return nil, fatal("an unsigned TREE_CONNECT in 3.1.1") // MS-SMB2 3.3.5.7
	}
	name, err := shareOfPath(q.Path)
	if err != nil {
		return nil, err
	}
	t := &tree{}
	resp := &smb2.TreeConnectResponse{}
	switch {
	case strings.EqualFold(name, ipcShare):
		t.share = adapter.Share{Name: ipcShare}
		resp.ShareType = smb2.ShareTypePipe
		resp.ShareFlags = smb2.ShareFlagNoCaching
		resp.MaximalAccess = vfs.RightAll
	case s.identity.Anonymous:
		return nil, ntstatus.AccessDenied
	default:
		vt, err := c.a.cfg.VFS.Tree(name)
		if err != nil {
			return nil, ntstatus.BadNetworkName
		}
		t.vfs, t.share = vt, vt.Share()
		if t.share.Encrypt {
			if c.dialect < smb2.Dialect300 || c.cipher == smb2.CipherNone {
				return nil, ntstatus.AccessDenied
			}
			resp.ShareFlags |= smb2.ShareFlagEncryptData
		}
		if t.share.AccessBased {
			resp.ShareFlags |= smb2.ShareFlagAccessBasedDirectoryEnum
		}
		granted, _, err := vt.Access(r.ctx, r.origin(nil), vt.Root(), vfs.RightAll)
		if err != nil {
			return nil, err
		}
		resp.ShareType = smb2.ShareTypeDisk
		resp.MaximalAccess = granted
	}
	if !s.addTree(t) {
		return nil, ntstatus.InsufficientResources
	}
	t.uses = c.a.usesOf(t.share.Name)
	t.uses.Add(1)
	r.h.TreeID = t.id
	r.chain.prev.treeID = t.id
	return resp, nil
}

// shareOfPath is the share of \\server\share; whatever the server part is, a
// name, an address, with or without a port, it is us.
func shareOfPath(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, `\\`)
	if !ok {
		return "", ntstatus.InvalidParameter
	}
	_, share, ok := strings.Cut(rest, `\`)
	if !ok || share == "" || strings.Contains(share, `\`) {
		return "", ntstatus.BadNetworkName
	}
	return share, nil
}

func (s *session) addTree(t *tree) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != sessionValid || len(s.trees) >= maxTrees {
		return false
	}
	s.nextTree++
	t.id = s.nextTree
	s.trees[t.id] = t
	return true
}

// treeDisconnect implements TREE_DISCONNECT (MS-SMB2 3.3.5.8).
func (r *request) treeDisconnect() (body, error) {
	var q smb2.TreeDisconnectRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	r.session.dropTree(r.tree)
	return &smb2.TreeDisconnectResponse{}, nil
}

// dropTree ends a tree connect and the opens below it. Requests that wait on
// it are cancelled.
func (s *session) dropTree(t *tree) {
	s.mu.Lock()
	if s.trees[t.id] != t {
		s.mu.Unlock()
		return
	}
	delete(s.trees, t.id)
	var opens []*openFile
	for id, o := range s.opens {
		if o.tree == t {
			opens = append(opens, o)
			delete(s.opens, id)
		}
	}
	s.mu.Unlock()
	c := s.conn
	c.mu.Lock()
	for _, r := range c.async {
		if r.tree == t {
			r.cancel()
		}
	}
	c.mu.Unlock()
	for _, o := range opens {
		o.end(c.a)
	}
	t.dropped(c.a)
}

// dropped accounts for the end of a tree connect.
func (t *tree) dropped(*Adapter) { t.uses.Add(-1) }

// dropTreesOf ends the tree connects of shares that are gone: requests on them
// get STATUS_NETWORK_NAME_DELETED from now on, and what the opens held is free
// for the other protocols (MS-SMB2 3.3.4.13).
func (a *Adapter) dropTreesOf([]string) {
	a.shareList.Invalidate()
	a.mu.Lock()
	var sessions []*session
	for _, s := range a.sessions {
		sessions = append(sessions, s)
	}
	a.mu.Unlock()
	for _, s := range sessions {
		s.mu.Lock()
		var gone []*tree
		for _, t := range s.trees {
			if t.vfs != nil && t.vfs.Gone() {
				gone = append(gone, t)
			}
		}
		s.mu.Unlock()
		for _, t := range gone {
			s.dropTree(t)
		}
	}
}

// usesOf counts the tree connects to a share.
func (a *Adapter) usesOf(share string) *atomic.Int64 {
	n, _ := a.uses.LoadOrStore(strings.ToLower(share), new(atomic.Int64))
	return n.(*atomic.Int64)
}
