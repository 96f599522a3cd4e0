package auth

import (
	"encoding/asn1"
	"errors"
	"strings"
	"testing"
	"time"

	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/spnego"

	"github.com/stretchr/testify/require"
)

func testAuthority(policy Policy, mechs ...Mechanism) *Authority {
	return New(Config{
		NetBIOSName: "CROSSWIRE", DNSName: "crosswire.test", DNSDomain: "test",
		Lookup: func(user, _ string) (Account, bool) {
			if !strings.EqualFold(user, "alice") {
				return Account{}, false
			}
			return Account{User: "alice", Domain: "CROSSWIRE", NTHash: ntlm.HashPassword("secret")}, true
		},
		Policy:     func() Policy { return policy },
		Mechanisms: mechs,
		Now:        func() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) },
	})
}

// logon plays the client to the end. It gives the client's key and the final
// buffer besides what Step gave.
func logon(t *testing.T, a *Authenticator, i *ntlm.Initiator) (id *Identity, key [16]byte, err error) {
	t.Helper()
	token := i.InitToken()
	for step := 1; ; step++ {
		reply, done, got, err := a.Step(token)
		if err != nil {
			require.Nil(t, got)
			require.Nil(t, reply)
			return nil, key, err
		}
		if done {
			require.NotNil(t, got)
			require.Greater(t, step, 1, "the first reply must ask for more")
			require.NoError(t, i.Finish(reply))
			return got, key, nil
		}
		require.Nil(t, got)
		if step == 1 && !i.Raw {
			r, err := spnego.ParseNegTokenResp(reply)
			require.NoError(t, err)
			require.True(t, r.SupportedMech.Equal(spnego.OIDNTLMSSP))
		}
		var ctx *ntlm.Context
		token, ctx, err = i.Next(reply)
		require.NoError(t, err)
		if ctx != nil {
			key = ctx.SessionKey
		}
	}
}

func TestLogon(t *testing.T) {
	var (
		good      = &ntlm.Client{User: "Alice", Password: "secret"}
		wrong     = &ntlm.Client{User: "alice", Password: "sekret"}
		unknown   = &ntlm.Client{User: "mallory", Password: "secret"}
		nobody    = &ntlm.Client{Anonymous: true}
		guests    = Policy{Guest: GuestUnknownUser}
		allGuests = Policy{Guest: GuestAnyFailure}
		anonymous = Policy{AllowAnonymous: true}
	)
	alice := &Identity{User: "alice", Domain: "CROSSWIRE", Mechanism: "ntlm"}
	for _, tc := range []struct {
		name   string
		policy Policy
		client *ntlm.Client
		want   *Identity // nil: STATUS_LOGON_FAILURE
	}{
		{"right password", Policy{}, good, alice},
		{"right password, guests allowed", allGuests, good, alice},
		{"wrong password", Policy{}, wrong, nil},
		{"wrong password, unknown users are guests", guests, wrong, nil},
		{"wrong password, anyone is a guest", allGuests, wrong, &Identity{User: "alice", Guest: true, Mechanism: "ntlm"}},
		{"unknown user", Policy{}, unknown, nil},
		{"unknown user, guests allowed", guests, unknown, &Identity{User: "mallory", Guest: true, Mechanism: "ntlm"}},
		{"unknown user, anyone is a guest", allGuests, unknown, &Identity{User: "mallory", Guest: true, Mechanism: "ntlm"}},
		{"unknown user, anonymous allowed", anonymous, unknown, nil},
		{"anonymous", Policy{}, nobody, nil},
		{"anonymous, guests allowed", allGuests, nobody, nil},
		{"anonymous allowed", anonymous, nobody, &Identity{Anonymous: true, Mechanism: "ntlm"}},
	} {
		for _, form := range []struct {
			name string
			init ntlm.Initiator
		}{
			{"SPNEGO", ntlm.Initiator{}},
			{"raw", ntlm.Initiator{Raw: true}},
			{"no mechListMIC", ntlm.Initiator{OmitMechListMIC: true}},
			{"Kerberos preferred", ntlm.Initiator{Mechanisms: []asn1.ObjectIdentifier{spnego.OIDMSKerberos, spnego.OIDKerberos, spnego.OIDNegoEx, spnego.OIDNTLMSSP}}},
		} {
			t.Run(tc.name+"/"+form.name, func(t *testing.T) {
				client, init := *tc.client, form.init
				init.Client = &client
				id, key, err := logon(t, testAuthority(tc.policy).Begin(), &init)
				if tc.want == nil {
					require.ErrorIs(t, err, ntstatus.LogonFailure)
					return
				}
				require.NoError(t, err)
				want := *tc.want
				if !want.Guest {
					want.SessionKey = key[:]
				}
				require.Equal(t, &want, id)
			})
		}
	}
}

