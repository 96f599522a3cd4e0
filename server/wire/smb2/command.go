package smb2

import (
	"fmt"
	"strings"
)

// Command is the header's command code (MS-SMB2 2.2.1.2).
type Command uint16

// The commands of MS-SMB2 2.2.1.2.
const (
	CommandNegotiate                  Command = 0x00
	CommandSessionSetup               Command = 0x01
	CommandLogoff                     Command = 0x02
	CommandTreeConnect                Command = 0x03
	CommandTreeDisconnect             Command = 0x04
	CommandCreate                     Command = 0x05
	CommandClose                      Command = 0x06
	CommandFlush                      Command = 0x07
	CommandRead                       Command = 0x08
	CommandWrite                      Command = 0x09
	CommandLock                       Command = 0x0A
	CommandIoctl                      Command = 0x0B
	CommandCancel                     Command = 0x0C
	CommandEcho                       Command = 0x0D
	CommandQueryDirectory             Command = 0x0E
	CommandChangeNotify               Command = 0x0F
	CommandQueryInfo                  Command = 0x10
	CommandSetInfo                    Command = 0x11
	CommandOplockBreak                Command = 0x12
	CommandServerToClientNotification Command = 0x13
)

var commandNames = [...]string{
	"NEGOTIATE", "SESSION_SETUP", "LOGOFF", "TREE_CONNECT", "TREE_DISCONNECT",
	"CREATE", "CLOSE", "FLUSH", "READ", "WRITE", "LOCK", "IOCTL", "CANCEL", "ECHO",
	"QUERY_DIRECTORY", "CHANGE_NOTIFY", "QUERY_INFO", "SET_INFO", "OPLOCK_BREAK",
	"SERVER_TO_CLIENT_NOTIFICATION",
}

// String gives the specification's name without "SMB2 ".
func (c Command) String() string {
	if int(c) < len(commandNames) {
		return commandNames[c]
	}
	return fmt.Sprintf("COMMAND_0x%04X", uint16(c))
}

// ParseCommand is the inverse of String, in any case.
func ParseCommand(name string) (c Command, ok bool) {
	for i, n := range commandNames {
		if strings.EqualFold(n, name) {
			return Command(i), true
		}
	}
	return 0, false
}

// Dialect is a dialect revision number (MS-SMB2 2.2.3).
type Dialect uint16

// The dialects. DialectWildcard answers a multi-protocol negotiate that offered
// "SMB 2.???".
const (
	Dialect202      Dialect = 0x0202
	Dialect210      Dialect = 0x0210
	Dialect300      Dialect = 0x0300
	Dialect302      Dialect = 0x0302
	Dialect311      Dialect = 0x0311
	DialectWildcard Dialect = 0x02FF
)

// String gives "2.0.2" to "3.1.1", "2.???" for the wildcard.
func (d Dialect) String() string {
	switch d {
	case Dialect202:
		return "2.0.2"
	case Dialect210:
		return "2.1"
	case Dialect300:
		return "3.0"
	case Dialect302:
		return "3.0.2"
	case Dialect311:
		return "3.1.1"
	case DialectWildcard:
		return "2.???"
	}
	return fmt.Sprintf("0x%04X", uint16(d))
}

// ParseDialect takes what String gives, and "2.1.0" and "3.0.0".
func ParseDialect(s string) (d Dialect, ok bool) {
	switch s {
	case "2.1.0":
		return Dialect210, true
	case "3.0.0":
		return Dialect300, true
	}
	for _, d := range []Dialect{Dialect202, Dialect210, Dialect300, Dialect302, Dialect311, DialectWildcard} {
		if d.String() == s {
			return d, true
		}
	}
	return 0, false
}
