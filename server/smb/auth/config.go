package auth

import (
	"io"
	"time"

	"crosswire/server/wire/ntlm"
)

// Account is what the user database knows about one user.
type Account struct {
	// User and Domain are the canonical names; they become the Identity's.
	User, Domain string
	NTHash       ntlm.NTHash
}

// GuestPolicy says who is let in as a guest instead of being refused.
type GuestPolicy int

// The guest policies.
const (
	// GuestNever refuses every logon that is not proved.
	GuestNever GuestPolicy = iota
	// GuestUnknownUser lets users in that Lookup does not know. It shows an
	// outsider which users exist.
	GuestUnknownUser
	// GuestAnyFailure lets in whoever gives a wrong password, too.
	GuestAnyFailure
)

// Policy holds what an administrator may switch while the server runs.
type Policy struct {
	Guest GuestPolicy
	// AllowAnonymous accepts null sessions. What they may reach is the caller's
	// to decide.
	AllowAnonymous bool
}

// Config describes an Authority.
type Config struct {
	// NetBIOSName is the server's name in challenges, at most 15 octets by
	// custom; NetBIOSDomain is its domain or workgroup, NetBIOSName if empty.
	NetBIOSName, NetBIOSDomain string
	// DNSName and DNSDomain are left out of challenges if empty.
	DNSName, DNSDomain string
	// Lookup finds a user by the names that the client sent, which nothing has
	// proved. Nil knows nobody. It is called by many goroutines.
	Lookup func(user, domain string) (Account, bool)
	// Policy is asked at every decision; nil is the zero Policy.
	Policy func() Policy
	// Mechanisms are offered before NTLM, in this order.
	Mechanisms []Mechanism
	// Now stamps challenges; nil is time.Now.
	Now func() time.Time
	// Rand gives challenges; nil is crypto/rand.
	Rand io.Reader
}

// Identity is the outcome of a successful exchange.
type Identity struct {
	User, Domain string
	// Guest says that nothing was proved about User, who is let in by policy.
	Guest bool
	// Anonymous says that the client asked for a null session.
	Anonymous bool
	// SessionKey is what MS-SMB2 3.3.5.5.3 puts in Session.SessionKey: 16 octets
	// from NTLM. It is nil for guests. For anonymous users it is known to
	// everybody and protects nothing.
	SessionKey []byte
	// Mechanism is "ntlm", or the name of the mechanism added by Config.
	Mechanism string
}

// SamePrincipal reports whether a re-authentication names the user that the
// session belongs to (MS-SMB2 3.3.5.5.3: another user is refused).
func (id *Identity) SamePrincipal(other *Identity) bool {
	return id.User == other.User && id.Domain == other.Domain &&
		id.Guest == other.Guest && id.Anonymous == other.Anonymous
}