// A peer must not learn from the answers which users exist.
func TestUnknownUserLooksLikeWrongPassword(t *testing.T) {
	answer := func(c *ntlm.Client) (status ntstatus.Status) {
		_, _, err := logon(t, testAuthority(Policy{}).Begin(), &ntlm.Initiator{Client: c})
		require.True(t, errors.As(err, &status))
		return status
	}
	require.Equal(t, answer(&ntlm.Client{User: "alice", Password: "x"}), answer(&ntlm.Client{User: "mallory", Password: "x"}))
}

// mechListMIC is checked whenever it is there, and demanded where RFC 4178 5
// has it protect against a downgrade.
func TestMechListMIC(t *testing.T) {
	kerberosFirst := []asn1.ObjectIdentifier{spnego.OIDKerberos, spnego.OIDNTLMSSP}
	for _, tc := range []struct {
		name   string
		mechs  []asn1.ObjectIdentifier
		change func(*spnego.NegTokenResp)
		strip  bool // Kerberos is stripped from the list on its way
		fails  bool
	}{
		{"right", nil, func(*spnego.NegTokenResp) {}, false, false},
		{"flipped", nil, func(r *spnego.NegTokenResp) { r.MechListMIC[5] ^= 1 }, false, true},
		{"short", nil, func(r *spnego.NegTokenResp) { r.MechListMIC = r.MechListMIC[:15] }, false, true},
		{"removed, preferred mechanism", nil, func(r *spnego.NegTokenResp) { r.MechListMIC = nil }, false, false},
		{"removed, other mechanism", kerberosFirst, func(r *spnego.NegTokenResp) { r.MechListMIC = nil }, false, true},
		{"list changed on the way", kerberosFirst, func(*spnego.NegTokenResp) {}, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := testAuthority(Policy{}).Begin()
			i := &ntlm.Initiator{Client: &ntlm.Client{User: "alice", Password: "secret"}, Mechanisms: tc.mechs}
			token := i.InitToken()
			if tc.strip {
				token = (&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}}).Marshal()
			}
			for {
				reply, done, _, err := a.Step(token)
				if tc.fails && err != nil {
					require.ErrorIs(t, err, ntstatus.LogonFailure)
					return
				}
				require.NoError(t, err)
				if done {
					require.False(t, tc.fails)
					return
				}
				next, ctx, err := i.Next(reply)
				require.NoError(t, err)
				if ctx != nil {
					r, err := spnego.ParseNegTokenResp(next)
					require.NoError(t, err)
					tc.change(r)
					next = r.Marshal()
				}
				token = next
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	ntlmInit := func() []byte { return (&ntlm.Client{}).Negotiate() }
	v1 := (&ntlm.Authenticate{Flags: ntlm.NegotiateUnicode, User: "alice", NTResponse: make([]byte, 24), LMResponse: make([]byte, 24)}).Marshal()
	for _, tc := range []struct {
		name   string
		tokens [][]byte
		want   ntstatus.Status
	}{
		{"empty", [][]byte{{}}, ntstatus.InvalidParameter},
		{"garbage", [][]byte{[]byte("garbage")}, ntstatus.InvalidParameter},
		{"only Kerberos", [][]byte{(&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDKerberos}, MechToken: []byte("x")}).Marshal()}, ntstatus.InvalidParameter},
		{"no mechanism", [][]byte{(&spnego.NegTokenInit{}).Marshal()}, ntstatus.InvalidParameter},
		{"resp first", [][]byte{(&spnego.NegTokenResp{State: spnego.AcceptIncomplete}).Marshal()}, ntstatus.InvalidParameter},
		{"authenticate first", [][]byte{v1}, ntstatus.InvalidParameter},
		{"negotiate twice", [][]byte{ntlmInit(), ntlmInit()}, ntstatus.InvalidParameter},
		{"NTLMv1", [][]byte{ntlmInit(), v1}, ntstatus.LogonFailure},
		{"init where resp is due", [][]byte{
			(&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}}).Marshal(),
			(&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}}).Marshal(),
		}, ntstatus.InvalidParameter},
		{"SPNEGO without a token inside", [][]byte{
			(&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}}).Marshal(),
			(&spnego.NegTokenResp{State: spnego.AcceptIncomplete}).Marshal(),
		}, ntstatus.InvalidParameter},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := testAuthority(Policy{Guest: GuestAnyFailure, AllowAnonymous: true}).Begin()
			for n, token := range tc.tokens {
				_, done, id, err := a.Step(token)
				require.False(t, done)
				require.Nil(t, id)
				if n < len(tc.tokens)-1 {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, tc.want)
			}
			_, _, _, err := a.Step(ntlmInit())
			require.ErrorIs(t, err, ntstatus.InvalidParameter, "a failed exchange stays failed")
		})
	}
}

