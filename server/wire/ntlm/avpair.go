package ntlm

// AVID names what an AV pair holds (MS-NLMP 2.2.2.1).
type AVID uint16

// The AV identifiers.
const (
	AVEOL             AVID = 0
	AVNbComputerName  AVID = 1
	AVNbDomainName    AVID = 2
	AVDNSComputerName AVID = 3
	AVDNSDomainName   AVID = 4
	AVDNSTreeName     AVID = 5
	AVFlags           AVID = 6
	AVTimestamp       AVID = 7
	AVSingleHost      AVID = 8
	AVTargetName      AVID = 9
	AVChannelBindings AVID = 10
)

// AVFlagMIC in AVFlags says that the AUTHENTICATE_MESSAGE carries a MIC.
const AVFlagMIC uint32 = 2

// AVPair is one attribute. Names are in UTF-16LE, AVTimestamp is a FILETIME.
type AVPair struct {
	ID    AVID
	Value []byte
}

// AVPairs is a list without its terminator, in the order of the message.
type AVPairs []AVPair

// ParseAVPairs reads pairs up to MsvAvEOL and ignores what follows it: an
// NTLMv2 response has four zero octets there. The values alias b.
func ParseAVPairs(b []byte) (AVPairs, error) {
	var pairs AVPairs
	for {
		if len(b) < 4 {
			return nil, malformed("AV pairs without MsvAvEOL")
		}
		id, n := AVID(le.Uint16(b)), int(le.Uint16(b[2:]))
		if id == AVEOL {
			return pairs, nil
		}
		if n > len(b)-4 {
			return nil, malformed("AV pair %d of %d octets in %d", id, n, len(b)-4)
		}
		pairs = append(pairs, AVPair{id, b[4 : 4+n]})
		b = b[4+n:]
	}
}

// Marshal encodes the list with its terminator.
func (p AVPairs) Marshal() []byte {
	var b []byte
	for _, av := range p {
		b = le.AppendUint16(b, uint16(av.ID))
		b = le.AppendUint16(b, uint16(len(av.Value)))
		b = append(b, av.Value...)
	}
	return append(b, 0, 0, 0, 0)
}

// Get gives the first value of id.
func (p AVPairs) Get(id AVID) ([]byte, bool) {
	for _, av := range p {
		if av.ID == id {
			return av.Value, true
		}
	}
	return nil, false
}

// Text gives a name attribute, "" if it is absent.
func (p AVPairs) Text(id AVID) string {
	v, _ := p.Get(id)
	return decodeUTF16(v)
}

// Flags gives the value of AVFlags, 0 if it is absent or too short.
func (p AVPairs) Flags() uint32 {
	if v, ok := p.Get(AVFlags); ok && len(v) >= 4 {
		return le.Uint32(v)
	}
	return 0
}

// with gives a copy of p in which id has value, in its old place or at the end.
func (p AVPairs) with(id AVID, value []byte) AVPairs {
	out := make(AVPairs, 0, len(p)+1)
	done := false
	for _, av := range p {
		if av.ID == id {
			if done {
				continue
			}
			av.Value, done = value, true
		}
		out = append(out, av)
	}
	if !done {
		out = append(out, AVPair{id, value})
	}
	return out
}
