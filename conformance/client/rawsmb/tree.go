package rawsmb

import (
	"context"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// tree is a tree connect; the Handle.Ref of one.
type tree struct {
	s       *session
	id      uint32
	name    string
	kind    smb2.ShareType
	encrypt bool
}

// on aims a request at a tree.
func (s *session) on(t *tree, r *request) *request {
	if t != nil {
		r.treeID, r.encrypt = t.id, t.encrypt && s.cfg.encrypt != "no"
	}
	return r
}

// unc is the path of a share: share itself if it is a UNC path, port and all.
func (s *session) unc(share string) string {
	if strings.HasPrefix(share, `\\`) {
		return share
	}
	return `\\` + s.cfg.host + `\` + share
}

// connectTree connects a share (MS-SMB2 3.2.4.2.4, 3.2.5.5).
func (s *session) connectTree(ctx context.Context, share string) (*tree, error) {
	path := s.unc(share)
	r, err := s.conn.exchange(ctx, &request{
		command: smb2.CommandTreeConnect, body: &smb2.TreeConnectRequest{Path: path}, what: path,
		// MS-SMB2 3.2.4.1.1: it is signed in 3.1.1 even if nothing else is.
		sign: s.neg.dialect == smb2.Dialect311,
	})
	if err != nil {
		return nil, err
	}
	var resp smb2.TreeConnectResponse
	if _, err := s.conn.decode(r, &resp); err != nil {
		return nil, err
	}
	t := &tree{s: s, id: r.h.TreeID, name: path, kind: resp.ShareType, encrypt: resp.ShareFlags&smb2.ShareFlagEncryptData != 0}
	s.mu.Lock()
	s.trees[t.id] = t
	s.mu.Unlock()
	return t, nil
}

// disconnectTree disconnects it (MS-SMB2 3.2.4.22).
func (s *session) disconnectTree(ctx context.Context, t *tree) error {
	r, err := s.conn.exchange(ctx, s.on(t, &request{command: smb2.CommandTreeDisconnect, body: &smb2.TreeDisconnectRequest{}, what: t.name}))
	if err != nil {
		return err
	}
	if _, err := s.conn.decode(r, &smb2.TreeDisconnectResponse{}); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.trees, t.id)
	s.mu.Unlock()
	return nil
}

// ipcTree is the tree of IPC$, connected once.
func (s *session) ipcTree(ctx context.Context) (*tree, error) {
	s.mu.Lock()
	t := s.ipc
	s.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := s.connectTree(ctx, "IPC$")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ipc == nil {
		s.ipc = t
	}
	return s.ipc, nil
}

var shareTypes = map[smb2.ShareType]string{smb2.ShareTypeDisk: "disk", smb2.ShareTypePipe: "pipe", smb2.ShareTypePrint: "print"}

// treeConnect connects one more tree. Paths beside its handle begin at the
// share's root.
func (a *Actor) treeConnect(ctx context.Context, c client.Call) (client.Result, error) {
	if len(c.Args) != 1 {
		return client.Result{}, client.Unsupported(clientName, "tree with %d arguments: it takes the name of a share", len(c.Args))
	}
	t, err := a.current().connectTree(ctx, c.Args[0])
	if err != nil {
		return client.Result{}, err
	}
	res := client.Result{Handle: &client.Handle{Name: c.As, Ref: t}, Fields: map[string]any{}}
	if k, ok := shareTypes[t.kind]; ok {
		res.Fields["type"] = k
	}
	return res, nil
}

func (a *Actor) treeDisconnect(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "untree without a handle")
	}
	t, ok := c.Handle.Ref.(*tree)
	if !ok {
		return client.Result{}, client.Unsupported(clientName, "untree of the file %s", c.Handle.Name)
	}
	if t.s != a.current() {
		return client.Result{}, errStale
	}
	return client.Result{}, t.s.disconnectTree(ctx, t)
}
