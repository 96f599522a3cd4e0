package nfs

import "context"

// MountRes is the result of MNT: the handle of the directory, and the
// authentication flavors it takes.
type MountRes struct {
	Handle  FileHandle
	Flavors []uint32
}

// MountEntry is one line of DUMP: who mounted what.
type MountEntry struct {
	Host []byte
	Dir  []byte
}

// Export is one line of EXPORT: a directory, and who may mount it (none
// listed: everyone).
type Export struct {
	Dir    []byte
	Groups [][]byte
}

// mountCall makes a call of MOUNT v3 (RFC 1813 5.2).
func (c *Client) mountCall(ctx context.Context, num uint32, proc string, args any, decode func(d *decoder) MountStatus) error {
	body, err := c.mount.call(ctx, proc, c.header(progMount, 3, num), args)
	if err != nil {
		return err
	}
	d := &decoder{buf: body}
	st := decode(d)
	if err := d.finish(); err != nil {
		return &TransportError{Addr: c.mount.addr, Proc: proc, Err: err}
	}
	if st != MountOK {
		return &StatusError{Addr: c.mount.addr, Proc: proc, Name: st.String(), Code: uint32(st)}
	}
	return nil
}

func noResult(*decoder) MountStatus { return MountOK }

// MountNull makes a round trip to MOUNT (RFC 1813 5.2.0).
func (c *Client) MountNull(ctx context.Context) error {
	return c.null(ctx, c.mount, "MOUNT NULL", progMount, 3)
}

// Mnt asks for the handle of an exported directory (RFC 1813 5.2.1).
func (c *Client) Mnt(ctx context.Context, dir []byte) (MountRes, error) {
	var res MountRes
	err := c.mountCall(ctx, 1, "MNT", struct{ Dir []byte }{dir}, func(d *decoder) MountStatus {
		st := MountStatus(d.u32("status"))
		if d.err != nil || st != MountOK {
			return st
		}
		res.Handle = d.fh("fhandle")
		n := d.u32("auth_flavors")
		for i := uint32(0); i < n && d.err == nil; i++ {
			res.Flavors = append(res.Flavors, d.u32("auth_flavor"))
		}
		return st
	})
	return res, err
}

// MountDump lists who mounted what (RFC 1813 5.2.2).
func (c *Client) MountDump(ctx context.Context) ([]MountEntry, error) {
	var list []MountEntry
	err := c.mountCall(ctx, 2, "DUMP", void{}, func(d *decoder) MountStatus {
		for d.boolean("mount follows") && d.err == nil {
			list = append(list, MountEntry{Host: d.opaque(maxName, "ml_hostname"), Dir: d.opaque(maxMnt, "ml_directory")})
		}
		return MountOK
	})
	return list, err
}

// Umnt takes back a Mnt (RFC 1813 5.2.3).
func (c *Client) Umnt(ctx context.Context, dir []byte) error {
	return c.mountCall(ctx, 3, "UMNT", struct{ Dir []byte }{dir}, noResult)
}

// Umntall takes back every Mnt of this client (RFC 1813 5.2.4).
func (c *Client) Umntall(ctx context.Context) error {
	return c.mountCall(ctx, 4, "UMNTALL", void{}, noResult)
}

// Exports lists what can be mounted (RFC 1813 5.2.5).
func (c *Client) Exports(ctx context.Context) ([]Export, error) {
	var list []Export
	err := c.mountCall(ctx, 5, "EXPORT", void{}, func(d *decoder) MountStatus {
		for d.boolean("export follows") && d.err == nil {
			e := Export{Dir: d.opaque(maxMnt, "ex_dir")}
			for d.boolean("group follows") && d.err == nil {
				e.Groups = append(e.Groups, d.opaque(maxName, "gr_name"))
			}
			list = append(list, e)
		}
		return MountOK
	})
	return list, err
}
