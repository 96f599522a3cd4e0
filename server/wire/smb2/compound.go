package smb2

import "fmt"

// NextMessage cuts the first message off a compound (MS-SMB2 3.3.5.2.7). msg
// includes the padding up to the next one, as signatures do; rest is nil after
// the last message. NextCommand must be a multiple of 8, at least a header, and
// leave room for another header.
func NextMessage(pdu []byte) (msg, rest []byte, err error) {
	const name = "SMB2 Packet Header"
	if len(pdu) < HeaderSize {
		return nil, nil, truncated(name, len(pdu), HeaderSize)
	}
	if ProtocolOf(pdu) != ProtocolSMB2 {
		return nil, nil, &DecodeError{name, "ProtocolId", ErrProtocolID, fmt.Sprintf("% X", pdu[:4])}
	}
	next := le.Uint32(pdu[offNextCommand:])
	if next == 0 {
		return pdu, nil, nil
	}
	if next%8 != 0 || next < HeaderSize || uint64(next)+HeaderSize > uint64(len(pdu)) {
		return nil, nil, &DecodeError{name, "NextCommand", ErrOffset, fmt.Sprintf("%d in %d bytes", next, len(pdu))}
	}
	return pdu[:next:next], pdu[next:], nil
}

// SplitCompound cuts a PDU into its messages, at most max of them (0: no
// bound). Nothing is copied. On an error the messages before it are given too.
func SplitCompound(pdu []byte, max int) ([][]byte, error) {
	var msgs [][]byte
	for pdu != nil {
		if max > 0 && len(msgs) == max {
			return msgs, badValue("SMB2 Packet Header", "NextCommand", "more than %d messages", max)
		}
		msg, rest, err := NextMessage(pdu)
		if err != nil {
			return msgs, err
		}
		msgs = append(msgs, msg)
		pdu = rest
	}
	return msgs, nil
}

// PadCompound makes encoded messages ready to be signed and sent one after the
// other: all but the last are padded to 8 bytes and get their NextCommand. The
// elements of msgs may be reallocated.
func PadCompound(msgs [][]byte) {
	for i := range msgs {
		if i == len(msgs)-1 {
			le.PutUint32(msgs[i][offNextCommand:], 0)
			return
		}
		msgs[i] = align8(msgs[i], 0)
		le.PutUint32(msgs[i][offNextCommand:], uint32(len(msgs[i])))
	}
}

// JoinCompound appends the messages to dst as one PDU, padded and chained;
// msgs themselves stay as they are.
func JoinCompound(dst []byte, msgs ...[]byte) []byte {
	for i, m := range msgs {
		start := len(dst)
		dst = append(dst, m...)
		next := 0
		if i < len(msgs)-1 {
			dst = align8(dst, start)
			next = len(dst) - start
		}
		le.PutUint32(dst[start+offNextCommand:], uint32(next))
	}
	return dst
}