func TestInitialToken(t *testing.T) {
	m, err := spnego.ParseNegTokenInit(testAuthority(Policy{}).InitialToken())
	require.NoError(t, err)
	require.Equal(t, spnego.HintName, m.Hint)
	require.Equal(t, []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}, m.MechTypes)
}

// ticket is a mechanism of one message, as Kerberos is.
type ticket struct{}

func (ticket) Name() string { return "ticket" }
func (ticket) OIDs() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{spnego.OIDMSKerberos, spnego.OIDKerberos}
}
func (ticket) Begin() Exchange        { return ticket{} }
func (ticket) Protection() Protection { return nil }
func (ticket) Step(token []byte) ([]byte, *Identity, error) {
	switch string(token) {
	case "good":
		return []byte("ap-rep"), &Identity{User: "alice", Mechanism: "ticket"}, nil
	case "expired":
		return nil, nil, &Failure{Status: ntstatus.AccessDenied, Cause: errors.New("expired")}
	}
	return nil, nil, errors.New("bad ticket")
}

func TestAddedMechanism(t *testing.T) {
	authority := testAuthority(Policy{}, ticket{})
	m, err := spnego.ParseNegTokenInit(authority.InitialToken())
	require.NoError(t, err)
	require.Equal(t, []asn1.ObjectIdentifier{spnego.OIDMSKerberos, spnego.OIDNTLMSSP}, m.MechTypes)

	first := func(token string) []byte {
		return (&spnego.NegTokenInit{MechTypes: []asn1.ObjectIdentifier{spnego.OIDKerberos, spnego.OIDNTLMSSP}, MechToken: []byte(token)}).Marshal()
	}
	reply, done, id, err := authority.Begin().Step(first("good"))
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, "ticket", id.Mechanism)
	r, err := spnego.ParseNegTokenResp(reply)
	require.NoError(t, err)
	require.Equal(t, &spnego.NegTokenResp{State: spnego.AcceptCompleted, SupportedMech: spnego.OIDKerberos, ResponseToken: []byte("ap-rep")}, r)

	_, _, _, err = authority.Begin().Step(first("bad"))
	require.ErrorIs(t, err, ntstatus.LogonFailure)
	_, _, _, err = authority.Begin().Step(first("expired"))
	require.ErrorIs(t, err, ntstatus.AccessDenied)

	init := &ntlm.Initiator{Client: &ntlm.Client{User: "alice", Password: "secret"}}
	again, _, err := logon(t, authority.Begin(), init)
	require.NoError(t, err)
	require.False(t, again.Guest)
	require.False(t, again.SamePrincipal(&Identity{User: "bob", Domain: "CROSSWIRE"}))
	require.True(t, again.SamePrincipal(&Identity{User: "alice", Domain: "CROSSWIRE"}))
}

func FuzzStep(f *testing.F) {
	init := &ntlm.Initiator{Client: &ntlm.Client{User: "alice", Password: "secret"}}
	token := init.InitToken()
	reply, _, _, err := testAuthority(Policy{}).Begin().Step(token)
	if err != nil {
		f.Fatal(err)
	}
	second, _, err := init.Next(reply)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token, second)
	f.Add((&ntlm.Client{}).Negotiate(), []byte("NTLMSSP\x00\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a := testAuthority(Policy{}).Begin()
		for _, token := range [][]byte{one, two} {
			_, done, id, err := a.Step(token)
			if done || id != nil {
				t.Fatalf("a guess logged on as %+v", id)
			}
			var f *Failure
			if err != nil && !errors.As(err, &f) {
				t.Fatalf("%T", err)
			}
		}
	})
}
