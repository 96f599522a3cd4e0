package ntlm

import (
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"crosswire/server/wire/spnego"

	"github.com/stretchr/testify/require"
)

var testServer = ServerConfig{
	NetBIOSComputer: "CROSSWIRE", NetBIOSDomain: "CROSSWIRE", DNSComputer: "crosswire.test", DNSDomain: "test",
	Version: DefaultVersion,
	Now:     func() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) },
}

func TestExchange(t *testing.T) {
	hash := HashPassword("secret")
	for _, tc := range []struct {
		name   string
		client Client
		want   error
	}{
		{"password", Client{User: "alice", Password: "secret"}, nil},
		{"hash", Client{User: "alice", Hash: &hash}, nil},
		{"domain and target", Client{User: "alice", Domain: "CORP", Password: "secret", TargetName: "cifs/host"}, nil},
		{"user in another case", Client{User: "ALICE", Password: "secret"}, nil},
		{"without MIC", Client{User: "alice", Password: "secret", OmitMIC: true}, nil},
		{"without key exchange", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags &^ NegotiateKeyExch}, nil},
		{"without sign or seal", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags &^ (NegotiateSign | NegotiateSeal)}, nil},
		{"56 bit", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags &^ Negotiate128}, nil},
		{"40 bit", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags &^ (Negotiate128 | Negotiate56)}, nil},
		{"OEM text", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags&^NegotiateUnicode | NegotiateOEM}, nil},
		{"without extended security", Client{User: "alice", Password: "secret", Flags: DefaultClientFlags &^ NegotiateExtendedSessionSecurity}, nil},
		{"wrong password", Client{User: "alice", Password: "Secret"}, ErrResponse},
		{"empty password", Client{User: "alice"}, ErrResponse},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(testServer)
			challenge, err := s.Challenge(tc.client.Negotiate())
			require.NoError(t, err)
			msg, client, err := tc.client.Authenticate(challenge)
			require.NoError(t, err)
			attempt, err := s.Authenticate(msg)
			require.NoError(t, err)
			require.Equal(t, tc.client.User, attempt.User)
			require.Equal(t, tc.client.Domain, attempt.Domain)
			server, err := attempt.Verify(hash)
			require.ErrorIs(t, err, tc.want)
			if err != nil {
				return
			}
			require.Equal(t, client.SessionKey, server.SessionKey)
			if !server.CanSign() {
				require.False(t, client.CanSign())
				return
			}
			for range 3 {
				sig := client.Sign([]byte("up"))
				require.NoError(t, server.Verify([]byte("up"), sig[:]))
				sig = server.Sign([]byte("down"))
				require.NoError(t, client.Verify([]byte("down"), sig[:]))
			}
			sig := client.Sign([]byte("up"))
			require.ErrorIs(t, server.Verify([]byte("UP"), sig[:]), ErrSignature)
		})
	}
}

// MS-NLMP 3.2.5.1.2: a client that computes its key without the domain.
func TestNilDomain(t *testing.T) {
	c := Client{User: "alice", Password: "secret", OmitMIC: true, Flags: DefaultClientFlags &^ NegotiateKeyExch}
	s := NewServer(testServer)
	challenge, err := s.Challenge(c.Negotiate())
	require.NoError(t, err)
	msg, client, err := c.Authenticate(challenge)
	require.NoError(t, err)
	m, err := ParseAuthenticate(msg)
	require.NoError(t, err)
	m.Domain = "CORP"
	attempt, err := s.Authenticate(m.Marshal())
	require.NoError(t, err)
	server, err := attempt.Verify(HashPassword("secret"))
	require.NoError(t, err)
	require.Equal(t, client.SessionKey, server.SessionKey)
}

