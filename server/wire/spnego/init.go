package spnego

import "encoding/asn1"

// NegTokenInit is the initiator's first token (RFC 4178 4.2.1) or, with a Hint,
// the server's unsolicited NegTokenInit2 (MS-SPNG 2.2.1).
type NegTokenInit struct {
	// MechTypes in the sender's order of preference.
	MechTypes []asn1.ObjectIdentifier
	// MechTypeList is the DER of MechTypes exactly as it was sent: mechListMIC
	// is computed over these octets. Filled by ParseNegTokenInit only.
	MechTypeList []byte
	// MechToken is the optimistic token of MechTypes[0]; nil if absent.
	MechToken []byte
	// MechListMIC is nil if absent.
	MechListMIC []byte
	// Hint, if not empty, is negHints.hintName and selects the layout of
	// NegTokenInit2.
	Hint string
}

// MarshalMechTypes gives the DER of a MechTypeList, the message of mechListMIC.
func MarshalMechTypes(mechs []asn1.ObjectIdentifier) []byte {
	var content []byte
	for _, m := range mechs {
		content = append(content, encodeOID(m)...)
	}
	return tlv(tagSequence, content)
}

// Marshal encodes the token with its GSS-API header.
func (t *NegTokenInit) Marshal() []byte {
	fields := explicit(0, MarshalMechTypes(t.MechTypes))
	if t.MechToken != nil {
		fields = append(fields, explicit(2, tlv(tagOctetString, t.MechToken))...)
	}
	mic := byte(3)
	if t.Hint != "" {
		name := explicit(0, tlv(tagGeneral, []byte(t.Hint)))
		fields = append(fields, explicit(3, tlv(tagSequence, name))...)
		mic = 4
	}
	if t.MechListMIC != nil {
		fields = append(fields, explicit(mic, tlv(tagOctetString, t.MechListMIC))...)
	}
	return tlv(tagGSS, encodeOID(OIDSPNEGO), tlv(tagInit, tlv(tagSequence, fields)))
}

// ParseNegTokenInit decodes a NegTokenInit or NegTokenInit2, with or without
// the GSS-API header. The slices of the result alias token.
func ParseNegTokenInit(token []byte) (*NegTokenInit, error) {
	inner := token
	if len(token) > 0 && token[0] == tagGSS {
		mech, body, err := gssHeader(token)
		if err != nil {
			return nil, err
		}
		if !mech.Equal(OIDSPNEGO) {
			return nil, malformed("mechanism %v instead of SPNEGO", mech)
		}
		inner = body
	}
	tag, content, _, err := readTLV(inner)
	if err != nil {
		return nil, err
	}
	if tag != tagInit {
		return nil, malformed("tag %#02x instead of NegTokenInit", tag)
	}
	fields, err := readAs(content, tagSequence)
	if err != nil {
		return nil, err
	}
	t := new(NegTokenInit)
	for len(fields) > 0 {
		var value []byte
		tag, value, fields, err = readTLV(fields)
		if err != nil {
			return nil, err
		}
		if err := t.field(tag, value); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *NegTokenInit) field(tag byte, value []byte) (err error) {
	switch tag {
	case tagContext:
		t.MechTypeList = value
		t.MechTypes, err = parseMechTypes(value)
	case tagContext | 1:
		// reqFlags carry nothing: RFC 4178 4.2.1 has the acceptor ignore them.
		_, err = readAs(value, tagBitString)
	case tagContext | 2:
		t.MechToken, err = readAs(value, tagOctetString)
	case tagContext | 3:
		// RFC 4178 has mechListMIC here, MS-SPNG has negHints: the inner tag
		// tells them apart.
		if len(value) > 0 && value[0] == tagSequence {
			t.Hint, err = parseHints(value)
			return err
		}
		t.MechListMIC, err = readAs(value, tagOctetString)
	case tagContext | 4:
		t.MechListMIC, err = readAs(value, tagOctetString)
	}
	return err
}

func parseMechTypes(value []byte) ([]asn1.ObjectIdentifier, error) {
	list, err := readAs(value, tagSequence)
	if err != nil {
		return nil, err
	}
	var mechs []asn1.ObjectIdentifier
	for len(list) > 0 {
		if len(mechs) == maxMechTypes {
			return nil, malformed("more than %d mechanisms", maxMechTypes)
		}
		var tag byte
		var body []byte
		tag, body, list, err = readTLV(list)
		if err != nil {
			return nil, err
		}
		if tag != tagOID {
			return nil, malformed("tag %#02x among the mechanisms", tag)
		}
		oid, err := decodeOID(body)
		if err != nil {
			return nil, err
		}
		mechs = append(mechs, oid)
	}
	return mechs, nil
}

func parseHints(value []byte) (string, error) {
	fields, err := readAs(value, tagSequence)
	if err != nil {
		return "", err
	}
	name := ""
	for len(fields) > 0 {
		var tag byte
		var body []byte
		tag, body, fields, err = readTLV(fields)
		if err != nil {
			return "", err
		}
		if tag != tagContext {
			continue
		}
		text, err := readAs(body, tagGeneral)
		if err != nil {
			return "", err
		}
		name = string(text)
	}
	return name, nil
}
