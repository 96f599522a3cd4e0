package auth

import (
	"encoding/asn1"

	"crosswire/server/wire/spnego"
)

// Authority is a server's user database, name and policies.
type Authority struct {
	mechs   []Mechanism
	initial []byte
}

// New makes an Authority. NTLM comes after cfg.Mechanisms.
func New(cfg Config) *Authority {
	a := &Authority{mechs: append(append([]Mechanism(nil), cfg.Mechanisms...), newNTLM(cfg))}
	var oids []asn1.ObjectIdentifier
	for _, m := range a.mechs {
		oids = append(oids, m.OIDs()[0])
	}
	a.initial = (&spnego.NegTokenInit{MechTypes: oids, Hint: spnego.HintName}).Marshal()
	return a
}

// InitialToken gives the security buffer of a NEGOTIATE response: the
// NegTokenInit2 of MS-SPNG 3.2.5.2. The caller must not change it.
func (a *Authority) InitialToken() []byte { return a.initial }

// Begin starts an exchange. A session may begin any number, one after another.
func (a *Authority) Begin() *Authenticator { return &Authenticator{authority: a} }

// find gives the mechanism that a client names by oid.
func (a *Authority) find(oid asn1.ObjectIdentifier) Mechanism {
	for _, m := range a.mechs {
		for _, o := range m.OIDs() {
			if o.Equal(oid) {
				return m
			}
		}
	}
	return nil
}
