package smb

import (
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/smb/pipe"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// lister is what srvsvc sees of the runtime.
type lister struct {
	rt adapter.Runtime
	a  *Adapter
}

// CounterShareListRebuilds counts how often the share list was built.
const CounterShareListRebuilds = "smb_share_list_rebuilds"

// Shares implements pipe.ShareLister.
func (l lister) Shares() []pipe.Share {
	l.rt.Count(CounterShareListRebuilds, 1)
	var list []pipe.Share
	for _, name := range l.rt.ListShares() {
		if s, ok := l.rt.Share(name); ok {
			var flags uint32
			if s.AccessBased {
				flags = uint32(smb2.ShareFlagAccessBasedDirectoryEnum) // SHI1005_FLAGS_… has the same value
			}
			list = append(list, pipe.Share{Name: s.Name, Comment: s.Comment, Path: `C:\` + s.Name, Hidden: s.Hidden, Flags: flags})
		}
	}
	return list
}

// CurrentUses implements pipe.ShareLister.
func (l lister) CurrentUses(share string) uint32 { return uint32(max(l.a.usesOf(share).Load(), 0)) }

// startPipes makes the pipes of IPC$.
func (a *Adapter) startPipes(rt adapter.Runtime) {
	a.shareList = pipe.NewShareList(lister{rt, a})
	a.pipes = pipe.NewServer(pipe.Config{
		ServerName: a.cfg.ServerName, Comment: "Crosswire reference server", Shares: a.shareList,
	})
}

// openPipe opens a named pipe in IPC$ (MS-SMB2 3.3.5.9).
func (r *request) openPipe(q *smb2.CreateRequest) (body, error) {
	p, err := r.c.a.pipes.Open(q.Name)
	if err != nil {
		return nil, err
	}
	o := &openFile{id: r.c.a.newFileID(), session: r.session, tree: r.tree, pipe: p}
	if err := r.session.enter(o); err != nil {
		p.Close()
		return nil, err
	}
	r.chain.prev.fileID = o.id
	return &smb2.CreateResponse{Action: smb2.FileOpened, FileAttributes: 0x80, FileID: o.id}, nil
}

// readPipe reads a message or a part of one, waiting for it if there is none.
func (r *request) readPipe(o *openFile, limit int) (data []byte, more bool, err error) {
	for {
		data, more, err = o.pipe.Read(limit)
		if !errors.Is(err, ntstatus.PipeEmpty) {
			return data, more, err
		}
		r.goAsync()
		r.c.a.rt.Leave()
		err = o.pipe.Wait(r.ctx)
		r.c.a.rt.Enter()
		if err != nil {
			return nil, false, err
		}
	}
}
