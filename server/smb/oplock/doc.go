// Package oplock is the lease and oplock state machine of the SMB service
// (MS-SMB2 3.3.1.4, 3.3.4.6, 3.3.4.7, 3.3.5.9.8, 3.3.5.9.11, 3.3.5.22; MS-FSA
// 2.1.4.12, 2.1.5.18). It knows no wire format and no connection: it is told
// of opens, asked before every operation on a file, and speaks to clients
// through a Notifier. server/smb and the assembly of the server import it.
//
// # Who calls what
//
//   - The SMB adapter publishes the Manager with SetRuntime; from then on the
//     road (server/vfs) finds it as adapter.OpenBreaker.
//   - The road asks CheckAndBreak… before an operation, for every protocol.
//   - SMB2 CREATE calls CheckLeaseKey before the file is created or opened, and
//     Grant once it is open, alone behind the file's gate; then, if it asked
//     for Deferred, it queues its response through Announce.
//   - SMB2 OPLOCK_BREAK calls AcknowledgeOplock or AcknowledgeLease.
//   - SMB2 CLOSE, and whatever else ends an open, calls Close.
//
// # Break before change
//
// When CheckAndBreak… returns, each notification it caused is in its
// connection's queue, and so is each notification that an earlier call caused:
// notifiers run under the lock of the file, so nobody can see a lowered state
// whose holder has not been told. A Notifier therefore only enqueues.
//
// # What the result of CheckAndBreak… means
//
//	nil            nothing that the operation conflicts with is held any more.
//	               A holder that need not acknowledge (Level II, R) may have
//	               been told.
//	MustWait(err)  a holder has data, or a handle, that the operation needs it
//	               to give up first; MS-FSA holds the operation until then.
//	otherwise      errors.Is(err, adapter.ErrLeaseBreakPending), but the holder
//	               has nothing to write back: RH asked to drop to none by a
//	               write must acknowledge, and the write goes on at once.
//
// The road cannot import this package; it asks the error:
//
//	var p interface{ MustWait() bool }
//	wait := errors.As(err, &p) && p.MustWait()
//
// # Which of its own caches an operation breaks
//
// None, with one exception that MS-FSA makes: a write or a byte-range lock
// ends every Level II oplock, that of its own open included. This break is
// never acknowledged, so nobody waits for himself.
package oplock