// Whatever is changed on the way, in either direction, the MIC shows it.
func TestTampering(t *testing.T) {
	rewrite := func(change func(*Authenticate)) func([]byte) []byte {
		return func(b []byte) []byte {
			m, err := ParseAuthenticate(b)
			if err != nil {
				panic(err)
			}
			change(m)
			return m.Marshal()
		}
	}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			b = append([]byte(nil), b...)
			b[at] ^= 1
			return b
		}
	}
	for _, tc := range []struct {
		name                               string
		negotiate, challenge, authenticate func([]byte) []byte
		want                               error
	}{
		{name: "untouched"},
		{name: "MIC flipped", authenticate: flip(80), want: ErrMIC},
		{name: "version of the answer", authenticate: flip(65), want: ErrMIC},
		{name: "workstation", authenticate: rewrite(func(m *Authenticate) { m.Workstation = "EVIL" }), want: ErrMIC},
		{name: "MIC removed", authenticate: rewrite(func(m *Authenticate) { m.HasMIC = false }), want: ErrMIC},
		{name: "session key", authenticate: rewrite(func(m *Authenticate) { m.EncryptedSessionKey[3] ^= 1 }), want: ErrMIC},
		{name: "session key shortened", authenticate: rewrite(func(m *Authenticate) { m.EncryptedSessionKey = m.EncryptedSessionKey[:8] }), want: ErrMalformed},
		{name: "user", authenticate: rewrite(func(m *Authenticate) { m.User = "bob" }), want: ErrResponse},
		{name: "negotiate", negotiate: flip(35), want: ErrMIC},
		{name: "challenge", challenge: flip(50), want: ErrMIC},
		{name: "server challenge", challenge: flip(24), want: ErrResponse},
	} {
		t.Run(tc.name, func(t *testing.T) {
			apply := func(f func([]byte) []byte, b []byte) []byte {
				if f == nil {
					return b
				}
				return f(b)
			}
			c := Client{User: "alice", Domain: "CORP", Password: "secret"}
			s := NewServer(testServer)
			challenge, err := s.Challenge(apply(tc.negotiate, c.Negotiate()))
			require.NoError(t, err)
			msg, _, err := c.Authenticate(apply(tc.challenge, challenge))
			require.NoError(t, err)
			attempt, err := s.Authenticate(apply(tc.authenticate, msg))
			require.NoError(t, err)
			_, err = attempt.Verify(HashPassword("secret"))
			require.ErrorIs(t, err, tc.want)
		})
	}
}

func TestAnonymous(t *testing.T) {
	c := Client{Anonymous: true}
	s := NewServer(testServer)
	challenge, err := s.Challenge(c.Negotiate())
	require.NoError(t, err)
	msg, client, err := c.Authenticate(challenge)
	require.NoError(t, err)
	attempt, err := s.Authenticate(msg)
	require.NoError(t, err)
	require.True(t, attempt.Anonymous)
	_, err = attempt.Verify(HashPassword(""))
	require.ErrorIs(t, err, ErrResponse)
	server, err := attempt.AcceptAnonymous()
	require.NoError(t, err)
	require.Equal(t, client.SessionKey, server.SessionKey)
}

// A named user is never anonymous, whatever its responses.
func TestNotAnonymous(t *testing.T) {
	for _, tc := range []struct {
		name string
		msg  Authenticate
		want error
	}{
		{"NTLMv1", Authenticate{User: "alice", NTResponse: make([]byte, 24), LMResponse: make([]byte, 24)}, ErrVersion1},
		{"LMv2 only", Authenticate{User: "alice", LMResponse: make([]byte, 24)}, ErrVersion1},
		{"no response", Authenticate{User: "alice"}, ErrVersion1},
		{"no name, LM response", Authenticate{LMResponse: make([]byte, 24)}, ErrVersion1},
		{"anonymous flag only", Authenticate{User: "alice", Flags: NegotiateAnonymous}, ErrVersion1},
		{"short NTLMv2", Authenticate{User: "alice", NTResponse: make([]byte, 40)}, ErrMalformed},
		{"NTLMv2 of another type", Authenticate{User: "alice", NTResponse: make([]byte, 64)}, ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(testServer)
			_, err := s.Challenge((&Client{}).Negotiate())
			require.NoError(t, err)
			tc.msg.Flags |= NegotiateUnicode
			_, err = s.Authenticate(tc.msg.Marshal())
			require.ErrorIs(t, err, tc.want)
		})
	}
}

func TestSequence(t *testing.T) {
	s := NewServer(testServer)
	_, err := s.Authenticate(unhex(t, vectorAuthenticate))
	require.ErrorIs(t, err, ErrSequence)
	_, err = s.Challenge((&Client{}).Negotiate())
	require.NoError(t, err)
	_, err = s.Challenge((&Client{}).Negotiate())
	require.ErrorIs(t, err, ErrSequence)
	_, err = NewServer(testServer).Challenge((&Negotiate{Flags: NegotiateNTLM}).Marshal())
	require.ErrorIs(t, err, ErrNegotiation)
	_, _, err = new(Client).Authenticate(unhex(t, vectorChallenge))
	require.ErrorIs(t, err, ErrSequence)
}

func TestChallengeContents(t *testing.T) {
	b, err := NewServer(testServer).Challenge((&Client{}).Negotiate())
	require.NoError(t, err)
	m, err := ParseChallenge(b)
	require.NoError(t, err)
	require.Equal(t, "CROSSWIRE", m.TargetName)
	require.Equal(t, "CROSSWIRE", m.TargetInfo.Text(AVNbDomainName))
	require.Equal(t, "crosswire.test", m.TargetInfo.Text(AVDNSComputerName))
	require.Equal(t, "", m.TargetInfo.Text(AVDNSTreeName))
	stamp, ok := m.TargetInfo.Get(AVTimestamp)
	require.True(t, ok)
	require.Equal(t, fileTime(testServer.Now()), le.Uint64(stamp))
	require.True(t, m.Flags.Has(NegotiateTargetInfo|TargetTypeServer|RequestTarget|NegotiateUnicode|NegotiateKeyExch))
	require.False(t, m.Flags.Has(NegotiateOEM))
}

