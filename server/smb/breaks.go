package smb

import (
	"net"

	"crosswire/server/adapter"
	"crosswire/server/smb/oplock"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// notifier is where the breaks of one open go: its session's connection.
type notifier struct {
	s  *session
	id smb2.FileID
}

var _ oplock.Notifier = notifier{}

// SendOplockBreak implements oplock.Notifier (MS-SMB2 3.3.4.6).
func (n notifier) SendOplockBreak(_ uint64, to oplock.Level) error {
	return n.send(&smb2.OplockBreak{OplockLevel: smb2.OplockLevel(to), FileID: n.id})
}

// SendLeaseBreak implements oplock.Notifier (MS-SMB2 3.3.4.7).
func (n notifier) SendLeaseBreak(b oplock.LeaseBreak) error {
	m := &smb2.LeaseBreakNotification{
		NewEpoch: b.Epoch, Key: smb2.LeaseKey(b.Key),
		CurrentState: smb2.LeaseState(b.Current), NewState: smb2.LeaseState(b.New),
	}
	if b.AckRequired {
		m.Flags = smb2.LeaseBreakAckRequired
	}
	return n.send(m)
}

// send queues an unsolicited message: not signed, but encrypted if the
// session is (MS-SMB2 3.3.4.6, 3.3.4.1.4).
func (n notifier) send(b body) error {
	c := n.s.conn
	h := smb2.Header{Command: smb2.CommandOplockBreak, Flags: smb2.FlagServerToRedir, MessageID: smb2.MessageIDUnsolicited}
	var seal *session
	if n.s.encryptData {
		seal = n.s
	}
	if c.ctx.Err() != nil {
		return net.ErrClosed
	}
	c.sendMessages([][]byte{smb2.AppendMessage(nil, &h, b)}, make([]smbcrypt.Signer, 1), seal)
	return nil
}

// oplockBreak implements the acknowledgments (MS-SMB2 3.3.5.22).
func (r *request) oplockBreak() (body, error) {
	kind, err := smb2.BreakKindOf(r.msg)
	if err != nil {
		return nil, err
	}
	// The responses of the chain so far go first: to send that of a CREATE
	// takes the lock of its file, which answerNow may already have.
	r.chain.flush()
	switch kind {
	case smb2.BreakOplock:
		return r.ackOplock()
	case smb2.BreakLeaseAck:
		return r.ackLease()
	}
	return nil, ntstatus.InvalidParameter
}

// ackOplock implements MS-SMB2 3.3.5.22.1.
func (r *request) ackOplock() (body, error) {
	var q smb2.OplockBreak
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	err = r.c.a.oplocks.AcknowledgeOplock(o.file.ID, oplock.Level(q.OplockLevel), func(now oplock.Level) {
		r.answerNow(&smb2.OplockBreak{OplockLevel: smb2.OplockLevel(now), FileID: o.id})
	})
	return nil, err
}

// ackLease implements MS-SMB2 3.3.5.22.2.
func (r *request) ackLease() (body, error) {
	var q smb2.LeaseBreakAck
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	err := r.c.a.oplocks.AcknowledgeLease([16]byte(r.c.clientGUID), adapter.LeaseKey(q.Key), oplock.State(q.State), func(now oplock.State) {
		r.answerNow(&smb2.LeaseBreakAck{Key: q.Key, State: smb2.LeaseState(now)})
	})
	return nil, err
}

// answerNow queues the response from inside a handler, so that it goes out
// before what the handler causes next: the acknowledgment's response before a
// further break of the same lease.
func (r *request) answerNow(b body) {
	h := r.responseHeader(ntstatus.Success)
	r.chain.add(r, smb2.AppendMessage(nil, &h, b))
	r.chain.flush()
	r.answered = true
}
