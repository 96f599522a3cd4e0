// Package smb makes github.com/hirochachacha/go-smb2 v1.1.0, the stock SMB
// client, an actor of scenarios. What it does on the wire is its own; this
// package watches its connection, because the library drops what a scenario
// asks about:
//
//   - It turns STATUS_OBJECT_NAME_COLLISION, _NAME_NOT_FOUND, _PATH_NOT_FOUND,
//     _ACCESS_DENIED and _CANNOT_DELETE into os.ErrExist and its kin. The tap on
//     the connection keeps the status of each response, so a refusal has its
//     exact name. In an encrypted session the tap sees nothing: there a refusal
//     that could be one of two is an error that says so, not a guess.
//   - It indexes frames in a goroutine of its own without checking them, where
//     nobody could recover. The tap hands it only frames whose headers hold.
//     (The content of encrypted frames cannot be checked.)
//   - It repeats a Remove that was denied after clearing READONLY. Here the
//     repeat is stopped before it is sent; where it cannot be, in an encrypted
//     session, remove is unsupported.
//   - It sends CLOSE from a finalizer. An actor keeps every file it opened.
//
// What remains the library's: SYNCHRONOUS_IO_NONALERT in every open, the share
// mode READ|WRITE in opens and DELETE alone in remove and rename (so these meet
// a sharing violation where any data handle is open), no oplock, lease, lock,
// notify, ECHO or LOGOFF without closing, symbolic links followed in the
// client, '/' in link targets sent as '\'. An actor answers UnsupportedError
// to what the library cannot say.
//
// Only the conformance engine and tests import this package.
package smb