// The initiator against the acceptor's codec, step by step.
func TestInitiator(t *testing.T) {
	for _, tc := range []struct {
		name string
		init Initiator
	}{
		{"SPNEGO", Initiator{}},
		{"raw", Initiator{Raw: true}},
		{"Kerberos preferred", Initiator{Mechanisms: []asn1.ObjectIdentifier{spnego.OIDMSKerberos, spnego.OIDNTLMSSP}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.init.Client = &Client{User: "alice", Password: "secret"}
			s := NewServer(testServer)
			token := tc.init.InitToken()
			var mechList, ntlmToken []byte
			if !tc.init.Raw {
				m, err := spnego.ParseNegTokenInit(token)
				require.NoError(t, err)
				mechList, ntlmToken = m.MechTypeList, m.MechToken
				if ntlmToken == nil {
					sel := &spnego.NegTokenResp{State: spnego.RequestMIC, SupportedMech: spnego.OIDNTLMSSP}
					token, ctx, err := tc.init.Next(sel.Marshal())
					require.NoError(t, err)
					require.Nil(t, ctx)
					r, err := spnego.ParseNegTokenResp(token)
					require.NoError(t, err)
					ntlmToken = r.ResponseToken
				}
			} else {
				ntlmToken = token
			}
			challenge, err := s.Challenge(ntlmToken)
			require.NoError(t, err)
			if !tc.init.Raw {
				challenge = (&spnego.NegTokenResp{State: spnego.AcceptIncomplete, ResponseToken: challenge}).Marshal()
			}
			token, client, err := tc.init.Next(challenge)
			require.NoError(t, err)
			ntlmToken = token
			var mic []byte
			if !tc.init.Raw {
				r, err := spnego.ParseNegTokenResp(token)
				require.NoError(t, err)
				ntlmToken, mic = r.ResponseToken, r.MechListMIC
			}
			attempt, err := s.Authenticate(ntlmToken)
			require.NoError(t, err)
			server, err := attempt.Verify(HashPassword("secret"))
			require.NoError(t, err)
			require.Equal(t, client.SessionKey, server.SessionKey)
			if tc.init.Raw {
				require.NoError(t, tc.init.Finish(nil))
				return
			}
			require.NoError(t, server.Verify(mechList, mic))
			sig := server.Sign(mechList)
			final := &spnego.NegTokenResp{State: spnego.AcceptCompleted, MechListMIC: sig[:]}
			require.NoError(t, tc.init.Finish(final.Marshal()))
		})
	}
}

func TestInitiatorRefusals(t *testing.T) {
	for _, tc := range []struct {
		name  string
		reply spnego.NegTokenResp
	}{
		{"reject", spnego.NegTokenResp{State: spnego.Reject}},
		{"Kerberos selected", spnego.NegTokenResp{State: spnego.AcceptIncomplete, SupportedMech: spnego.OIDKerberos}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i := Initiator{Client: &Client{User: "a"}}
			i.InitToken()
			_, _, err := i.Next(tc.reply.Marshal())
			require.ErrorIs(t, err, ErrRejected)
		})
	}
	i := Initiator{Client: &Client{User: "a"}}
	require.ErrorIs(t, i.Finish((&spnego.NegTokenResp{State: spnego.AcceptIncomplete}).Marshal()), ErrRejected)
}

func TestMalformedMessages(t *testing.T) {
	for _, tc := range []struct {
		name  string
		whole []byte
		parse func([]byte) error
		least int // octets that are enough
	}{
		{"negotiate", (&Negotiate{Flags: DefaultClientFlags, Domain: "D", Workstation: "W"}).Marshal(),
			func(b []byte) error { _, err := ParseNegotiate(b); return err }, 16},
		{"challenge", unhex(t, vectorChallenge), func(b []byte) error { _, err := ParseChallenge(b); return err }, 104},
		{"authenticate", unhex(t, vectorAuthenticate), func(b []byte) error { _, err := ParseAuthenticate(b); return err }, 232},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, tc.parse(tc.whole))
			for n := range tc.least {
				if err := tc.parse(tc.whole[:n]); !errors.Is(err, ErrMalformed) {
					t.Errorf("first %d octets: %v", n, err)
				}
			}
		})
	}
	_, err := ParseAVPairs(unhex(t, "0100ff00"))
	require.ErrorIs(t, err, ErrMalformed)
}
