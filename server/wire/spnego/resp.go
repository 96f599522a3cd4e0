package spnego

import "encoding/asn1"

// NegState is the negState of a NegTokenResp (RFC 4178 4.2.2).
type NegState int8

// The states, and StateAbsent for a token without the optional field.
const (
	StateAbsent      NegState = -1
	AcceptCompleted  NegState = 0
	AcceptIncomplete NegState = 1
	Reject           NegState = 2
	RequestMIC       NegState = 3
)

// NegTokenResp is every token after the first, in both directions
// (RFC 4178 4.2.2). Nil fields are absent.
type NegTokenResp struct {
	State         NegState
	SupportedMech asn1.ObjectIdentifier
	ResponseToken []byte
	MechListMIC   []byte
}

// Marshal encodes the token. It has no GSS-API header (RFC 4178 4.2).
func (t *NegTokenResp) Marshal() []byte {
	var fields []byte
	if t.State != StateAbsent {
		fields = append(fields, explicit(0, tlv(tagEnumerated, []byte{byte(t.State)}))...)
	}
	if t.SupportedMech != nil {
		fields = append(fields, explicit(1, encodeOID(t.SupportedMech))...)
	}
	if t.ResponseToken != nil {
		fields = append(fields, explicit(2, tlv(tagOctetString, t.ResponseToken))...)
	}
	if t.MechListMIC != nil {
		fields = append(fields, explicit(3, tlv(tagOctetString, t.MechListMIC))...)
	}
	return tlv(tagResp, tlv(tagSequence, fields))
}

// ParseNegTokenResp decodes a NegTokenResp. The slices of the result alias
// token.
func ParseNegTokenResp(token []byte) (*NegTokenResp, error) {
	tag, content, _, err := readTLV(token)
	if err != nil {
		return nil, err
	}
	if tag != tagResp {
		return nil, malformed("tag %#02x instead of NegTokenResp", tag)
	}
	fields, err := readAs(content, tagSequence)
	if err != nil {
		return nil, err
	}
	t := &NegTokenResp{State: StateAbsent}
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

func (t *NegTokenResp) field(tag byte, value []byte) error {
	switch tag {
	case tagContext:
		state, err := readAs(value, tagEnumerated)
		if err != nil {
			return err
		}
		if len(state) != 1 || state[0] > byte(RequestMIC) {
			return malformed("negState % x", state)
		}
		t.State = NegState(state[0])
	case tagContext | 1:
		body, err := readAs(value, tagOID)
		if err != nil {
			return err
		}
		t.SupportedMech, err = decodeOID(body)
		return err
	case tagContext | 2:
		body, err := readAs(value, tagOctetString)
		t.ResponseToken = body
		return err
	case tagContext | 3:
		body, err := readAs(value, tagOctetString)
		t.MechListMIC = body
		return err
	}
	return nil
}
