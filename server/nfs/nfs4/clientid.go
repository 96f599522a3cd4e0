package nfs4

import (
	"crypto/rand"
	"fmt"

	"crosswire/server/wire/xdr/nfs4"
	"crosswire/server/wire/xdr/rpcmsg"
)

// principal is who makes a call, for the question whose a client id is.
func (c *compound) principal() string {
	if c.call.Cred.Flavor == rpcmsg.AUTH_NONE {
		return "none"
	}
	return fmt.Sprintf("sys:%d", c.call.Cred.UID)
}

// setclientid is OP_SETCLIENTID (RFC 7530 16.33.5). The callback is not
// called: there are no delegations.
func (c *compound) setclientid(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_SETCLIENTID).Opsetclientid
	key := "0" + string(a.Client.Id)
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.confirmed[key]
	if old != nil && old.principal != c.principal() && len(old.states) > 0 {
		c.keep = true
		_ = c.body(&nfs4.Clientaddr4{NaRNetid: []byte("tcp"), NaRAddr: []byte(old.addr)})
		return nfs4.NFS4ERR_CLID_INUSE
	}
	var confirm nfs4.Verifier4
	_, _ = rand.Read(confirm[:]) // never fails (crypto/rand)
	cl := old
	if old == nil || old.verifier != a.Client.Verifier || old.principal != c.principal() {
		cl = &client{key: key, verifier: a.Client.Verifier, principal: c.principal(), addr: c.origin.Client}
		if st := r.add(cl); st != nfs4.NFS4_OK {
			return st
		}
	}
	// The same instance again: only its callback is new, and what was
	// confirmed stays so.
	cl.confirm = confirm
	return c.body(&nfs4.Setclientid4resok{Clientid: cl.id, SetclientidConfirm: confirm})
}

// setclientidConfirm is OP_SETCLIENTID_CONFIRM (RFC 7530 16.34.5).
func (c *compound) setclientidConfirm(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_SETCLIENTID_CONFIRM).OpsetclientidConfirm
	r := c.s.reg
	var lost *loss
	r.mu.Lock()
	defer func() {
		r.mu.Unlock()
		lost.giveBack()
	}()
	cl := r.clients[a.Clientid]
	switch {
	case cl == nil || cl.minor != 0 || cl.confirm != a.SetclientidConfirm:
		return nfs4.NFS4ERR_STALE_CLIENTID
	case cl.principal != c.principal():
		return nfs4.NFS4ERR_CLID_INUSE
	}
	lost = r.confirmClient(cl)
	return nfs4.NFS4_OK
}

// client finds a client id of minor version 0, or the session's in minor
// version 1, where the one that an operation names does not count (RFC 8881
// 18.16.3). mu is held.
func (c *compound) client(id uint64) (*client, status) {
	r := c.s.reg
	if c.minor > 0 {
		if c.session.client.gone {
			return nil, nfs4.NFS4ERR_EXPIRED
		}
		return c.session.client, nfs4.NFS4_OK
	}
	cl := r.clients[id]
	switch {
	case uint32(id>>32) != r.boot:
		return nil, nfs4.NFS4ERR_STALE_CLIENTID
	case cl == nil && uint32(id) <= r.next:
		return nil, nfs4.NFS4ERR_EXPIRED
	case cl == nil || cl.minor != 0 || !cl.confirmed:
		return nil, nfs4.NFS4ERR_STALE_CLIENTID
	}
	cl.renewed = r.clock.Now()
	return cl, nfs4.NFS4_OK
}

// renew is OP_RENEW (RFC 7530 16.28).
func (c *compound) renew(arg nfs4.NfsArgop4) status {
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	_, st := c.client(arg.(*nfs4.NfsArgop4_OP_RENEW).Oprenew.Clientid)
	return st
}

// releaseLockowner is OP_RELEASE_LOCKOWNER (RFC 7530 16.37).
func (c *compound) releaseLockowner(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_RELEASE_LOCKOWNER).OpreleaseLockowner.LockOwner
	r := c.s.reg
	var lost loss
	r.mu.Lock()
	defer r.mu.Unlock()
	cl, st := c.client(a.Clientid)
	if st != nfs4.NFS4_OK {
		return st
	}
	o := cl.owners[ownerKey{lock: true, name: string(a.Owner)}]
	if o == nil {
		return nfs4.NFS4_OK
	}
	var mine []*state
	for _, s := range cl.states {
		if s.owner == o {
			if holdsLocks(s) {
				return nfs4.NFS4ERR_LOCKS_HELD
			}
			mine = append(mine, s)
		}
	}
	for _, s := range mine {
		r.dropState(s, &lost) // which holds nothing to give back
	}
	o.removed = true
	delete(cl.owners, o.key)
	return nfs4.NFS4_OK
}
