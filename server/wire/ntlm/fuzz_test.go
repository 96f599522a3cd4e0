package ntlm

import "testing"

// FuzzMessages feeds every decoder, and the server with whatever comes.
func FuzzMessages(f *testing.F) {
	f.Add((&Negotiate{Flags: DefaultClientFlags, Domain: "D", Workstation: "W", Version: DefaultVersion}).Marshal())
	f.Add(unhex(f, vectorChallenge))
	f.Add(unhex(f, vectorAuthenticate))
	f.Add((&Authenticate{Flags: NegotiateUnicode, LMResponse: []byte{0}, HasMIC: true}).Marshal())
	f.Add(vectorPairs.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = MessageType(b)
		_, _ = ParseNegotiate(b)
		_, _ = ParseAVPairs(b)
		_, _ = ParseNTLMv2Response(b)
		if m, err := ParseChallenge(b); err == nil {
			m.Marshal()
		}
		if m, err := ParseAuthenticate(b); err == nil {
			again, err := ParseAuthenticate(m.Marshal())
			if err != nil {
				t.Fatalf("own encoding refused: %v", err)
			}
			if len(again.NTResponse) != len(m.NTResponse) || again.HasMIC && !m.HasMIC {
				t.Fatalf("%+v became %+v", m, again)
			}
		}
		s := NewServer(testServer)
		_, _ = s.Challenge(b)
		s = NewServer(testServer)
		if _, err := s.Challenge((&Client{}).Negotiate()); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Authenticate(b); err == nil {
			_, _ = a.Verify(NTHash{})
			_, _ = a.AcceptAnonymous()
		}
		c := Client{User: "u", Password: "p"}
		c.Negotiate()
		_, _, _ = c.Authenticate(b)
	})
}
