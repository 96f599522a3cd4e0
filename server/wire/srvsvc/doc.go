// Package srvsvc encodes and decodes the calls of the Server Service Remote
// Protocol (MS-SRVS) that enumerate and describe shares and the server:
// NetrShareEnum, NetrShareEnumSticky, NetrShareGetInfo and NetrServerGetInfo.
// Each has its request and its response, from both sides: a client marshals
// requests and parses responses, a server the reverse.
//
// It is a codec: which shares exist is the business of server/smb/pipe. Any
// package may import it. Stub data is NDR 2.0, without PDU headers.
package srvsvc

import (
	"fmt"

	"crosswire/server/wire/dcerpc"
)

// Interface is srvsvc version 3.0 (MS-SRVS 1.9), on the pipe \PIPE\srvsvc.
var Interface = dcerpc.SyntaxID{UUID: dcerpc.MustUUID("4b324fc8-1670-01d3-1278-5a47bf6ee188"), Major: 3}

// Opnums (MS-SRVS 3.1.4).
const (
	OpNetrShareEnum       uint16 = 15
	OpNetrShareGetInfo    uint16 = 16
	OpNetrServerGetInfo   uint16 = 21
	OpNetrShareEnumSticky uint16 = 36
)

// Status is NET_API_STATUS, what every call returns (MS-SRVS 2.2.2.10,
// MS-ERREF 2.2).
type Status uint32

// The statuses that the calls here give.
const (
	Success          Status = 0
	AccessDenied     Status = 5
	InvalidParameter Status = 87
	InvalidLevel     Status = 124
	MoreData         Status = 234
	BufTooSmall      Status = 2123 // NERR_BufTooSmall
	NetNameNotFound  Status = 2310 // NERR_NetNameNotFound
)

// Error names the status as MS-ERREF does.
func (s Status) Error() string {
	switch s {
	case Success:
		return "NERR_Success"
	case AccessDenied:
		return "ERROR_ACCESS_DENIED"
	case InvalidParameter:
		return "ERROR_INVALID_PARAMETER"
	case InvalidLevel:
		return "ERROR_INVALID_LEVEL"
	case MoreData:
		return "ERROR_MORE_DATA"
	case BufTooSmall:
		return "NERR_BufTooSmall"
	case NetNameNotFound:
		return "NERR_NetNameNotFound"
	}
	return fmt.Sprintf("NET_API_STATUS %d", uint32(s))
}

// MaxPreferredLength asks for everything in one answer (MS-SRVS 2.2.2.2).
const MaxPreferredLength uint32 = 0xffffffff
